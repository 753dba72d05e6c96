"""Reads when a run is due: "30s", "5m", "2h", "daily" or "03:00" (UTC)."""

import re
from dataclasses import dataclass
from typing import TypeAlias

from searchsvc.errors import DefinitionError

_INTERVAL = re.compile(r"(\d+(?:\.\d+)?)\s*([smh])")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_MOST_SECONDS = 30 * 24 * 3600
_DAILY = (2, 30)  # when most sources have little else to do


@dataclass(frozen=True, slots=True)
class Every:
    """Due once per so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class At:
    """Due once a day at this time, UTC."""

    hour: int
    minute: int


When: TypeAlias = Every | At


def parse_when(text: str) -> When:
    """The meaning of `text`. Raises DefinitionError, which the caller gives file and key."""
    wanted = text.strip().lower()
    if wanted == "daily":
        return At(*_DAILY)
    if match := _TIME.fullmatch(wanted):
        return At(int(match[1]), int(match[2]))
    if match := _INTERVAL.fullmatch(wanted):
        seconds = float(match[1]) * _SECONDS[match[2]]
        if 0 < seconds <= _MOST_SECONDS:
            return Every(seconds)
    raise DefinitionError(
        f"cannot read the time '{text}'", hint="write 30s, 5m, 2h, daily, or HH:MM in UTC"
    )
