"""What is an event of UBI, and what is none."""

from typing import Any

import pytest

from searchsvc.analytics.ubi import read_event, read_events, read_query
from searchsvc.errors import RequestError

CLICK = {"action_name": "click", "timestamp": "2026-11-20T12:00:00.5+02:00"}
PLACED = {"object": {"object_id": 7, "object_id_field": "sku"}, "position": {"ordinal": 0}}


def test_an_event_is_kept_as_it_is() -> None:
    """Its time in UTC; what is null is left out, and what else an object says stays."""
    given = {**CLICK, "query_id": "q", "message": None, "event_attributes": {**PLACED, "x": [1]}}
    assert read_event(given) == {
        "action_name": "click", "timestamp": "2026-11-20T10:00:00.500Z", "query_id": "q",
        "event_attributes": {**PLACED, "x": [1]},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "param", "message"),
    [
        ({"action_name": None}, "action_name", "missing"),
        ({"timestamp": ""}, "timestamp", "missing"),
        ({"timestamp": "2026-11-20T12:00:00"}, "timestamp", "no time with a zone"),
        ({"timestamp": "now"}, "timestamp", "no time with a zone"),
        ({"timestamp": 3}, "timestamp", "a string"),
        ({"query_id": "x" * 101}, "query_id", "up to 100 characters"),
        ({"client_id": 3}, "client_id", "a string"),
        ({"querry_id": "x"}, "querry_id", "unknown member"),
        ({"event_attributes": []}, "event_attributes", "an object"),
        ({"event_attributes": {"x": "x" * 5000}}, "event_attributes", "longer than 4096"),
        ({"event_attributes": {"object": {}}}, "event_attributes.object.object_id", "a string"),
        ({"event_attributes": {"object": "7"}}, "event_attributes.object.object_id", "a string"),
        (
            {"event_attributes": {"position": {"ordinal": -1}}},
            "event_attributes.position.ordinal",
            "from 0 on",
        ),
    ],
)
def test_an_event_that_is_none(changes: dict[str, Any], param: str, message: str) -> None:
    """Is told by its member, and in a batch by its place too."""
    with pytest.raises(RequestError, match=message) as caught:
        read_event({**CLICK, **changes})
    assert caught.value.param == param
    with pytest.raises(RequestError, match=f"event 1: .*{message}") as caught:
        read_events([CLICK, {**CLICK, **changes}])
    assert caught.value.param == f"[1].{param}"


@pytest.mark.parametrize("batch", [{}, [], None, "x", [CLICK] * 1001])
def test_a_batch_that_is_none(batch: object) -> None:
    """It is a list of 1 to 1000."""
    with pytest.raises(RequestError, match="a list of 1 to 1000 events"):
        read_events(batch)
    with pytest.raises(RequestError, match="event 0: it is not a JSON object"):
        read_events([3])


def test_a_query() -> None:
    """Needs its text and time; ids are a list of them. What others log besides is left out."""
    loose = {**CLICK, "x": 1, "timestamp": 1795168800500, "event_attributes": {"object": {"a": 1}}}
    assert read_event(loose, strict=False) == {
        **read_event(CLICK), "event_attributes": {"object": {"a": 1}},
    }  # fmt: skip
    with pytest.raises(RequestError, match="no time"):
        read_event({**CLICK, "timestamp": 10**18}, strict=False)
    given = {"user_query": "tea", "timestamp": "2026-11-20T10:00:00Z", "query_attributes": {"a": 1}}
    assert read_query({**given, "query": "{}"}) == {
        **given,
        "timestamp": "2026-11-20T10:00:00.000Z",
    }
    assert read_query({**given, "user_query": ""})["user_query"] == ""
    for changes in ({"user_query": None}, {"query_response_hit_ids": "x"}):
        with pytest.raises(RequestError):
            read_query({**given, **changes})
