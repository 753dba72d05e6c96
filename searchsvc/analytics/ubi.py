"""Checks what others tell in the form of User Behavior Insights (UBI) 1.3: events and queries."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson

from searchsvc.errors import RequestError, nearest

MOST_EVENTS = 1000  # of one batch
CLICKS = frozenset({"click", "click_through"})

_TEXTS: Mapping[str, int] = {
    "application": 100,
    "action_name": 100,
    "query_id": 100,
    "session_id": 100,
    "client_id": 100,
    "user_id": 100,
    "timestamp": 40,
    "message_type": 100,
    "message": 1024,
    "user_query": 1000,
    "object_id_field": 100,
    "query_response_id": 100,
}
_EVENT = (
    "application", "action_name", "query_id", "session_id", "client_id", "user_id", "timestamp",
    "message_type", "message", "user_query", "event_attributes",
)  # fmt: skip
_QUERY = (
    "application", "query_id", "client_id", "session_id", "user_id", "user_query", "timestamp",
    "query_attributes", "object_id_field", "query_response_id", "query_response_hit_ids",
)  # fmt: skip
EVENT_TEXTS: Mapping[str, int] = {name: _TEXTS[name] for name in _EVENT if name in _TEXTS}
_MOST_ATTRIBUTES = 4096  # bytes, as JSON
_LONGEST_ID = 256
_MOST_IDS = 1000


def read_events(given: object) -> Sequence[Mapping[str, Any]]:
    """The events of a batch. Raises RequestError that says which one cannot be used, and why."""
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_EVENTS:
        message = f"the body must be a list of 1 to {MOST_EVENTS} events"
        hint = 'like: [{"action_name": "click", "timestamp": "2026-11-28T10:00:00Z"}]'
        raise RequestError(message, param="body", hint=hint)
    events = []
    for number, one in enumerate(given):
        try:
            events.append(read_event(one))
        except RequestError as error:
            message = f"event {number}: {error.message}"
            param = f"[{number}].{error.param}" if error.param else f"[{number}]"
            raise RequestError(message, param=param, hint=error.hint) from error
    return events


def read_event(given: object, *, strict: bool = True) -> Mapping[str, Any]:
    """An event, its time in UTC; members that are null are left out. Raises RequestError.

    `strict` is for whoever tells of it now. Others' logs have members that UBI does not name, which
    are left out, objects without ids, and times in milliseconds since 1970.
    """
    event = _members(given, _EVENT, ("action_name", "timestamp"), strict=strict)
    attributes = _attributes(event, "event_attributes")
    if strict and (thing := attributes.get("object")) is not None:
        _check_object(thing)
    if strict and (position := attributes.get("position")) is not None:
        _check_position(position)
    return event


def read_query(given: object) -> Mapping[str, Any]:
    """A query out of others' logs, read like an event of theirs. Raises RequestError."""
    query = _members(given, _QUERY, ("user_query", "timestamp"), strict=False)
    _attributes(query, "query_attributes")
    ids = query.get("query_response_hit_ids", [])
    if not isinstance(ids, list) or len(ids) > _MOST_IDS or not all(map(_is_id, ids)):
        name = "query_response_hit_ids"
        raise RequestError(f"'{name}' must be a list of up to {_MOST_IDS} ids", param=name)
    return query


def member(line: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object of that name in a line of a log; an empty one where there is none."""
    found = line.get(name)
    return found if isinstance(found, dict) else {}


def _members(
    given: object, known: Sequence[str], needed: Sequence[str], *, strict: bool
) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise RequestError("it is not a JSON object", param="")
    kept = given if strict else [name for name in known if name in given]
    found = {name: given[name] for name in kept if given[name] is not None}
    if not strict and type(time := found.get("timestamp")) is int:
        found["timestamp"] = _of_milliseconds(time)
    for name in needed:
        if name not in found or not (found[name] or name == "user_query"):
            raise RequestError(f"'{name}' is missing", param=name)
    for name, value in found.items():
        if name not in known:
            hint = nearest(name[:50], known)
            raise RequestError(f"unknown member '{name[:50]}'", param=name[:50], hint=hint)
        if name in _TEXTS:
            _check_text(name, value)
    return {**found, "timestamp": _utc(found["timestamp"])}


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str) or len(value) > _TEXTS[name]:
        message = f"'{name}' must be a string of up to {_TEXTS[name]} characters"
        raise RequestError(message, param=name)


def _of_milliseconds(since_1970: int) -> str:
    try:
        return datetime.fromtimestamp(since_1970 / 1000, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return str(since_1970)  # no time, as will be said


def _utc(text: str) -> str:
    """The time as RFC 3339 in UTC, to the millisecond."""
    at = None
    with suppress(ValueError, OverflowError):
        found = datetime.fromisoformat(text)
        at = found.astimezone(UTC) if found.tzinfo else None
    if at is None:
        hint = "like: 2026-11-28T10:00:00.250Z"
        message = f"'timestamp' is no time with a zone: '{text}'"
        raise RequestError(message, param="timestamp", hint=hint)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _attributes(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = found.get(name, {})
    if not isinstance(value, dict):
        raise RequestError(f"'{name}' must be an object", param=name)
    if len(orjson.dumps(value)) > _MOST_ATTRIBUTES:
        raise RequestError(f"'{name}' is longer than {_MOST_ATTRIBUTES} bytes", param=name)
    return value


def _check_object(given: object) -> None:
    id = given.get("object_id") if isinstance(given, dict) else None
    if not _is_id(id):
        param = "event_attributes.object.object_id"
        message = f"'{param}' must be a string of up to {_LONGEST_ID} characters, or a whole number"
        raise RequestError(message, param=param)


def _check_position(given: object) -> None:
    ordinal = given.get("ordinal", 0) if isinstance(given, dict) else None
    if not isinstance(ordinal, int) or isinstance(ordinal, bool) or ordinal < 0:
        param = "event_attributes.position.ordinal"
        raise RequestError(f"'{param}' must be a whole number from 0 on", param=param)


def _is_id(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST_ID
    return isinstance(value, int) and not isinstance(value, bool)
