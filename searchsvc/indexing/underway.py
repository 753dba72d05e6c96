"""Counts what is under way in other threads, so that it can be waited for."""

from threading import Condition


class UnderWay:
    """A context for each piece of work; `wait` returns once none is in it."""

    def __init__(self) -> None:
        self._number = 0
        self._changed = Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._number += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._number -= 1
            self._changed.notify_all()

    def wait(self) -> None:
        """Return once there is no work."""
        with self._changed:
            self._changed.wait_for(lambda: not self._number)
