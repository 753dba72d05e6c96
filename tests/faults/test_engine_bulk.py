"""Bulk requests to a real server that go wrong: nothing is lost, nothing is written twice."""

import random
import tracemalloc

import pytest

from searchsvc.domain.run import Counts, RunKind, RunStatus
from searchsvc.errors import EngineError
from tests.faults.conftest import ROWS
from tests.faults.processes import Traffic
from tests.support.engines import SERVERS
from tests.support.http_proxy import RefusedItems, cut_reply, lost_reply, says, too_large
from tests.support.stub import reply

BULK = "_bulk"
pytestmark = pytest.mark.usefixtures("late")  # whose seventy seconds pass meanwhile


def test_three_in_ten_writes_refused_as_busy(proxied, seed) -> None:
    """429 for 30 % of the items of the first twelve bulks: written later, and no failed run."""
    chance = random.Random(seed)

    def busy(_: str) -> tuple[int, str] | None:
        return (429, "queue is full") if chance.random() < 0.3 else None

    refusing = RefusedItems(busy)
    proxied.proxy.rule(refusing, BULK, times=12)
    run = proxied.opened.runner().rebuild()
    assert refusing.refused > 100
    assert run.counts == Counts(read=ROWS, indexed=ROWS)
    proxied.check(run)


@pytest.mark.parametrize("kind", SERVERS)
def test_one_bulk_of_busy_bad_and_stale_writes(proxied) -> None:
    """503 is tried again, 400 is one dead letter with its reason, 409 is stale, the rest written.

    The 409 is the server's own: somebody has written that row by a later read.
    """
    opened, shop = proxied.opened, proxied.shop
    opened.runner().rebuild()
    for id in (7, 8, 9, 10):
        shop.rename(id, f"thing renamed {id}")
    (later,) = opened.parts.reader.ids(["9"]).writes
    with opened.store.writer(opened.store.live("shop")) as writer:
        writer.write([later._replace(version=later.version + 3_600_000_000)])
        writer.commit()
    once = {"7": (503, "no shard"), "8": (400, "no such field")}
    refusing = RefusedItems(lambda one: once.pop(one, None))
    proxied.proxy.rule(refusing, BULK)
    run = opened.runner().increment()
    assert refusing.refused == 2
    assert run.status is RunStatus.DEGRADED
    assert run.counts == Counts(read=4, indexed=2, stale=1, dead=1)
    (letter,) = opened.state.dead_letters("shop", 10)
    assert (letter.id, letter.reason) == ("8", "no such field")
    assert opened.held().keys() == shop.wanted().keys()
    assert opened.runner().increment().counts.dead == 0
    assert opened.state.dead_letters("shop", 10) == []
    proxied.check(proxied.last_run(RunKind.INCREMENT))


def test_every_fifth_bulk_applied_and_its_reply_lost(proxied, seed) -> None:
    """A reset after the server has written: sent again with the same versions, while rows change.

    Also where the lost bulk was that of an increment.
    """
    opened = proxied.opened
    with Traffic(proxied.shop, seed, ROWS):
        losing = proxied.proxy.rule(lost_reply, BULK, chance=0.2)
        run = opened.runner().rebuild()
        while losing.hits < 3:
            assert opened.runner().increment().counts.balanced
    assert run.status is RunStatus.SUCCEEDED
    run = opened.runner().increment()
    proxied.check(run)


def test_bulks_that_are_too_large(proxied) -> None:
    """413 beyond 16 KiB: halved until they fit; the one row that never fits is a dead letter."""
    proxied.shop.rename(5, "long " * 8_000)
    refusing = proxied.proxy.rule(too_large(16_384), BULK)
    run = proxied.opened.runner().rebuild()
    assert refusing.hits > 2 * ROWS / 200
    assert run.status is RunStatus.DEGRADED
    assert run.counts.balanced
    (letter,) = proxied.opened.state.dead_letters("shop", 10)
    assert letter.id == "5"
    assert "more than the engine takes at once" in letter.reason
    wanted = proxied.shop.wanted()
    del wanted["5"]
    assert proxied.opened.held() == wanted
    proxied.proxy.clear()
    run = proxied.opened.runner().rebuild()
    assert proxied.opened.state.dead_letters("shop", 10) == []
    proxied.check(run)


GARBAGE = {
    "HTML": (says(b"<html>Welcome to the hotel</html>"), "is not the JSON of a search server"),
    "nothing": (says(b""), "0 bytes"),
    "half the JSON": (cut_reply, "is not the JSON of a search server"),
    "other JSON": (says({"hello": ["world"]}), "is not the JSON of a search server"),
}


@pytest.mark.parametrize("kind", SERVERS)
def test_replies_that_say_nothing_of_the_writes(proxied) -> None:
    """Written or not, nobody knows: the run says so and ends; the next goes on where it ended.

    What was live stays so meanwhile.
    """
    opened, proxy = proxied.opened, proxied.proxy
    first = opened.runner().rebuild()
    for fault, words in GARBAGE.values():
        with pytest.raises(EngineError, match=words):
            proxied.rebuild(lambda said=fault: proxy.rule(said, BULK))
        broken = proxied.last_run(RunKind.REBUILD)
        assert broken.status is RunStatus.FAILED
        assert broken.error.startswith("engine_error: writing: ")
        assert opened.store.live("shop").name == first.version
        proxy.clear()
    run = opened.runner().rebuild()
    assert run.version == broken.version
    assert run.counts.read < ROWS
    proxied.check(run)


def test_a_reply_of_64_mib(proxied) -> None:
    """It is given up at the half of it, before memory is filled with it."""
    opened = proxied.opened
    opened.runner().rebuild()
    proxied.shop.rename(1, "thing renamed")
    whole = reply(b'{"items":"' + b"x" * (64 << 20) + b'"}', product=True)
    proxied.proxy.rule(lambda _asked, _forward: whole, BULK)
    tracemalloc.start()
    try:
        with pytest.raises(EngineError, match="more than 32 MiB"):
            opened.runner().increment()
        assert tracemalloc.get_traced_memory()[1] < 48 << 20
    finally:
        tracemalloc.stop()
    assert proxied.last_run(RunKind.INCREMENT).status is RunStatus.FAILED
    proxied.proxy.clear()
    proxied.check(opened.runner().increment())
