"""Keeps the live version of each index open, and follows swaps and commits of other processes."""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from searchsvc.domain.index import IndexVersion, is_index_name
from searchsvc.engines.embedded.directories import Directories
from searchsvc.engines.embedded.snapshot import Snapshot, open_snapshot
from searchsvc.errors import EngineError, SearchsvcError

_log = logging.getLogger(__name__)
_MOST_OPENED = 8  # versions that are kept open beside the live ones


@dataclass(slots=True)
class _Watched:
    """One index: when the files were last looked at, how they looked, and what is open."""

    checked: float = float("-inf")
    pointer: object = None
    meta: object = None
    snapshot: Snapshot | None = None
    error: SearchsvcError | None = None


@dataclass(frozen=True, slots=True)
class _Opened:
    """A version that was asked for by name: when its files were looked at, and how they looked."""

    checked: float
    meta: object
    snapshot: Snapshot


class LiveSnapshots:
    """The snapshots that answer now; files are looked at once in `poll` seconds at most."""

    def __init__(self, root: Path, poll: float) -> None:
        self._directories = Directories(root)
        self._poll = poll
        self._indexes: dict[str, _Watched] = {}
        self._opened: dict[IndexVersion, _Opened] = {}

    def get(self, index: str) -> Snapshot | None:
        """The live version, None where there is none.

        Raises EngineError where there is one that cannot be read, and no other is open.
        """
        watched = self._indexes.get(index)
        if watched is None:
            if not is_index_name(index) or not self._directories.pointer(index).exists():
                return None  # not remembered, so that asking for nonsense costs no memory
            watched = self._indexes[index] = _Watched()
        now = monotonic()
        if now - watched.checked >= self._poll:
            watched.checked = now
            self._follow(index, watched)
        if watched.error is not None and watched.snapshot is None:
            raise watched.error
        return watched.snapshot

    def of(self, version: IndexVersion) -> Snapshot:
        """That version, live or not. Raises UnknownVersion, or EngineError if unreadable."""
        watched = self._indexes.get(version.index)
        if watched is not None and watched.snapshot is not None:
            live = self.get(version.index)
            if live is not None and live.version == version:
                return live  # rather than open it a second time
        directory, now = self._directories.of(version), monotonic()
        opened = self._opened.pop(version, None)
        if opened is None or now - opened.checked >= self._poll:
            meta = _look(directory.meta)
            if opened is None or meta is None:
                snapshot = open_snapshot(directory)
            else:
                same = meta == opened.meta
                snapshot = opened.snapshot if same else opened.snapshot.renewed()
            opened = _Opened(now, meta, snapshot)
        self._opened[version] = opened
        if len(self._opened) > _MOST_OPENED:
            self._opened.pop(next(iter(self._opened)))
        return opened.snapshot

    def close(self) -> None:
        """Let go of every version."""
        self._indexes.clear()
        self._opened.clear()

    def _follow(self, index: str, watched: _Watched) -> None:
        """Open what is new, before what is old is let go; on failure the old one stays."""
        pointer = _look(self._directories.pointer(index))
        try:
            if pointer != watched.pointer or watched.snapshot is None:
                self._open(index, watched)
                watched.pointer = pointer
            else:
                self._renew(watched, watched.snapshot)
        except SearchsvcError as error:
            if str(error) != str(watched.error):
                _log.error("index '%s' does not follow: %s", index, error)
            watched.error = error
        else:
            watched.error = None

    def _open(self, index: str, watched: _Watched) -> None:
        version = self._directories.live(index)
        if version is None:
            watched.snapshot = None
            return
        directory = self._directories.of(version)
        meta = _look(directory.meta)
        try:
            watched.snapshot = open_snapshot(directory)
        except SearchsvcError as error:
            hint = f"run `searchsvc index rebuild {index}`"
            if directory.tantivy.exists() and not os.access(directory.tantivy, os.W_OK):
                hint = f"let this process write to {directory.tantivy}: readers take a lock there"
            raise EngineError(error.message, hint=hint) from error
        watched.meta = meta

    def _renew(self, watched: _Watched, snapshot: Snapshot) -> None:
        """Move on to the version's last commit, if there is a new one."""
        meta = _look(self._directories.of(snapshot.version).meta)
        if meta != watched.meta:
            watched.snapshot = snapshot.renewed()
            watched.meta = meta


def _look(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is replaced, None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size
