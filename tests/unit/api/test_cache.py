"""Answers that are given again: for how long, on what they rest, and who makes them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from searchsvc.api.cache import Answer, AnswerCache

ONE, OTHER = (object(),), (object(),)


@dataclass
class Made:
    """Makes answers of `size` bytes that differ, and counts them; waits for `goes` where set."""

    size: int = 2
    goes: asyncio.Event | None = None
    error: BaseException | None = None
    calls: int = 0
    now: float = 0.0
    cache: AnswerCache = field(init=False)

    def keep(self, seconds: float = 1.0, most: int = 1000) -> "Made":
        """With a cache on this clock."""
        self.cache = AnswerCache(seconds, most, lambda: self.now)
        return self

    async def make(self) -> Answer:
        """The next answer."""
        self.calls += 1
        number = self.calls
        if self.goes is not None:
            await self.goes.wait()
        if self.error is not None:
            raise self.error
        return Answer("v", str(number).zfill(self.size).encode())

    async def get(self, key: str = "a", basis: tuple[object, ...] = ONE) -> tuple[int, bool]:
        """The number of the answer, and whether it was made before."""
        answer, is_known = await self.cache.get(key, basis, self.make)
        return int(answer.json), is_known


def run(test: Callable[[], object]) -> None:
    """A test on an event loop of its own."""
    asyncio.run(test())  # type: ignore[arg-type]


def test_an_answer_is_given_again_until_its_time_is_over() -> None:
    """The time counts from when it was asked for: that old are the documents in it."""

    async def test() -> None:
        made = Made().keep(seconds=1.0)
        assert await made.get() == (1, False)
        made.now = 0.99
        assert await made.get() == (1, True)
        made.now = 1.0
        assert await made.get() == (2, False)
        assert await made.get("b") == (3, False)

    run(test)


def test_an_answer_that_rests_on_something_else_is_made_anew() -> None:
    """After a swap or a change of rules, at once."""

    async def test() -> None:
        made = Made().keep()
        assert await made.get() == (1, False)
        assert await made.get(basis=OTHER) == (2, False)
        assert await made.get(basis=OTHER) == (2, True)

    run(test)


def test_none_is_kept_for_no_time() -> None:
    """`cache_ms: 0`."""

    async def test() -> None:
        made = Made().keep(seconds=0.0)
        assert [await made.get(), await made.get()] == [(1, False), (2, False)]

    run(test)


def test_no_more_is_kept_than_there_is_room_for() -> None:
    """The oldest goes first; what is larger than all room is given and not kept."""

    async def test() -> None:
        made = Made(size=10).keep(most=33)
        for key in "abcd":
            await made.get(key)
        assert [await made.get("d"), await made.get("c"), await made.get("b")] == [
            (4, True), (3, True), (2, True),
        ]  # fmt: skip
        assert await made.get("a") == (5, False)
        made.size = 100
        assert [await made.get("x"), await made.get("x")] == [(6, False), (7, False)]

    run(test)


def test_those_who_ask_at_once_share_one_answer() -> None:
    """But not one that rests on something else."""

    async def test() -> None:
        made = Made(goes=asyncio.Event()).keep(seconds=0.0)
        asking = [asyncio.create_task(made.get()) for _ in range(5)]
        asking.append(asyncio.create_task(made.get(basis=OTHER)))
        await asyncio.sleep(0)
        made.goes.set()
        assert await asyncio.gather(*asking) == [(1, False), *[(1, True)] * 4, (2, False)]

    run(test)


def test_a_failure_is_told_to_all_who_wait_and_not_kept() -> None:
    """Asking once for each of them would keep them waiting, one after the other."""

    async def test() -> None:
        made = Made(goes=asyncio.Event(), error=KeyError("x")).keep()
        asking = [asyncio.create_task(made.get()) for _ in range(5)]
        await asyncio.sleep(0)
        made.goes.set()
        told = await asyncio.gather(*asking, return_exceptions=True)
        assert [type(one) for one in told] == [KeyError] * 5
        assert made.calls == 1
        made.error = None
        assert await made.get() == (2, False)

    run(test)


@pytest.mark.parametrize("who", [0, 2])
def test_one_who_goes_away_takes_nobody_along(who: int) -> None:
    """Whoever makes the answer, or one of those who wait; then another makes it."""

    async def test() -> None:
        made = Made(goes=asyncio.Event()).keep()
        asking = [asyncio.create_task(made.get()) for _ in range(4)]
        await asyncio.sleep(0)
        asking[who].cancel()
        for _ in range(5):
            await asyncio.sleep(0)
        made.goes.set()
        told = await asyncio.gather(*asking, return_exceptions=True)
        gone = told.pop(who)
        assert isinstance(gone, asyncio.CancelledError)
        number = 1 if who else 2
        assert [one[0] for one in told] == [number] * 3
        assert [one[1] for one in told].count(False) == 1

    run(test)
