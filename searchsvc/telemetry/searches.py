"""Remembers what people search for, as queries of UBI 1.3, without their addresses.

A line of `searches-<day>.jsonl`: {"application", "query_id", "client_id", "user_query",
"timestamp", "query_response_hit_ids", "query_attributes"}; the application is the index.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import orjson

from searchsvc.telemetry.clients import Clients
from searchsvc.telemetry.days import MOST_WAITING, DayLog, day_files
from searchsvc.telemetry.redacted import redacted

NAME = "searches"
MOST_IDS = 10  # hits of which the ids are kept
_LONGEST = 100  # characters; nobody suggests a letter
# Lines that are counted; the newest.
_MOST_LINES = 5_000_000


@dataclass(frozen=True, slots=True)
class LoggedSearch:
    """A page of a search: what was typed, how many hits there were, and the first `ids` of it.

    `text` is as `loggable` gives it; `filtered`: the hits are those that also pass a filter;
    `offset`: how many hits stand before the page. In an `experiment` the `teams` say which ranking
    has brought each of the ids.
    """

    index: str
    text: str
    hits: int
    filtered: bool = False
    ranking: str = "default"
    offset: int = 0
    ids: tuple[str, ...] = ()
    experiment: str = ""
    teams: str = ""


class Remembered(NamedTuple):
    """A search that somebody was answered, under the id that the answer gave it."""

    search: LoggedSearch
    query_id: str
    took_ms: float


class SearchLog:
    """Appends to files in `folder`, as `DayLog` does: bounded, and no search ever waits."""

    def __init__(
        self, folder: Path, secret: bytes, days: int, most_waiting: int = MOST_WAITING
    ) -> None:
        self._clients = Clients(secret)
        self._days = DayLog(folder, NAME, days, self._line, most_waiting)

    def add(self, what: Remembered, address: str) -> None:
        """A search by a client of that address."""
        if address:
            self._days.add_one((what, address, time.time()))

    def client(self, address: str) -> str:
        """What a client of that address is called in the log."""
        return self._clients.name(address)

    def take_dropped(self) -> int:
        """How many were dropped since the last call."""
        return self._days.take_dropped()

    def close(self) -> None:
        """Write what waits, and end the thread."""
        self._days.close()

    def _line(self, entry: tuple[Remembered, str, float]) -> bytes:
        what, address, at = entry
        search = what.search
        drafted = {"experiment": search.experiment, "teams": search.teams}
        return orjson.dumps(
            {
                "application": search.index,
                "query_id": what.query_id,
                "client_id": self._clients.name(address),
                "user_query": search.text,
                "timestamp": utc(at),
                "query_response_hit_ids": search.ids,
                "query_attributes": {
                    "ranking": search.ranking,
                    "hits": search.hits,
                    "filtered": search.filtered,
                    "offset": search.offset,
                    "took_ms": round(what.took_ms, 3),
                    **(drafted if search.experiment else {}),
                },
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )


def loggable(text: str) -> str:
    """Lower case and single spaces, so that one search is one text.

    "" for what is not to be remembered: what is too long, and a secret.
    """
    normal = " ".join(text.casefold().split())
    if len(normal) > _LONGEST or redacted(text) != text:
        return ""
    return normal


def last_search(folder: Path) -> float:
    """When a line was last written, in seconds since 1970; 0 where there is none."""
    found = day_files(folder, NAME)
    return found[-1].stat().st_mtime if found else 0.0


def searched(folder: Path, index: str, people: int) -> Mapping[str, int]:
    """The texts with hits that so many people or more searched `index` for, and how many did."""
    clients: dict[str, set[str]] = defaultdict(set)
    for line in _lines(folder):
        try:
            found = orjson.loads(line)
            if found["application"] == index and found["query_attributes"]["hits"]:
                clients[str(found["user_query"])].add(str(found["client_id"]))
        except (ValueError, KeyError, TypeError):  # what somebody has imported may lack any
            continue
    return {text: len(some) for text, some in clients.items() if len(some) >= people}


def _lines(folder: Path) -> Iterator[bytes]:
    left = _MOST_LINES
    for path in reversed(day_files(folder, NAME)):
        with path.open("rb") as file:
            for line in file:
                yield line
                left -= 1
                if not left:
                    return


def utc(seconds: float) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    whole = int(seconds)
    return f"{_second(whole)}.{int((seconds - whole) * 1000):03}Z"


@lru_cache(16)
def _second(seconds: int) -> str:
    """Made once for all the lines of a second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
