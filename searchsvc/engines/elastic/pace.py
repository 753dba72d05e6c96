"""How large bulk requests are and how many are under way: up step by step, down by halves."""

import threading

LEAST, MOST, STEP = 1 << 18, 15 << 20, 1 << 18  # bytes of a request
MOST_REQUESTS = 4
_GOOD = 4  # full requests in a row before one more is tried at the same time


class Pace:
    """Additive increase after what went well, multiplicative decrease after what did not.

    Shared by the threads of one writer.
    """

    def __init__(self, size: int = 1 << 20, requests: int = 2) -> None:
        self._lock = threading.Lock()
        self._good = 0
        self.size = size
        self.requests = requests

    def faster(self, sent: int) -> None:
        """A request of `sent` bytes went through at the first try."""
        with self._lock:
            if sent * 2 < self.size:
                return  # says nothing of what the server can take
            self.size = min(MOST, self.size + STEP)
            self._good += 1
            if self._good >= _GOOD:
                self._good = 0
                self.requests = min(MOST_REQUESTS, self.requests + 1)

    def slower(self) -> None:
        """The server was busy, silent, or refused the size."""
        with self._lock:
            self._good = 0
            self.size = max(LEAST, self.size // 2)
            self.requests = max(1, self.requests // 2)
