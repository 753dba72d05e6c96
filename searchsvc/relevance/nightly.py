"""Has what people click on learned when it is due, by a process beside a server."""

import fcntl
import logging
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from searchsvc.indexing.beside import BesideThread, run_beside
from searchsvc.indexing.schedule import next_due
from searchsvc.indexing.when import When
from searchsvc.ports import Clock

_POLL = 5.0  # seconds between two looks
_log = logging.getLogger(__name__)


class NightlyLearner(BesideThread):
    """A thread; `command` and the name of an index learn of that one.

    When it was last done stands in `folder`, a file for each index. Of several servers with the
    same folder the one that holds its lock does it. What was missed while none ran is done once.
    """

    def __init__(
        self,
        indexes: Collection[str],
        when: When,
        clock: Clock,
        command: Collection[str],
        folder: Path,
    ) -> None:
        self._indexes = indexes
        self._when = when
        self._clock = clock
        self._command = command
        self._folder = folder
        super().__init__("learning")

    def start(self) -> None:
        """Begin, where there is something to learn of; returns at once."""
        if self._indexes:
            super().start()

    def _run(self) -> None:
        while not self._stop.is_set():
            for index in self._indexes:
                try:
                    self._look(index)
                except OSError as error:
                    _log.warning("nothing is learned of %s: %s", index, error)
            self._stop.wait(_POLL)

    def _look(self, index: str) -> None:
        """Learn, if it is due. The first time it is due is the next one after it was set."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / index).open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            path, now = self._folder / index, self._clock.now()
            last = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if self._stop.is_set() or next_due(self._when, last, now) > now:
                return
            code, told = run_beside([*self._command, index], self._stop, nice=True)
            if code is None:
                return  # the server stops: the next one does it
            path.touch()
            if code:
                _log.warning("nothing is learned of %s: %s", index, told.partition("\n")[0])
