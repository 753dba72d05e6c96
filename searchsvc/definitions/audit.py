"""Who changed which file through the API: lines of JSON, and a lock that leaves one writer.

A line: {"at", "by", "file", "before", "after"}, the last two hashes of the contents.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from searchsvc.domain.curation import CurationChange

_TAIL = 256 * 1024  # bytes that are looked through for the newest lines


class Audit:
    """The log at `path`, which is made with the first change."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Nobody else changes a file meanwhile, in whichever process. Raises OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def add(self, file: str, change: CurationChange) -> None:
        """Write a line, durably. Raises OSError."""
        line = {
            "at": change.at.isoformat(),
            "by": change.by,
            "file": file,
            "before": change.before,
            "after": change.after,
        }
        with self._path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
            log.flush()
            os.fsync(log.fileno())

    def newest(self, file: str, limit: int) -> tuple[CurationChange, ...]:
        """The latest changes of a file, newest first."""
        found: list[CurationChange] = []
        for line in reversed(self._tail()):
            said = _read(line)
            if said.get("file") == file:
                at = datetime.fromisoformat(said["at"])
                found.append(CurationChange(at, said["by"], said["before"], said["after"]))
            if len(found) == limit:
                break
        return tuple(found)

    def _tail(self) -> list[bytes]:
        """The last lines; the first of them may be half a one."""
        try:
            with self._path.open("rb") as log:
                log.seek(max(0, self._path.stat().st_size - _TAIL))
                return log.read().splitlines()
        except FileNotFoundError:
            return []


def _read(line: bytes) -> dict[str, str]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
