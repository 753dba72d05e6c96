"""Remembers deletes for a while, so that an older read that comes late cannot undo them.

A log of JSON lines beside the index. It is written before tantivy commits: a tombstone whose
delete was lost in a crash only refuses reads that are older than that delete.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import orjson

from searchsvc.engines.embedded.directories import replace_file

_KEPT = 3_600_000_000  # µs of database time behind the newest delete, as Elasticsearch's gc_deletes
_MOST = 100_000
_SLACK = 1_000  # lines that may be outdated before the log is written anew


class Tombstones:
    """The version of each id deleted lately. One writer at a time; made under its lock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = _lines(path)
        self._kept = _recent({line[0]: line[1] for line in lines})
        if len(lines) > 2 * len(self._kept) + _SLACK:
            replace_file(path, _encoded(self._kept))

    def get(self, id: str) -> int | None:
        """The version of the delete of `id`, if it is remembered."""
        return self._kept.get(id)

    def add(self, deleted: Mapping[str, int]) -> None:
        """Remember these ids with their versions, durably."""
        if not deleted:
            return
        with self._path.open("ab") as file:
            file.write(_encoded(deleted))
            file.flush()
            os.fsync(file.fileno())
        self._kept.update(deleted)


def _lines(path: Path) -> list[tuple[str, int]]:
    """What the log holds; a last line cut short by a crash is not part of any commit."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return []
    whole = raw[: raw.rfind(b"\n") + 1]
    if len(whole) < len(raw):
        replace_file(path, whole)
    return [(id, version) for id, version in map(orjson.loads, whole.splitlines())]


def _encoded(deleted: Mapping[str, int]) -> bytes:
    return b"".join(orjson.dumps(pair) + b"\n" for pair in deleted.items())


def _recent(deleted: Mapping[str, int]) -> dict[str, int]:
    """The newest `_MOST` of those within `_KEPT` of the newest."""
    newest = max(deleted.values(), default=0)
    kept = [item for item in _by_version(deleted) if item[1] >= newest - _KEPT]
    return dict(kept[-_MOST:])


def _by_version(deleted: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    return sorted(deleted.items(), key=lambda item: item[1])
