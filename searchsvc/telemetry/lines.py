"""Appends JSON lines to a file of limited size, from a thread of its own."""

import fcntl
import json
import os
import queue
import threading
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from searchsvc.telemetry.appending import extend
from searchsvc.telemetry.redacted import redacted

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Line = TypeVar("Line", bound="DataclassInstance")

_MAX_BYTES = 10 * 1024 * 1024
_MAX_WAITING = 1000
_STOP = None


def instant() -> str:
    """Now, as lines say it: RFC 3339 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def log_files(path: Path) -> list[Path]:
    """The files that a log at `path` has, the oldest first."""
    numbered = path.parent.glob(f"{path.name}.*")
    older = [file for file in numbered if file.suffix[1:].isdigit()]
    older.sort(key=lambda file: -int(file.suffix[1:]))
    return [*older, path] if path.exists() else older


class LineLog(Generic[Line]):
    """Appends dataclasses to `path`, a line each; no request ever waits for the disk.

    What cannot be written (disk full, too many at once) is dropped and counted. Beyond `max_bytes`
    the file moves to `path`.1, and that to .2 and so on: `keep` of them. Several processes may
    write to one path.
    """

    def __init__(self, path: Path, max_bytes: int = _MAX_BYTES, keep: int = 3) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._keep = keep
        self._dropped = 0
        self._lock = threading.Lock()
        self._waiting: queue.Queue[Line | None] = queue.Queue(_MAX_WAITING)
        self._thread: threading.Thread | None = None

    def add(self, line: Line) -> None:
        """Write a line soon; at once dropped when too many wait already."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._path.stem, daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait(line)
        except queue.Full:
            self._drop(1)

    def take_dropped(self) -> int:
        """How many were dropped since the last call."""
        with self._lock:
            number, self._dropped = self._dropped, 0
        return number

    def close(self) -> None:
        """Write what waits, and end the thread."""
        if self._thread is not None:
            self._waiting.put(_STOP)
            self._thread.join(timeout=2.0)
            self._thread = None

    def _run(self) -> None:
        while (line := self._waiting.get()) is not _STOP:
            batch = [line]
            ended = False
            while not self._waiting.empty() and not ended:
                following = self._waiting.get()
                ended = following is _STOP
                batch += [following] if following is not _STOP else []
            self._write(batch)
            if ended:
                return

    def _write(self, batch: list[Line]) -> None:
        try:
            self._append(b"".join(self._encoded(batch)))
        except OSError:
            self._drop(len(batch))

    def _encoded(self, batch: Iterable[Line]) -> Iterable[bytes]:
        """The lines as JSON; one that nests too deep is dropped, and takes no other along."""
        for line in batch:
            try:
                # ASCII only: U+2028 and its like end a line for some readers.
                yield redacted(json.dumps(asdict(line), default=str)).encode() + b"\n"
            except RecursionError:
                self._drop(1)

    def _drop(self, number: int) -> None:
        with self._lock:
            self._dropped += number

    def _append(self, data: bytes) -> None:
        """Append whole lines under a lock on the folder's lock file. Raises OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._size() + len(data) > self._max_bytes:
                self._rotate()
            self._extend(data)
        finally:
            os.close(lock)

    def _extend(self, data: bytes) -> None:
        """Append all of `data` or nothing: half a line would spoil the next one. Raises OSError."""
        file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            extend(file, data)
        finally:
            os.close(file)

    def _size(self) -> int:
        return self._path.stat().st_size if self._path.exists() else 0

    def _rotate(self) -> None:
        for number in range(self._keep - 1, -1, -1):
            old = self._path if number == 0 else self._numbered(number)
            if old.exists():
                old.replace(self._numbered(number + 1))

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
