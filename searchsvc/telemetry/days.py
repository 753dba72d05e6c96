"""Appends lines to a file for each day, from a thread of its own; files of old days go."""

import fcntl
import os
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar

from searchsvc.telemetry.appending import extend

Entry = TypeVar("Entry")

_SUFFIX = ".jsonl"
_SECONDS = 1.0  # between two appends
_MAX_BYTES = 256 * 1024 * 1024  # of one day
MOST_WAITING = 10_000


class DayLog(Generic[Entry]):
    """Appends what `encode` makes of entries to `<name>-<day>.jsonl` in `folder`, once a second.

    Nobody ever waits: what is too much, or cannot be written, is dropped and counted. Files are
    removed once they are older than `days`. Several processes may write.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        days: int,
        encode: Callable[[Entry], bytes],
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._folder = folder
        self._name = name
        self._days = days
        self._encode = encode
        self._most = most_waiting
        self._waiting: list[Entry] = []
        self._dropped = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, entries: Sequence[Entry]) -> int:
        """Write them soon; how many of them, the first ones, are not dropped at once."""
        with self._lock:
            taken = max(0, min(len(entries), self._most - len(self._waiting)))
            self._waiting += entries[:taken]
            self._dropped += len(entries) - taken
            if self._thread is None and taken:
                self._start()
        return taken

    def add_one(self, entry: Entry) -> None:
        """Write it soon, or drop it; it costs less than `add`, since each search does so."""
        with self._lock:
            if len(self._waiting) >= self._most:
                self._dropped += 1
                return
            self._waiting.append(entry)
            if self._thread is None:
                self._start()

    def take_dropped(self) -> int:
        """How many were dropped since the last call."""
        if not self._dropped:  # as nearly always
            return 0
        with self._lock:
            number, self._dropped = self._dropped, 0
        return number

    def close(self) -> None:
        """Write what waits, and end the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=2.0)
            self._thread = None

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(_SECONDS):
            self._flush()
        self._flush()

    def _flush(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting, []
        if not batch:
            return
        try:
            self._append(b"".join(map(self._encode, batch)))
        except OSError:
            with self._lock:
                self._dropped += len(batch)

    def _append(self, data: bytes) -> None:
        """Raises OSError; then nothing was written."""
        today = datetime.now(UTC).date()
        path = day_file(self._folder, self._name, today)
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            forget(self._folder, self._name, self._days, today)
        append(path, data)


def append(path: Path, data: bytes) -> None:
    """Append whole lines to the file of a day. Raises OSError; then nothing was written."""
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file).st_size + len(data) > _MAX_BYTES:
            raise OSError("the log of this day is full")
        extend(file, data)
    finally:
        os.close(file)


def day_file(folder: Path, name: str, day: date) -> Path:
    """The file of a day."""
    return folder / f"{name}-{day.isoformat()}{_SUFFIX}"


def day_files(
    folder: Path, name: str, first: date | None = None, last: date | None = None
) -> list[Path]:
    """The files of the days from `first` to `last`, the oldest first."""
    low = first.isoformat() if first else ""
    high = last.isoformat() if last else "~"
    found = sorted(folder.glob(f"{name}-????-??-??{_SUFFIX}"))
    return [path for path in found if low <= _day(path, name) <= high]


def forget(folder: Path, name: str, days: int, today: date) -> None:
    """Remove the files that are older than `days`."""
    oldest = (today - timedelta(days=days - 1)).isoformat()
    for path in day_files(folder, name):
        if _day(path, name) < oldest:
            path.unlink(missing_ok=True)


def _day(path: Path, name: str) -> str:
    return path.stem.removeprefix(f"{name}-")
