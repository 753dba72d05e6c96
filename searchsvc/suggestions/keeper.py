"""Has prefix files made when they are due, each by a process of its own, beside a server."""

import logging
import signal
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path

from searchsvc.domain.index import IndexVersion
from searchsvc.errors import SearchsvcError, StateError
from searchsvc.indexing.beside import BesideThread, run_beside
from searchsvc.ports import IndexStore, StateStore
from searchsvc.suggestions.files import file_of, tidy, versions_in
from searchsvc.suggestions.reader import PrefixFile

_POLL = 2.0  # seconds between two looks
_PAUSE = 30.0  # after a build that failed
_RUNS = 20  # more of them would not end between two looks
_log = logging.getLogger(__name__)

Due = Callable[[IndexVersion], bool]


class Freshness:
    """When a version's file is due: at once where none can be used, else after `refresh` seconds.

    And then only where a run has written to the version since, or `searched` (seconds since 1970)
    says that people have searched.
    """

    def __init__(
        self, folder: Path, state: StateStore, refresh: float, searched: Callable[[], float]
    ) -> None:
        self._folder = folder
        self._state = state
        self._refresh = refresh
        self._searched = searched

    def due(self, version: IndexVersion) -> bool:
        """Whether it should be made now. Raises StateError."""
        path = file_of(self._folder, version)
        try:
            PrefixFile(path)
            made = path.stat().st_mtime
        except (FileNotFoundError, StateError):
            return True
        if time.time() - made < self._refresh:
            return False
        return self._searched() > made or self._written(version) > made

    def _written(self, version: IndexVersion) -> float:
        """When a run that wrote to the version ended, or now where one is under way."""
        runs = self._state.runs(version.index, _RUNS)
        ended = [
            time.time() if run.finished is None else run.finished.timestamp()
            for run in runs
            if run.version == version.name and (run.counts.indexed or run.counts.deleted)
        ]
        return max(ended, default=0.0)


class Keeper(BesideThread):
    """A thread that looks after the files of `indexes`; `command` and an index build one.

    What fails is told in the log, and tried again.
    """

    def __init__(
        self,
        store: IndexStore,
        due: Due,
        folder: Path,
        indexes: Collection[str],
        command: Collection[str],
    ) -> None:
        self._store = store
        self._due = due
        self._folder = folder
        self._indexes = sorted(indexes)
        self._command = command
        self._not_before: dict[str, float] = {}
        super().__init__("suggestions")

    def _run(self) -> None:
        while not self._stop.is_set():
            for index in self._indexes:
                try:
                    self._look(index)
                except SearchsvcError as error:
                    _log.debug("%s: its suggestions wait: %s", index, error)
                except Exception:  # noqa: BLE001 - it outlives whatever a store may raise
                    _log.exception("%s: its suggestions wait", index)
            self._stop.wait(_POLL)

    def _look(self, index: str) -> None:
        if self._stop.is_set() or time.monotonic() < self._not_before.get(index, 0.0):
            return
        self._not_before[index] = time.monotonic() + _PAUSE  # where it raises
        version = self._store.live(index)
        if version is not None and self._due(version) and not self._build(index):
            return
        self._tidy(index, version)
        self._not_before.pop(index)

    def _build(self, index: str) -> bool:
        """Whether a process has made the file."""
        code, told = run_beside([*self._command, index], self._stop)
        # Who ends all processes of a service at once ends this one, too.
        if code not in (0, None, -signal.SIGTERM):
            _log.warning("%s: no new suggestions: %s", index, told.partition("\n")[0])
        return code == 0

    def _tidy(self, index: str, live: IndexVersion | None) -> None:
        """Most of the time there is one file, that of the live version."""
        if set(versions_in(self._folder, index)) - {live}:
            kept = [info.version for info in self._store.versions(index)]
            tidy(self._folder, index, kept)


def command(root: Path) -> list[str]:
    """What builds the file of the index that is named after it, in the project of folder `root`."""
    return [sys.executable, "-m", "searchsvc", "-C", str(root), "index", "suggest"]
