"""Judgments over HTTP: added in any format, mended, and read by query."""

import json
from dataclasses import replace

import falcon.testing
import pytest

from searchsvc.api.app import create_app
from searchsvc.domain.access import Role
from searchsvc.settings import Api
from tests.support.keys import key_case

SETS = "/v1/indexes/books/judgments"
SET = f"{SETS}/default"
DUNE = {"query": "dune", "id": "a/b%c", "rating": 3}


@pytest.fixture
def editing(api) -> falcon.testing.TestClient:
    """A client of the app with `api.edit` on."""
    services = replace(api.services, settings=Api(edit=True))
    return falcon.testing.TestClient(create_app(services))


def put(client, body: object, kind: str = "application/json", **headers: str):
    """A PUT into the default set."""
    text = body if isinstance(body, str) else json.dumps(body)
    return client.simulate_put(SET, body=text, headers={"Content-Type": kind, **headers})


def test_what_is_put_is_told(editing) -> None:
    """With what became of it, who said so, and when; twice is once."""
    counts = {"index": "books", "set": "default", "conflicts": 0}
    body = {"judgments": [DUNE, {**DUNE, "id": "2", "rating": 0.5, "rater": "bob", "source": "x"}]}
    result = put(editing, body, **{"X-Forwarded-User": "ann"})
    assert result.json == {**counts, "new": 2, "changed": 0, "unchanged": 0}
    again = put(editing, body, **{"X-Forwarded-User": "ann"})
    assert again.json == {**counts, "new": 0, "changed": 0, "unchanged": 2}
    answer = editing.simulate_get(SET)
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json
    first, second = body.pop("judgments")
    assert body == {"index": "books", "set": "default", "total": 2, "conflicts": 0}
    assert (first["rater"], first["source"], first["rating"]) == ("bob", "x", 0.5)
    assert (second["rater"], second["source"], second["id"]) == ("ann", "api", "a/b%c")
    assert second["at"].endswith("Z")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-ndjson", json.dumps(DUNE) + "\n"),
        ("text/csv", "query,docid,rating\ndune,a/b%c,3\n"),
        ("text/plain; charset=utf-8", "\ufeffdune 0 a/b%c 3\n"),
        ("application/json", json.dumps([DUNE])),
        ("application/json", json.dumps(
            {"judgmentRatings": [{"query": "dune", "ratings": [{"docId": "a/b%c", "rating": "3"}]}]}
        )),
    ],
)  # fmt: skip
def test_every_format_is_taken(editing, kind: str, body: str) -> None:
    """It is detected."""
    assert put(editing, body, kind).json["new"] == 1
    (one,) = editing.simulate_get(SET).json["judgments"]
    assert {name: one[name] for name in DUNE} == DUNE


def test_what_is_answered_can_be_put(editing) -> None:
    """It changes nothing there."""
    put(editing, {"judgments": [DUNE]})
    answer = editing.simulate_get(SET)
    assert put(editing, answer.text).json["unchanged"] == 1


def test_one_bad_line_and_nothing_is_taken(editing) -> None:
    """422 with its number."""
    lines = [json.dumps(DUNE), json.dumps({**DUNE, "id": "2", "rating": "high"})]
    result = put(editing, "\n".join(lines), "application/x-ndjson")
    assert (result.status_code, result.json["code"]) == (422, "judgments_refused")
    assert result.json["message"] == "line 2: no judgment: 'high' is no rating"
    assert editing.simulate_get(SETS).json == {"index": "books", "sets": [], "file": False}
    assert put(editing, "", "text/plain").status_code == 422


def test_raters_who_differ_are_counted(editing) -> None:
    """In the answer to who adds, and to who reads."""
    put(editing, {"judgments": [DUNE]}, **{"X-Forwarded-User": "ann"})
    result = put(editing, {"judgments": [{**DUNE, "rating": 0}]}, **{"X-Forwarded-User": "bob"})
    assert (result.json["new"], result.json["conflicts"]) == (1, 1)
    assert editing.simulate_get(SET).json["conflicts"] == 1
    (found,) = editing.simulate_get(SETS).json["sets"]
    latest = found.pop("latest")
    assert latest.endswith("Z")
    assert found == {"name": "default", "judgments": 2, "queries": 1, "raters": 2}


def test_some_of_many(editing) -> None:
    """Of one query, or a part of them."""
    many = [{"query": f"q{n}", "id": str(n), "rating": 1} for n in range(5)]
    put(editing, {"judgments": many})
    body = editing.simulate_get(SET, params={"q": " q3 "}).json
    assert (body["total"], [one["id"] for one in body["judgments"]]) == (1, ["3"])
    body = editing.simulate_get(SET, params={"limit": 2, "offset": 3}).json
    assert (body["total"], [one["id"] for one in body["judgments"]]) == (5, ["3", "4"])
    assert editing.simulate_get(SET, params={"q": "none"}).json["judgments"] == []


def test_what_is_not_there(editing) -> None:
    """An index, a set, a parameter, a name; the nearest set is named."""
    put(editing, {"judgments": [DUNE]})
    result = editing.simulate_get(f"{SETS}/defualt")
    assert (result.status_code, result.json["code"]) == (404, "unknown_set")
    assert result.json["hint"] == "did you mean 'default'?"
    assert editing.simulate_get("/v1/indexes/nobody/judgments").status_code == 404
    assert editing.simulate_get(f"{SETS}/A").json["param"] == "set"
    assert editing.simulate_put(f"{SETS}/A", body="{}").status_code == 400
    assert editing.simulate_put(SET, params={"set": "x"}, body="{}").status_code == 400
    wrong = {"Content-Type": "image/png"}
    assert editing.simulate_put(SET, headers=wrong, body="{}").status_code == 415
    assert put(editing, "x" * (1024 * 1024 + 1)).status_code == 413


def test_without_a_key_it_takes_a_setting(api) -> None:
    """403 with what to do."""
    result = put(api.client, {"judgments": [DUNE]})
    assert (result.status_code, result.json["code"]) == (403, "editing_off")
    assert "api.edit" in result.json["hint"]
    assert api.client.simulate_get(SETS).json["sets"] == []


def test_with_keys_an_analyst_judges(api, tmp_path) -> None:
    """In the key's name, whatever the settings say; whoever may only search does not."""
    with key_case(tmp_path) as made:
        app = create_app(replace(api.services, door=made.keyring))
        client = falcon.testing.TestClient(app)
        search = made.secret("shop")
        analyst = made.secret("ann", Role.ANALYST)
        body = {"judgments": [DUNE]}
        assert put(client, body, **{"X-API-Key": search}).json["code"] == "key_forbids"
        assert client.simulate_get(SETS, headers={"X-API-Key": search}).status_code == 403
        headers = {"X-API-Key": analyst, "X-Forwarded-User": "eve"}
        assert put(client, body, **headers).json["new"] == 1
        (one,) = client.simulate_get(SET, headers={"X-API-Key": analyst}).json["judgments"]
        assert one["rater"] == "ann"
