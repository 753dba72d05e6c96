"""Remembers what people search for: lines of JSON, a file for each day, without their addresses.

A line: {"time", "index", "text", "hits", "filtered", "client"}; `client` is a keyed hash, so that
people can be counted and not found.
"""

import ipaddress
import json
import os
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from searchsvc.telemetry.redacted import redacted

_PREFIX, _SUFFIX = "searches-", ".jsonl"
_SECONDS = 1.0  # between two appends
_MOST_WAITING = 10_000
_MAX_BYTES = 256 * 1024 * 1024  # of one day
_LONGEST = 100  # characters; nobody suggests a letter
# Lines that are counted; the newest.
_MOST_LINES = 5_000_000


@dataclass(frozen=True, slots=True)
class LoggedSearch:
    """The first page of a search: what was typed, and how many hits there were.

    `filtered`: the hits are those that also pass a filter.
    """

    index: str
    text: str
    hits: int
    filtered: bool = False


class SearchLog:
    """Appends to files in `folder` once a second, from a thread of its own.

    No search ever waits: what is too much, or cannot be written, is dropped and counted. Files
    are removed once they are older than `days`. Several processes may write.
    """

    def __init__(
        self, folder: Path, secret: bytes, days: int, most_waiting: int = _MOST_WAITING
    ) -> None:
        self._folder = folder
        self._key = blake2b(secret, digest_size=32, person=b"searches").digest()
        self._days = days
        self._most = most_waiting
        self._waiting: list[tuple[LoggedSearch, str, str]] = []
        self._dropped = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, search: LoggedSearch, address: str) -> None:
        """A search by a client of that address."""
        text = _normal(search.text)
        if not text or not address:
            return
        with self._lock:
            if len(self._waiting) >= self._most:
                self._dropped += 1
                return
            self._waiting.append((replace(search, text=text), _now(), address))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="searches", daemon=True)
                self._thread.start()

    def take_dropped(self) -> int:
        """How many were dropped since the last call."""
        with self._lock:
            number, self._dropped = self._dropped, 0
        return number

    def close(self) -> None:
        """Write what waits, and end the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=2.0)
            self._thread = None

    def _run(self) -> None:
        while not self._stop.wait(_SECONDS):
            self._flush()
        self._flush()

    def _flush(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting, []
        if not batch:
            return
        today = datetime.now(UTC).date()
        try:
            self._append(today, b"".join(self._line(*one) for one in batch))
        except OSError:
            with self._lock:
                self._dropped += len(batch)

    def _line(self, search: LoggedSearch, time: str, address: str) -> bytes:
        client = blake2b(network_of(address).encode(), key=self._key, digest_size=8).hexdigest()
        return json.dumps({"time": time, **asdict(search), "client": client}).encode() + b"\n"

    def _append(self, day: date, data: bytes) -> None:
        """In one write, so that lines of several processes do not mix. Raises OSError."""
        path = self._folder / f"{_PREFIX}{day.isoformat()}{_SUFFIX}"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            self._forget(day)
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if os.fstat(file).st_size + len(data) > _MAX_BYTES:
                raise OSError("the log of this day is full")
            os.write(file, data)
        finally:
            os.close(file)

    def _forget(self, today: date) -> None:
        oldest = (today - timedelta(days=self._days - 1)).isoformat()
        for path in log_files(self._folder):
            if path.stem.removeprefix(_PREFIX) < oldest:
                path.unlink(missing_ok=True)


def last_search(folder: Path) -> float:
    """When a line was last written, in seconds since 1970; 0 where there is none."""
    found = log_files(folder)
    return found[-1].stat().st_mtime if found else 0.0


def searched(folder: Path, index: str, people: int) -> Mapping[str, int]:
    """The texts with hits that at least so many people have searched `index` for, and how many did.

    A line without a number of hits is of an earlier release, which wrote no others.
    """
    clients: dict[str, set[str]] = defaultdict(set)
    for line in _lines(folder):
        try:
            found = json.loads(line)
            if found["index"] == index and found.get("hits", 1):
                clients[str(found["text"])].add(str(found["client"]))
        except (ValueError, KeyError, TypeError):  # half a line, of a disk that was full
            continue
    return {text: len(some) for text, some in clients.items() if len(some) >= people}


def _lines(folder: Path) -> Iterator[bytes]:
    left = _MOST_LINES
    for path in reversed(log_files(folder)):
        with path.open("rb") as file:
            for line in file:
                yield line
                left -= 1
                if not left:
                    return


def log_files(folder: Path) -> list[Path]:
    """The files of a folder's log, the oldest day first."""
    return sorted(folder.glob(f"{_PREFIX}????-??-??{_SUFFIX}"))


def _now() -> str:
    """To the second, which is as much as a report needs."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _normal(text: str) -> str:
    """Lower case and single spaces, so that one search is one text.

    "" for what is too long, and for a secret.
    """
    normal = " ".join(text.casefold().split())
    if len(normal) > _LONGEST or redacted(text) != text:
        return ""
    return normal


def network_of(address: str) -> str:
    """The address, or of IPv6 the network, which one person has for all of their devices."""
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        return address
    if given.version == 4:
        return str(given)
    return str(ipaddress.ip_network((given, 64), strict=False).network_address)
