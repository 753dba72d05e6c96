"""Writes what people did with the hits of a search, and the searches that they did it with.

A line of a search has its "text" and the "object_ids" of its hits. One of what was done with some
of them has the same "query_id", as far as the event says it, with "name", "positions", "client"
and "filters".
"""

from dataclasses import dataclass

from searchsvc.telemetry.lines import LineLog


@dataclass(frozen=True, slots=True)
class Event:
    """One line. `time` is RFC 3339 in UTC; `positions` count from 1, over all pages.

    `client` is what the page calls its visitor. `query_id` joins an event with its search.
    """

    time: str
    type: str
    index: str
    query_id: str = ""
    subtype: str = ""
    name: str = ""
    text: str = ""
    client: str = ""
    object_ids: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()
    filters: tuple[str, ...] = ()


class EventLog(LineLog[Event]):
    """The log of events."""
