"""Judgments of clicks over HTTP: made of the log, kept where that is allowed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import falcon.testing
import pytest

from searchsvc.analytics.searches import Searches
from searchsvc.api.app import create_app
from searchsvc.settings import Api
from tests.support.logs import click_line, search_line, write_log

PATH = "/v1/indexes/books/judgments/clicks/from-clicks"
TODAY = datetime.now(UTC).date().isoformat()


def line_of_today(line: dict[str, Any]) -> dict[str, Any]:
    """The same, today."""
    return {**line, "timestamp": f"{TODAY}{line['timestamp'][10:]}"}


@pytest.fixture
def clicked(api, tmp_path) -> Callable[..., falcon.testing.TestClient]:
    """A client of an app whose log has 60 people who want `b` of `tea`, and `a` of `pot`."""
    searches, clicks = [], []
    for text, wanted in (("tea", "b"), ("pot", "a")):
        for number in range(60):
            ids = ["a", "b"] if number % 2 else ["b", "a"]
            said = {"query_id": f"{text}{number}", "client": f"c{number}", "index": "books"}
            searches.append(line_of_today(search_line(text, "00:00:00", ids=ids, **said)))
            clicks.append(line_of_today(click_line(f"{text}{number}", wanted, "00:00:01")))
    write_log(tmp_path / "log", "searches", *searches, day=TODAY)
    write_log(tmp_path / "log", "events", *clicks, day=TODAY)

    def client(*, edit: bool = True) -> falcon.testing.TestClient:
        log = Searches(tmp_path / "log")
        services = replace(api.services, log=log, settings=Api(edit=edit))
        return falcon.testing.TestClient(create_app(services))

    return client


def test_what_people_want_is_rated_high(clicked) -> None:
    """Twice is once; what a person says otherwise is a conflict."""
    client = clicked()
    body = client.simulate_post(PATH, json={}).json
    rows = body.pop("judgments")
    assert {(row["query"], row["id"]): row["rating"] for row in rows} == {
        ("pot", "a"): 2.0, ("tea", "b"): 2.0, ("pot", "b"): 0.0, ("tea", "a"): 0.0,
    }  # fmt: skip
    best = next(row for row in rows if row["rating"])
    assert (best["value"], best["impressions"], best["clicks"]) == (2.0, 60, 60)
    assert 1 < best["low"] < 2 < best["high"] < 3
    assert body.pop("since").endswith("Z")
    assert [one["examined"] for one in body.pop("positions")] == [1.0, 1.0]
    assert body == {
        "index": "books", "set": "clicks", "model": "coec", "dry_run": False, "searches": 120,
        "clients": 60, "filtered": 0, "without_client": 0, "judged": 4, "unsure": 0, "few": 0,
        "unplaced": 0,
        "new": 4, "changed": 0, "unchanged": 0, "conflicts": 0,
    }  # fmt: skip
    again = client.simulate_post(PATH, json={"limit": 1}).json
    assert (again["new"], again["unchanged"], len(again["judgments"])) == (0, 4, 1)
    said = {"query": "Tea", "id": "b", "rating": 0, "rater": "ann"}
    told = client.simulate_put(
        PATH.removesuffix("/from-clicks"),
        body=json.dumps({"judgments": [said, {**said, "query": "tea"}]}),
        headers={"Content-Type": "application/json"},
    )
    assert told.json["conflicts"] == 1
    dry = client.simulate_post(PATH, json={"model": "position", "dry_run": True}).json
    assert (dry["new"], dry["conflicts"]) == (4, 2)
    stored = client.simulate_get(PATH.removesuffix("/from-clicks")).json["judgments"]
    assert {one["rater"] for one in stored} == {"ann", "clicks:coec"}


def test_what_cannot_be_asked(clicked) -> None:
    """Each is named; without a key nothing is kept unless api.edit says so."""
    client = clicked()
    for body, name in (
        ({"model": "magic"}, "model"), ({"since": "soon"}, "since"), ({"min": 1}, "min"),
        ({"min_impressions": 0}, "min_impressions"),
    ):  # fmt: skip
        answer = client.simulate_post(PATH, json=body)
        assert (answer.status_code, answer.json["param"]) == (400, name)
    assert client.simulate_post(PATH.replace("books", "nobody"), json={}).status_code == 404
    assert client.simulate_post(PATH.replace("/clicks/", "/A/"), json={}).json["param"] == "set"
    closed = clicked(edit=False)
    assert closed.simulate_post(PATH, json={}).json["code"] == "editing_off"
    assert closed.simulate_post(PATH, json={"dry_run": True}).json["judged"] == 4
    none = client.simulate_post(PATH, json={"since": "2000-01-01", "until": "2000-01-02"}).json
    assert (none["searches"], none["judgments"], none["since"]) == (0, [], None)
