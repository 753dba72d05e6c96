"""How far a run has come, told to whoever shows it, and to the state store."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from searchsvc.domain.run import Run, RunProgress
from searchsvc.errors import SearchsvcError
from searchsvc.ports import StateStore

_SECONDS = 1.0  # between two writes to the state store
_log = logging.getLogger(__name__)


class Progress(Protocol):
    """A run calls these from its own thread, in the order start, phase and advance, finish."""

    def start(self, total: int) -> None:
        """`total` rows are to be read."""
        ...

    def phase(self, name: str) -> None:
        """A new step has begun: copy, catch up, check, swap, prune."""
        ...

    def advance(self, rows: int) -> None:
        """So many more rows are done."""
        ...

    def finish(self) -> None:
        """The run has ended, well or not."""
        ...


class NoProgress:
    """Shown to nobody."""

    def start(self, total: int) -> None: ...

    def phase(self, name: str) -> None: ...

    def advance(self, rows: int) -> None: ...

    def finish(self) -> None: ...


class ToldProgress:
    """Told to `shown`, and with each phase and once a second to the state store.

    A store that cannot take it stops no run: what must be recorded is recorded elsewhere.
    """

    def __init__(
        self,
        shown: Progress,
        state: StateStore,
        run: Run,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shown = shown
        self._state = state
        self._run = run
        self._clock = clock
        self._reached = RunProgress("")
        self._told = 0.0

    def start(self, total: int) -> None:
        self._shown.start(total)
        self._reached = replace(self._reached, total=total)
        self._tell()

    def phase(self, name: str) -> None:
        self._shown.phase(name)
        self._reached = replace(self._reached, phase=name)
        self._tell()

    def advance(self, rows: int) -> None:
        self._shown.advance(rows)
        self._reached = replace(self._reached, done=self._reached.done + rows)
        if self._clock() - self._told >= _SECONDS:
            self._tell()

    def finish(self) -> None:
        self._shown.finish()

    def _tell(self) -> None:
        self._told = self._clock()
        try:
            self._state.set_progress(self._run, self._reached)
        except SearchsvcError as error:
            _log.debug("the progress of run %s is not recorded: %s", self._run.id, error)
