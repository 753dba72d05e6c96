"""Goes on beside a server until that stops: a thread of ours, or a command."""

import os
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Collection
from threading import Event, Thread

NICE = 10  # by which such a process gives way to others, once it has begun
_POLL = 0.1  # seconds


def run_beside(
    command: Collection[str], stop: Event, *, nice: bool = False
) -> tuple[int | None, str]:
    """Its exit code, None where `stop` ended it; and what it said on standard error.

    With `nice` it gives way to others from the start, where it does not say so itself.
    Its standard input ends with this process, by whatever means that ends.
    """
    process = subprocess.Popen(  # noqa: S603 - our own command
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a Ctrl-C is the server's, which then ends it
    )
    with process:
        if nice:
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
        while process.poll() is None:
            if stop.wait(_POLL):
                # Not asked to end: to take tantivy's threads apart may take it for ever, and a
                # file that is not whole is never in place.
                process.kill()
                return None, ""
        told = process.stderr.read().strip() if process.stderr else ""
    return process.returncode, told


class BesideThread(ABC):
    """A thread of that name, which `_run` ends soon after `_stop` is set."""

    def __init__(self, name: str) -> None:
        self._stop = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End what is under way, and the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    @abstractmethod
    def _run(self) -> None: ...
