"""Answers that are read up to a limit, whatever the server or what stands before it sends.

The official clients read every answer to its end. Both do so through a pool of urllib3's; this
one takes its place.
"""

from dataclasses import dataclass
from typing import Any

from searchsvc.engines.elastic.failures import too_long

MOST_BODY = 32 << 20  # bytes: many times what any request of ours is answered with
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer that has been read, with what the clients ask of urllib3's."""

    status: int
    headers: Any
    data: bytes


class BoundedPool:
    """A urllib3 pool whose answers have `most` bytes at most."""

    def __init__(self, pool: Any, most: int = MOST_BODY) -> None:
        self._pool = pool
        self._most = most

    def urlopen(self, method: str, url: str, body: Any = None, **options: Any) -> Whole:
        """The answer. Raises EngineError for one that is longer, and urllib3's errors."""
        response = self._pool.urlopen(method, url, body, preload_content=False, **options)
        try:
            data = _read(response, self._most)
        except BaseException:
            response.close()  # the rest of the answer would be taken for that of the next request
            raise
        finally:
            response.release_conn()
        return Whole(response.status, response.headers, data)

    def close(self) -> None:
        """End the connections."""
        self._pool.close()


def _read(response: Any, most: int) -> bytes:
    data = bytearray()
    while chunk := response.read(_CHUNK):
        data += chunk
        if len(data) > most:
            raise too_long(most)
    return bytes(data)
