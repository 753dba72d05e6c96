"""Has tasks of those who evaluate done, one at a time, by processes beside a server."""

import fcntl
import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from searchsvc.domain.run import Counts, RunStatus
from searchsvc.errors import SearchsvcError
from searchsvc.indexing.beside import BesideThread, run_beside
from searchsvc.ports import Clock, StateStore
from searchsvc.relevance.tasks import TaskFiles

_POLL = 0.25  # seconds between two looks
_STOPPED = "run_stopped: the server was stopped; ask again"
_KILLED = "run_stopped: the server, or this run's process, was killed; ask again"
_log = logging.getLogger(__name__)


class TaskKeeper(BesideThread):
    """A thread; `command` and the number of a run do what that run has been asked to.

    Of several servers with the same folder one does the tasks, as it holds `lock`, which the
    system frees when it dies. Each run ends with its process: well, or told as stopped.
    """

    def __init__(
        self,
        tasks: TaskFiles,
        state: StateStore,
        clock: Clock,
        command: Collection[str],
        lock: Path,
    ) -> None:
        self._tasks = tasks
        self._state = state
        self._clock = clock
        self._command = command
        self._lock = lock
        super().__init__("tasks")

    def _run(self) -> None:
        with self._locked() as mine:
            if not mine:
                return
            self._attempt(self._close_begun, _KILLED)
            while not self._stop.is_set():
                self._attempt(self._do_next)
                self._stop.wait(_POLL)
            self._attempt(self._close_all, _STOPPED)

    @contextmanager
    def _locked(self) -> Iterator[bool]:
        """Whether the lock was had before the server stopped."""
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        with self._lock.open("ab") as file:
            while not self._stop.is_set():
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    self._stop.wait(_POLL)
                else:
                    yield True
                    return
            yield False

    def _attempt(self, act: object, *given: object) -> None:
        """It outlives whatever a store or a disk may raise, and tries again."""
        try:
            act(*given)  # type: ignore[operator]
        except (SearchsvcError, OSError) as error:
            _log.warning("evaluations wait: %s", error)
            self._stop.wait(_POLL * 20)
        except Exception:  # noqa: BLE001 - as the docstring says
            _log.exception("evaluations wait")
            self._stop.wait(_POLL * 20)

    def _do_next(self) -> None:
        for run in self._tasks.waiting()[:1]:
            self._tasks.begin(run)
            code, told = run_beside([*self._command, str(run)], self._stop)
            if code not in (0, None):
                _log.warning("run %s did not end well: %s", run, told.partition("\n")[0])
            self._close(run, _STOPPED if code is None else _KILLED)

    def _close_begun(self, error: str) -> None:
        for run in self._tasks.begun():
            self._close(run, error)

    def _close_all(self, error: str) -> None:
        for run in (*self._tasks.begun(), *self._tasks.waiting()):
            self._close(run, error)

    def _close(self, number: int, error: str) -> None:
        """End a run that its process has not ended."""
        run = self._state.run(number)
        if run is not None and run.status is RunStatus.RUNNING:
            now = self._clock.now()
            self._state.finish_run(run, RunStatus.ABANDONED, Counts(), now, error=error)
        self._tasks.end(number)
