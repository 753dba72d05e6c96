"""Reads the events that a page tells: views, clicks and conversions of hits."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from searchsvc.api.algolia.names import target
from searchsvc.domain.definition import IndexDefinition
from searchsvc.errors import RequestError, UnknownIndex
from searchsvc.telemetry.events import Event
from searchsvc.telemetry.lines import instant

MOST_EVENTS = 1000
_MOST_NAMED = 20  # objects or filters of one event
_LONGEST = 512  # characters of any text
_TYPES = frozenset({"view", "click", "conversion"})


def read_events(given: object, definitions: Mapping[str, IndexDefinition]) -> Iterator[Event]:
    """The events of a body that say what was done with which hits. Raises RequestError.

    Widgets tell of other things as well, which are passed over.
    """
    found = given.get("events") if isinstance(given, dict) else None
    if not isinstance(found, list) or len(found) > MOST_EVENTS:
        message = f"'events' must be a list of at most {MOST_EVENTS} objects"
        raise RequestError(message, param="events")
    for one in found:
        event = _event(one, definitions) if isinstance(one, dict) else None
        if event is not None:
            yield event


def _event(given: Mapping[str, Any], definitions: Mapping[str, IndexDefinition]) -> Event | None:
    if given.get("eventType") not in _TYPES:
        return None
    try:
        index = target(_text(given.get("index")), definitions).index
    except UnknownIndex:
        return None
    positions = given.get("positions")
    return Event(
        time=instant(),
        type=str(given["eventType"]),
        index=index,
        query_id=_text(given.get("queryID")),
        subtype=_text(given.get("eventSubtype")),
        name=_text(given.get("eventName")),
        client=_text(given.get("userToken")),
        object_ids=tuple(map(_text, _list(given.get("objectIDs")))),
        positions=tuple(n for n in _list(positions) if isinstance(n, int) and n > 0),
        # Percent-encoded, though they stand in JSON.
        filters=tuple(unquote(_text(one)) for one in _list(given.get("filters"))),
    )


def _list(value: object) -> list[Any]:
    return value[:_MOST_NAMED] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""
