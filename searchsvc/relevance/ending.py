"""Ends experiments that have found enough, beside a server."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from searchsvc.domain.experiment import Ended, Experiment, Preferences
from searchsvc.errors import SearchsvcError
from searchsvc.relevance.experiments import ExperimentFiles

_SECONDS = 60.0  # between two looks
_SHARE = 20  # a look may take so small a part of the time: at large logs they come less often
_log = logging.getLogger(__name__)


class ExperimentEnder:
    """A thread that ends the experiments of `files` in time.

    `found` reads the logs, which are kept for `days`.
    """

    def __init__(
        self, files: ExperimentFiles, found: Callable[[Experiment], Preferences], days: int
    ) -> None:
        self._files = files
        self._found = found
        self._days = days
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="experiments", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def look(self, now: datetime) -> None:
        """End what has as many sessions as were planned, or began before the logs do."""
        for one in self._files.all():
            if one.ended is None and (why := self._why(one, now)) is not None:
                self._files.end(one, why, self._found(one), now)

    def _why(self, one: Experiment, now: datetime) -> Ended | None:
        if self._found(one).decided >= one.sessions:
            return Ended.ENOUGH
        last = one.started.date() + timedelta(days=self._days - 1)
        return Ended.LOGS if now.date() >= last else None

    def _run(self) -> None:
        wait = _SECONDS
        while not self._stop.wait(wait):
            begun = time.monotonic()
            try:
                self.look(datetime.now(UTC))
            except (SearchsvcError, OSError) as error:
                _log.warning("experiments go on: %s", error)
            except Exception:  # noqa: BLE001 - the thread outlives whatever a file may raise
                _log.exception("experiments go on")
            wait = max(_SECONDS, _SHARE * (time.monotonic() - begun))
