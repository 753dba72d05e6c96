"""What other synonyms and rules would change in the first hits, before they are put in use."""

from pathlib import Path

import falcon.testing
import pytest

from searchsvc.api.app import create_app
from tests.support.films import film_services

PREVIEW = "/v1/indexes/films/preview"
PIN = """rules:
  - name: forty first
    when: "query is 'night'"
    pin: [{id: film/40, at: 1}]
"""


@pytest.fixture
def client(tmp_path: Path) -> falcon.testing.TestClient:
    """The films on the memory engine."""
    return falcon.testing.TestClient(create_app(film_services(tmp_path)))


def preview(client: falcon.testing.TestClient, **body: object) -> falcon.testing.Result:
    """The answer to that body."""
    return client.simulate_post(PREVIEW, json=body)


def test_a_rule_that_is_not_in_use_yet(client) -> None:
    """Both lists, each hit with its place in the other; one that is untouched is equal."""
    night, river = preview(client, queries=["night", "river"], rules=PIN).json["queries"]
    assert (night["q"], night["changed"], river["changed"]) == ("night", True, False)
    first = night["after"]["hits"][0]
    assert (first["id"], first["pinned"], first["place"]) == ("film/40", True, 1)
    assert set(first["doc"]) == {"title"}
    assert night["after"]["rules"] == ["forty first"]
    assert night["before"]["rules"] == []
    moved = night["before"]["hits"][0]
    assert (moved["place"], moved["other_place"]) == (1, 2)
    assert len(night["before"]["hits"]) == 10
    found = client.simulate_get("/v1/indexes/films/search?q=night").json["hits"]
    assert [hit["id"] for hit in found] == [hit["id"] for hit in night["before"]["hits"]]


def test_synonyms_beside_the_rules_in_use(client) -> None:
    """The other file holds as it lies, on both sides."""
    put = client.simulate_put("/v1/indexes/films/rules", body=PIN)
    assert put.status_code == 200
    body = preview(client, queries=["dusk", "night"], synonyms="dusk => night").json
    dusk, night = body["queries"]
    assert (dusk["before"]["total"], dusk["after"]["total"] > 5) == (0, True)
    assert dusk["after"]["synonyms"]
    assert all(hit["other_place"] is None for hit in dusk["after"]["hits"])
    assert night["before"]["rules"] == night["after"]["rules"] == ["forty first"]


def test_nothing_is_changed(client) -> None:
    """Neither the files nor what searches go by."""
    before = client.simulate_get("/v1/indexes/films/rules").json
    preview(client, queries=["night"], rules=PIN)
    assert client.simulate_get("/v1/indexes/films/rules").json == before
    assert client.simulate_get("/v1/indexes/films/search?q=night").json["applied"]["rules"] == []


def test_a_text_that_cannot_be_used(client) -> None:
    """Is refused as PUT refuses it, with the line."""
    refused = preview(client, queries=["night"], rules="rules: [{name: a, hide: [x], nope: 1}]")
    assert (refused.status_code, refused.json["code"]) == (422, "file_refused")
    assert "rules.yaml:1:" in refused.json["message"]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"queries": ["a"]}, "synonyms"),
        ({"queries": [], "rules": ""}, "queries"),
        ({"queries": ["a"] * 21, "rules": ""}, "queries"),
        ({"queries": "a", "rules": ""}, "queries"),
        ({"queries": ["a"], "rules": 1}, "rules"),
        ({"queries": ["a"], "rule": ""}, "rule"),
        ({"queries": ["x" * 1001], "rules": ""}, "q"),
    ],
)
def test_what_cannot_be_previewed(client, body, param) -> None:
    """Names the member."""
    result = preview(client, **body)
    assert (result.status_code, result.json["param"]) == (400, param)


def test_a_file_as_large_as_one_may_be(client) -> None:
    """Is read; beyond that it is refused by its size."""
    text = "".join(f"word{n}, other{n}\n" for n in range(40_000))
    assert preview(client, queries=["night"], synonyms=text[:900_000]).status_code in (200, 422)
    assert preview(client, queries=["night"], synonyms=text * 6).status_code == 413


def test_an_index_that_is_none(client) -> None:
    """As everywhere."""
    result = client.simulate_post("/v1/indexes/nope/preview", json={"queries": ["a"], "rules": ""})
    assert (result.status_code, result.json["code"]) == (404, "unknown_index")
