"""Reads the end of logs of JSON lines: as many of the newest lines as fit into so many bytes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

# About 100,000 searches, which take a second to read. Requests wait for the interpreter meanwhile.
MOST_BYTES = 12 * 1024 * 1024


def newest(files: Sequence[Path], most: int = MOST_BYTES) -> Iterator[dict[str, Any]]:
    """The objects in the last `most` bytes of `files`, the oldest first, in the files' order.

    A line that is no object, as a full disk leaves it, is passed over, and so is a file that has
    gone meanwhile.
    """
    for path, skipped in _parts(files, most):
        yield from lines_of(path, skipped)


def lines_of(path: Path, skipped: int = 0, holding: bytes = b"") -> Iterator[dict[str, Any]]:
    """The objects in a file behind so many bytes, as `newest` gives them.

    Only those whose line is `holding` these bytes.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        file.seek(skipped)
        if skipped:
            file.readline()  # the end of a line that began before
        for line in file:
            found = _object(line) if holding in line else None
            if found is not None:
                yield found


def _parts(files: Sequence[Path], left: int) -> list[tuple[Path, int]]:
    """Which files are read, and how many bytes of each are not."""
    parts: list[tuple[Path, int]] = []
    for path in reversed(files):
        size = path.stat().st_size if path.exists() else 0
        parts.append((path, max(0, size - left)))
        left -= size
        if left <= 0:
            break
    return parts[::-1]


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
