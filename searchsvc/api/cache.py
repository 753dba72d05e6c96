"""Gives an answer again for a moment; several requests that want it at once have it made once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from operator import is_
from time import monotonic
from typing import TypeAlias

from searchsvc.telemetry.searches import LoggedSearch

# What an answer rests on beside what was asked: while these are the very same objects, it holds.
Basis: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The JSON of an answer without its times, and the name of the version that it comes from.

    `logged` is what is remembered of each search for it; None where nothing is.
    """

    version: str
    json: bytes
    logged: LoggedSearch | None = None


Make: TypeAlias = Callable[[], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class _Kept:
    basis: Basis
    until: float
    size: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class _Flight:
    """An answer that is being made; None where whoever made it went away."""

    basis: Basis
    done: asyncio.Future[Answer | None]


class AnswerCache:
    """The answers of the last `seconds`, of at most `most` bytes; 0 seconds keep none.

    One event loop uses it. Failures are told to all who wait, and are not kept.
    """

    def __init__(
        self, seconds: float, most: int = 32 << 20, clock: Callable[[], float] = monotonic
    ) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._kept: dict[str, _Kept] = {}  # the oldest first
        self._flights: dict[str, _Flight] = {}
        self._size = 0

    async def get(self, key: str, basis: Basis, make: Make) -> tuple[Answer, bool]:
        """The answer to `key`, and whether another request has made it. Raises what `make` does."""
        kept = self._kept.get(key)
        if kept is not None and kept.until > self._clock() and _same(kept.basis, basis):
            return kept.answer, True
        while (flight := self._flights.get(key)) is not None and _same(flight.basis, basis):
            # Shielded, so that one who goes away takes nobody along.
            if (answer := await asyncio.shield(flight.done)) is not None:
                return answer, True
        return await self._made(key, basis, make), False

    async def _made(self, key: str, basis: Basis, make: Make) -> Answer:
        until = self._clock() + self._seconds
        flight = _Flight(basis, asyncio.get_running_loop().create_future())
        self._flights[key] = flight
        try:
            answer = await make()
        except Exception as error:
            flight.done.set_exception(error)
            flight.done.exception()  # perhaps nobody waits, which is no reason to log it
            raise
        except BaseException:
            flight.done.set_result(None)
            raise
        else:
            flight.done.set_result(answer)
            self._keep(key, _Kept(basis, until, len(key) + len(answer.json), answer))
            return answer
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]

    def _keep(self, key: str, kept: _Kept) -> None:
        if not self._seconds:
            return
        self._drop(key)
        self._kept[key] = kept
        self._size += kept.size
        now = self._clock()
        while self._kept:
            oldest, one = next(iter(self._kept.items()))
            if one.until > now and self._size <= self._most:
                break
            self._drop(oldest)

    def _drop(self, key: str) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._size -= kept.size


def _same(one: Basis, other: Basis) -> bool:
    return all(map(is_, one, other))
