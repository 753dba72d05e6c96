"""Reports what people search for most, and what in vain, from the log of searches."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from searchsvc.analytics.tail import MOST_BYTES, newest
from searchsvc.telemetry.searches import log_files

# A search box that searches while one types asks for `b`, `bi` and `bik` before `bike`.
_TYPING = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Searched:
    """What was searched for in one index.

    `clients` are counted by their addresses, `last` is RFC 3339 in UTC, `hits` the number of them
    then; of those `searches`, `filtered` had a filter.
    """

    index: str
    text: str
    searches: int
    clients: int
    filtered: int
    hits: int
    last: str


@dataclass(frozen=True, slots=True)
class SearchReport:
    """The rows that were asked for, out of `searches` since a time that is "" without any."""

    since: str
    searches: int
    rows: tuple[Searched, ...]


@dataclass(slots=True)
class _Line:
    at: datetime
    time: str
    index: str
    text: str
    hits: int
    filtered: bool
    client: str


@dataclass(slots=True)
class _Tally:
    lines: list[_Line] = field(default_factory=list)

    def row(self) -> Searched:
        last = max(self.lines, key=lambda line: line.at)
        return Searched(
            last.index,
            last.text,
            searches=len(self.lines),
            clients=len({line.client for line in self.lines}),
            filtered=sum(line.filtered for line in self.lines),
            hits=last.hits,
            last=last.time,
        )


class SearchReports:
    """Reports from the logs of `folder`, by their newest `most` bytes.

    A search on the way to a longer one, which the same client began to type a moment before, counts
    as a part of that.
    """

    def __init__(self, folder: Path, most: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most = most

    def popular(self, index: str, limit: int) -> SearchReport:
        """What most clients searched for; of every index where `index` is ""."""
        return self._report(index, limit, without_hits=False)

    def without_hits(self, index: str, limit: int) -> SearchReport:
        """What most clients searched for and found nothing, of searches that found nothing."""
        return self._report(index, limit, without_hits=True)

    def _report(self, index: str, limit: int, *, without_hits: bool) -> SearchReport:
        lines = [line for line in self._lines() if index in ("", line.index)]
        tallies: dict[tuple[str, str], _Tally] = {}
        for line in lines:
            if not (without_hits and line.hits):
                tallies.setdefault((line.index, line.text), _Tally()).lines.append(line)
        rows = sorted(
            (tally.row() for tally in tallies.values()),
            key=lambda row: (-row.clients, -row.searches, row.index, row.text),
        )
        since = min((line.time for line in lines), default="")
        return SearchReport(since, len(lines), tuple(rows[:limit]))

    def _lines(self) -> list[_Line]:
        found = newest(log_files(self._folder), self._most)
        return list(_finished(line for one in found if (line := _line(one)) is not None))


def _line(found: Mapping[str, Any]) -> _Line | None:
    """A line of the log; None where it is none. Before there was a time it had a day."""
    time = found.get("time") or f"{found.get('day')}T00:00:00Z"
    index, text, client = found.get("index"), found.get("text"), found.get("client")
    hits = found.get("hits", 1)
    if not (isinstance(index, str) and isinstance(text, str) and isinstance(hits, int)):
        return None
    try:
        at = datetime.fromisoformat(str(time))
    except ValueError:
        return None
    return _Line(at, str(time), index, text, hits, bool(found.get("filtered")), str(client))


def _finished(lines: Iterable[_Line]) -> Iterator[_Line]:
    """All but those that their client went on to type at once."""
    waiting: dict[tuple[str, str], _Line] = {}
    for line in lines:
        whose = (line.client, line.index)
        before = waiting.get(whose)
        if before is not None and not _goes_on(before, line):
            yield before
        waiting[whose] = line
    yield from waiting.values()


def _goes_on(before: _Line, line: _Line) -> bool:
    longer = line.text.startswith(before.text) and line.text != before.text
    return longer and line.at - before.at <= _TYPING
