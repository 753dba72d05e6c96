"""Workers that stop when their server says so or is gone, and for no other signal.

Ctrl-C, a closed terminal and a stopping service manager signal every process at once. A worker
that obeyed would drop what its server still promises to answer, so workers hold these signals
back and wait for the end of a pipe instead: their lifeline. The server closes its end to stop
them; the system closes it when the server dies, by whatever means, so no worker outlives it.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing import Pipe, resource_tracker
from multiprocessing.connection import Connection
from typing import Any

# Windows has no masks: there, a worker ends with its console.
_HELD = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP} if hasattr(signal, "SIGHUP") else set()


class Lifelines:
    """The server's ends of the pipes to its workers, by the worker's place."""

    def __init__(self) -> None:
        self._ends: dict[int, Connection] = {}

    def attach(self, place: int, target: Callable[..., None]) -> Callable[..., None]:
        """What a new worker of that place runs: `target`, on a pipe of its own."""
        if place in self._ends:
            self._ends[place].close()
        its_end, self._ends[place] = Pipe(duplex=False)
        return partial(_run_worker, its_end, target)

    def cut(self) -> None:
        """Let all workers answer what they have begun, and end."""
        for end in self._ends.values():
            end.close()


@contextmanager
def signals_held() -> Iterator[None]:
    """Processes started within hold the signals back from their first instruction on."""
    # Starting the tracker of multiprocessing lets go of signals, so it must run before.
    resource_tracker.ensure_running()
    before = _hold()
    try:
        yield
    finally:
        if _HELD:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _hold() -> set[int]:
    """Hold the signals back in this thread and those it starts; which were held before."""
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)) if _HELD else set()


def _run_worker(lifeline: Connection, target: Callable[..., None], *args: Any) -> None:
    """The worker process.

    It ends where its work does. To take the interpreter apart first is to race with the threads
    of granian and tantivy, which then abort the process or wait for each other for ever.
    """
    _hold()
    threading.Thread(target=_stop_at_end, args=(lifeline,), daemon=True).start()
    target(*args)
    logging.shutdown()
    os._exit(0)


def _stop_at_end(lifeline: Connection) -> None:
    """Once the pipe has ended, stop this process."""
    try:
        lifeline.recv_bytes()
    except (EOFError, OSError):
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            os._exit(0)  # it has not begun to serve
        _stop()


def _stop() -> None:
    """As granian stops on a signal, which must come once: at another its worker may hang for ever.

    So SIGTERM stays held back, which the server sends as well and others may have sent. A SIGINT
    that came before is taken away.
    """
    if not _HELD:
        signal.raise_signal(signal.SIGTERM)
        return
    if signal.SIGINT in signal.sigpending():
        signal.sigwait({signal.SIGINT})
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.raise_signal(signal.SIGINT)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
