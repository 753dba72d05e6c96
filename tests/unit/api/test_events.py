"""What pages tell of what people did: what is taken, what is refused, what nobody keeps."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import falcon.testing
import pytest

from searchsvc.analytics.reports import Reports
from searchsvc.analytics.searches import Searches
from searchsvc.api.app import create_app
from searchsvc.api.request import new_query_id
from searchsvc.settings import Api
from searchsvc.telemetry.events import EventLog
from searchsvc.telemetry.searches import SearchLog
from tests.support.keys import key_case

SEARCH = "/v1/indexes/books/search"
CLICK = {
    "action_name": "click", "timestamp": "2026-11-20T10:00:00Z", "query_id": "q",
    "event_attributes": {"object": {"object_id": "a/b%c"}, "position": {"ordinal": 0}},
}  # fmt: skip
PRIVATE = ({"DNT": "1"}, {"Sec-GPC": "1"})


@dataclass
class Tracking:
    """An app that remembers, and what it has written."""

    client: falcon.testing.TestClient
    searches: SearchLog
    events: EventLog
    logs: Path

    def tell(self, body: Any, status: int = 202, **options: Any) -> Mapping[str, Any]:
        """Post it to /v1/events; the answer."""
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        result = self.client.simulate_post("/v1/events", body=data, **options)
        assert result.status_code == status, result.text
        return result.json

    def written(self, name: str) -> list[Mapping[str, Any]]:
        """The lines of a log; it takes no more."""
        self.searches.close()
        self.events.close()
        files = self.logs.glob(f"{name}-*.jsonl")
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]


@pytest.fixture
def tracking(api, tmp_path: Path) -> Iterator[Tracking]:
    """An app that keeps at most five events at a time."""
    logs, secret = tmp_path / "logs", b"s" * 32
    searches = SearchLog(logs, secret, 30)
    events = EventLog(logs, secret, 30, most_waiting=5)
    reports = Reports(Searches(logs))
    services = replace(
        api.services, settings=Api(), searches=searches, events=events, reports=reports
    )
    yield Tracking(falcon.testing.TestClient(create_app(services)), searches, events, logs)
    searches.close()
    events.close()


def test_a_click_is_found_in_the_reports(tracking: Tracking) -> None:
    """By the id that the answer of the search had."""
    query_id = tracking.client.simulate_get(SEARCH, query_string="q=Dune").json["query_id"]
    assert tracking.tell([{**CLICK, "query_id": query_id}]) == {"taken": 1, "dropped": 0}
    (search,) = tracking.written("searches")
    assert (search["query_id"], search["query_response_hit_ids"]) == (query_id, ["a/b%c"])
    (row,) = tracking.client.simulate_get("/v1/reports/ctr").json["rows"]
    assert (row["q"], row["ctr"]) == ("dune", 1.0)


def test_every_answer_has_an_id_of_its_own(tracking: Tracking) -> None:
    """Also where it is given again; by every route, and for a further page."""
    ids = [tracking.client.simulate_get(SEARCH, query_string="q=dune").json["query_id"]]
    ids.append(tracking.client.simulate_get(SEARCH, query_string="q=dune").json["query_id"])
    ids.append(tracking.client.simulate_get(SEARCH, query_string="q=dune&page=2").json["query_id"])
    both = {"searches": [{"index": "books", "q": "a"}, {"index": "books", "q": "b"}]}
    ids += [
        one["query_id"]
        for one in tracking.client.simulate_post("/v1/search", json=both).json["results"]
    ]
    state = {"state": {"searchTerm": "dune"}, "queryConfig": {}}
    ui = tracking.client.simulate_post("/v1/indexes/books/ui/search", json=state)
    ids.append(ui.json["query_id"])
    assert all(len(id) == 32 for id in ids)
    assert len(set(ids)) == len(ids) == 6
    assert [line["query_id"] for line in tracking.written("searches")] == ids
    offsets = [one["query_attributes"]["offset"] for one in tracking.written("searches")]
    assert offsets == [0, 0, 10, 0, 0, 0]


def test_ids_that_are_drawn_together_are_given_once() -> None:
    """Also beyond those that are drawn at once; in full length."""
    ids = [new_query_id() for _ in range(3000)]
    assert len(set(ids)) == 3000
    assert all(re.fullmatch("[0-9a-f]{32}", id) for id in ids)


def test_what_is_not_remembered_has_no_id(api, tracking: Tracking) -> None:
    """Nothing was meant, or it is too long; or nothing is remembered at all."""
    for query in ("", "q=", "q=%21%21", f"q={'x' * 101}"):
        body = tracking.client.simulate_get(SEARCH, query_string=query).json
        assert body["query_id"] is None, query
    assert api.client.simulate_get(SEARCH, query_string="q=dune").json["query_id"] is None
    assert tracking.written("searches") == []


@pytest.mark.parametrize("headers", PRIVATE)
def test_of_whoever_is_not_to_be_tracked_nothing_is_kept(
    tracking: Tracking, headers: Mapping[str, str]
) -> None:
    """Neither of searches nor of events; both are answered."""
    body = tracking.client.simulate_get(SEARCH, query_string="q=dune", headers=headers).json
    assert (body["query_id"], len(body["hits"])) == (None, 1)
    assert tracking.tell([CLICK], headers=headers) == {"taken": 0, "dropped": 1}
    sent = {"events": [{"eventType": "click", "index": "books", "objectIDs": ["a"]}]}
    algolia = tracking.client.simulate_post("/compat/algolia/1/events", json=sent, headers=headers)
    assert algolia.status_code == 200
    assert tracking.written("searches") == tracking.written("events") == []


def test_a_beacon_is_text(tracking: Tracking) -> None:
    """A browser then asks another host for no permission first."""
    tracking.tell([CLICK], headers={"Content-Type": "text/plain;charset=UTF-8"})
    assert len(tracking.written("events")) == 1


def test_of_a_batch_with_a_bad_event_none_is_taken(tracking: Tracking) -> None:
    """Which one, and why, is said."""
    problem = tracking.tell([CLICK, {**CLICK, "timestamp": "soon"}], 400)
    assert (problem["code"], problem["param"]) == ("bad_parameter", "[1].timestamp")
    assert problem["message"] == "event 1: 'timestamp' is no time with a zone: 'soon'"
    for body in ({"events": [CLICK]}, [], [CLICK] * 1001, "[", "3"):
        tracking.tell(body, 400)
    assert tracking.written("events") == []


def test_a_full_queue_drops_and_counts(tracking: Tracking) -> None:
    """And says so; a batch may be larger than other bodies."""
    event = {**CLICK, "message": "x" * 1000}
    assert tracking.tell([event] * 200) == {"taken": 5, "dropped": 195}
    metrics = tracking.client.simulate_get("/metrics").text
    assert "searchsvc_events_dropped_total 195.0" in metrics
    assert len(tracking.written("events")) == 5


def test_where_nothing_is_kept_events_are_dropped(api) -> None:
    """A page need not know."""
    result = api.client.simulate_post("/v1/events", json=[CLICK])
    assert (result.status_code, result.json) == (202, {"taken": 0, "dropped": 1})


def test_events_of_an_index_out_of_reach(tracking: Tracking, api, tmp_path: Path) -> None:
    """Are refused where they say of which index they are, and passed over on Algolia's wire."""
    with key_case(tmp_path) as made:
        secret = made.secret("songs", indexes=("songs",))
        services = replace(api.services, settings=Api(), events=tracking.events, door=made.keyring)
        client = falcon.testing.TestClient(create_app(services))
        headers = {"X-API-Key": secret}
        for index, status in (("books", 403), ("nothing", 403), ("songs", 202)):
            body = [{**CLICK, "application": index}]
            answer = client.simulate_post("/v1/events", json=body, headers=headers)
            assert answer.status_code == status
        for index in ("books", "songs"):
            told = {"eventType": "click", "index": index, "objectIDs": ["a"]}
            client.simulate_post(
                "/compat/algolia/1/events", json={"events": [told]}, headers=headers
            )
    assert [one["application"] for one in tracking.written("events")] == ["songs", "songs"]
