"""Writes what people did with the hits of a search, as events of UBI 1.3, a line each.

`query_id` joins an event with its search in the log of searches.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from searchsvc.telemetry.clients import Clients
from searchsvc.telemetry.days import MOST_WAITING, DayLog
from searchsvc.telemetry.redacted import redacted

NAME = "events"

# As analytics.ubi has checked it.
Event: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Entry:
    event: Event
    address: str


class EventLog:
    """Appends to `events-<day>.jsonl` in `folder`, as `DayLog` does: bounded, and nobody waits."""

    def __init__(
        self, folder: Path, secret: bytes, days: int, most_waiting: int = MOST_WAITING
    ) -> None:
        self._clients = Clients(secret)
        self._days = DayLog(folder, NAME, days, self._line, most_waiting)

    def add(self, events: Sequence[Event], address: str) -> int:
        """Events that a client of that address told; how many are taken, the rest is dropped."""
        return self._days.add([_Entry(event, address) for event in events])

    def take_dropped(self) -> int:
        """How many were dropped since the last call."""
        return self._days.take_dropped()

    def close(self) -> None:
        """Write what waits, and end the thread."""
        self._days.close()

    def _line(self, entry: _Entry) -> bytes:
        """Who tells nothing of a client is one by the address, as in the log of searches."""
        event = entry.event
        if not event.get("client_id") and entry.address:
            event = {**event, "client_id": self._clients.name(entry.address)}
        line = orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)
        return redacted(line.decode()).encode()
