"""An event that the handler of a signal may set, whatever its thread is doing just then.

`threading.Event` holds a lock while it begins to wait and while it is being set; a handler that
runs at that moment and sets the event waits for that lock, which its own thread never lets go of.
"""

from queue import Empty, SimpleQueue

# Of signals that come at once, the system may give one to another thread than the main one: then
# no wait of the main thread ends by it, and its handler runs only once a wait has ended.
_LONGEST_WAIT = 0.25  # seconds


class Interrupt:
    """As much of an event as main loops use."""

    def __init__(self) -> None:
        self._is_set = False
        # Its `put` may interrupt its own `get`, unlike anything that is made of locks.
        self._bell: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        """Let whoever waits go on."""
        self._is_set = True
        self._bell.put(None)

    def clear(self) -> None:
        """Be as before it was set."""
        self._is_set = False

    def is_set(self) -> bool:
        """Whether it has been set."""
        return self._is_set

    def wait(self) -> bool:
        """Return once it is set."""
        while not self._is_set:
            try:
                self._bell.get(timeout=_LONGEST_WAIT)  # may have been rung for a time that is over
            except Empty:
                continue
        return True
