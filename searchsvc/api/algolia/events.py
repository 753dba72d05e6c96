"""Reads the events that a page tells by this wire, as events of UBI: one for each object."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any
from urllib.parse import unquote

from searchsvc.analytics.ubi import MOST_EVENTS
from searchsvc.api.algolia.names import target
from searchsvc.domain.definition import IndexDefinition
from searchsvc.errors import RequestError, UnknownIndex
from searchsvc.telemetry.events import Event
from searchsvc.telemetry.lines import instant

_MOST_NAMED = 20  # objects or filters of one event
_LONGEST = 100  # characters of a text, as UBI has it
_LONGEST_ID = 256
_ACTIONS = {"view": "impression", "click": "click", "conversion": "conversion"}
_SUBTYPES = {"addToCart": "add_to_cart", "purchase": "purchase"}


def read_events(given: object, definitions: Mapping[str, IndexDefinition]) -> Iterator[Event]:
    """The events of a body that say what was done with which hits. Raises RequestError.

    Widgets tell of other things as well, which are passed over.
    """
    found = given.get("events") if isinstance(given, dict) else None
    if not isinstance(found, list) or len(found) > MOST_EVENTS:
        message = f"'events' must be a list of at most {MOST_EVENTS} objects"
        raise RequestError(message, param="events")
    for one in found:
        if isinstance(one, dict) and _text(one.get("eventType")) in _ACTIONS:
            yield from _events(one, definitions)


def _events(
    given: Mapping[str, Any], definitions: Mapping[str, IndexDefinition]
) -> Iterator[Event]:
    try:
        index = target(_text(given.get("index")), definitions).index
    except UnknownIndex:
        return
    members = {
        "application": index,
        "action_name": _SUBTYPES.get(
            _text(given.get("eventSubtype")), _ACTIONS[given["eventType"]]
        ),
        "timestamp": instant(),
        "query_id": _text(given.get("queryID")),
        "client_id": _text(given.get("userToken")),
        "message": _text(given.get("eventName")),
    }
    shared = {name: value for name, value in members.items() if value}
    for attributes in _attributes(given):
        yield {**shared, "event_attributes": attributes} if attributes else shared


def _attributes(given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Of each object with its place, which UBI counts from 0; else of the filters, or nothing."""
    ids = [_text(id, _LONGEST_ID) for id in _list(given.get("objectIDs"))]
    # Percent-encoded, though they stand in JSON.
    filters = [unquote(_text(one, _LONGEST_ID)) for one in _list(given.get("filters"))]
    kept: dict[str, Any] = {"filters": filters} if filters else {}
    if not ids:
        yield kept
    for id, position in zip_longest(ids, _list(given.get("positions"))[: len(ids)]):
        place = {}
        if isinstance(position, int) and position > 0:
            place = {"position": {"ordinal": position - 1}}
        yield {"object": {"object_id": id}, **place, **kept}


def _list(value: object) -> list[Any]:
    return value[:_MOST_NAMED] if isinstance(value, list) else []


def _text(value: object, longest: int = _LONGEST) -> str:
    return value[:longest] if isinstance(value, str) else ""
