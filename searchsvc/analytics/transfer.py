"""Moves the logs of searches and events out of the service and into it, as UBI's lines of JSON."""

import gzip
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from searchsvc.analytics.period import Asked
from searchsvc.analytics.tail import lines_of
from searchsvc.analytics.ubi import read_event, read_query
from searchsvc.errors import RequestError, UsageError
from searchsvc.telemetry import events, searches
from searchsvc.telemetry.days import append, day_file, day_files

Line: TypeAlias = Mapping[str, Any]


@dataclass(slots=True)
class Imported:
    """How many lines were written, how many were there already, and how many are too old."""

    searches: int = 0
    events: int = 0
    known: int = 0
    too_old: int = 0


@dataclass(slots=True)
class _Read:
    """Lines by the log that they belong to, and the day."""

    lines: dict[tuple[str, date], list[bytes]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, line: Line) -> None:
        day = datetime.fromisoformat(line["timestamp"]).date()
        data = orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
        self.lines[name, day].append(data)


def import_files(folder: Path, paths: Sequence[Path], days: int, today: date) -> Imported:
    """Write the queries and events of files into the logs of `folder`, each under its day.

    All lines are read before any is written. What is there already is not written again, nor what
    would be removed at once, being older than `days`. Raises UsageError for a line that cannot be
    used, with its number.
    """
    read, done = _Read(), Imported()
    for path in paths:
        _read_file(path, read)
    oldest = today - timedelta(days=days - 1)
    folder.mkdir(parents=True, exist_ok=True)
    for (name, day), lines in sorted(read.lines.items()):
        if day < oldest:
            done.too_old += len(lines)
            continue
        path = day_file(folder, name, day)
        new = _unknown(path, lines)
        append(path, b"".join(new))
        done.known += len(lines) - len(new)
        setattr(done, name, getattr(done, name) + len(new))
    return done


def _read_file(path: Path, read: _Read) -> None:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as file:
            _read_lines(path, file, read)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        hint = "nothing was written; make the file anew, or leave .gz out of its name"
        raise UsageError(f"{path}: no whole gzip file: {error}", hint=hint) from error


def _read_lines(path: Path, lines: Iterable[bytes], read: _Read) -> None:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                read.add(*_read_line(line))
            except RequestError as error:
                place = f"{path}, line {number}"
                raise UsageError(f"{place}: {error.message}", hint=error.hint) from error


def _read_line(line: bytes) -> tuple[str, Line]:
    try:
        found = orjson.loads(line)
    except ValueError as error:
        raise RequestError("it is not JSON", param="") from error
    if isinstance(found, dict) and "action_name" in found:
        return events.NAME, read_event(found, strict=False)
    return searches.NAME, read_query(found)


def _unknown(path: Path, lines: Iterable[bytes]) -> list[bytes]:
    """Those that the file does not have, each once."""
    known = set()
    if path.exists():
        with path.open("rb") as file:
            known = {_digest(line) for line in file}
    found = []
    for line in lines:
        if (digest := _digest(line)) not in known:
            known.add(digest)
            found.append(line)
    return found


def _digest(line: bytes) -> bytes:
    return blake2b(line, digest_size=16).digest()


class Exported:
    """The lines of the logs in `folder` that are asked for: queries, and then events."""

    def __init__(self, folder: Path, asked: Asked) -> None:
        self._folder = folder
        self._asked = asked
        self._ids: set[str] = set()

    def queries(self) -> Iterator[Line]:
        """Of the index, where one is asked for."""
        for line in self._lines(searches.NAME):
            if self._asked.index in ("", line.get("application")):
                self._ids.add(str(line.get("query_id")))
                yield line

    def events(self) -> Iterator[Line]:
        """Of the index, or of the queries that were given before."""
        for line in self._lines(events.NAME):
            is_of_query = line.get("query_id") in self._ids
            if is_of_query or self._asked.index in ("", line.get("application")):
                yield line

    def _lines(self, name: str) -> Iterator[Line]:
        since, until = self._asked.since, self._asked.until
        files = day_files(self._folder, name, since and since.date(), until and until.date())
        for path in files:
            for line in lines_of(path):
                if self._asked.holds(datetime.fromisoformat(line["timestamp"])):
                    yield line


Write: TypeAlias = Callable[[Path, str, Iterable[Line]], int]


def write_ndjson(folder: Path, index: str, lines: Iterable[Line]) -> int:
    """A line for each, in `<index>.ndjson`; how many."""
    return _written(folder / f"{index}.ndjson", (_json(line) for line in lines))


def write_bulk(folder: Path, index: str, lines: Iterable[Line]) -> int:
    """As a bulk request of OpenSearch or Elasticsearch into `index`; how many.

    An id goes by the whole line, so that what is sent again makes no second document.
    """

    def both() -> Iterator[bytes]:
        for line in lines:
            data = _json(line)
            yield _json({"index": {"_index": index, "_id": _digest(data).hex()}}) + data

    return _written(folder / f"{index}.bulk.ndjson", both())


def _json(value: Line) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def _written(path: Path, parts: Iterable[bytes]) -> int:
    number = 0
    with path.open("wb") as file:
        for part in parts:
            file.write(part)
            number += 1
    return number
