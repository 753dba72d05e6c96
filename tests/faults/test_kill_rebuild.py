"""kill -9 at random moments: the old version goes on answering, and the next run heals."""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchsvc.domain.run import RunKind, RunStatus
from tests.faults.processes import Traffic, Worker, answers, seconds_of
from tests.faults.shop import NOW, Shop

ROWS = 3000
KILLS = 20


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop of a few thousand rows that are an hour old."""
    made = Shop(tmp_path)
    made.fill(ROWS)
    return made


def moments(seed: int, durations: dict[str, float]) -> Iterator[tuple[str, float]]:
    chance = random.Random(seed)
    for number in range(KILLS):
        kind = "increment" if number % 4 == 3 else "rebuild"
        yield kind, chance.uniform(0, durations[kind] * 1.1)


@pytest.mark.timeout(300)
def test_killed_at_twenty_random_moments_no_row_is_lost_and_no_version_left(shop, seed):
    """After each kill the live version answers; one increment later index and table are equal."""
    durations = {"rebuild": seconds_of(shop, "rebuild")}
    durations["increment"] = seconds_of(shop, "increment")
    for number, (kind, moment) in enumerate(moments(seed, durations)):
        worker = Worker(shop, kind)
        with Traffic(shop, seed + number, ROWS):
            worker.go()
            time.sleep(moment)
            worker.end()
            assert answers(shop) > ROWS / 2
        opened = shop.open()
        try:
            # The dead owner's lease has half a minute to go, and is not waited for.
            opened.runner().increment()
            assert opened.held() == shop.wanted(), f"kill {number}: {kind} after {moment:.3f} s"
            assert opened.orphans() == []
            statuses = {run.status for run in opened.state.runs("shop", 500)}
            assert RunStatus.RUNNING not in statuses
        finally:
            opened.close()
    assert gone_on_with(shop) > 0
    finish(shop)


def gone_on_with(shop: Shop) -> int:
    """How many versions took more than one rebuild to fill."""
    opened = shop.open()
    runs = [r for r in opened.state.runs("shop", 500) if r.kind is RunKind.REBUILD]
    opened.close()
    return len(runs) - len({run.version for run in runs})


def finish(shop: Shop) -> None:
    """Hard deletes are found by a reconcile, and a whole rebuild leaves what is to be kept."""
    connection = shop.connect()
    connection.execute("DELETE FROM products WHERE id % 50 = 7")
    connection.close()
    opened = shop.open()
    _, drift = opened.runner().reconcile()
    assert drift.extra > 0
    assert opened.held() == shop.wanted()
    opened.runner().rebuild()
    assert opened.held() == shop.wanted()
    assert len(opened.store.versions("shop")) <= 3
    abandoned = [r for r in opened.state.runs("shop", 500) if r.status is RunStatus.ABANDONED]
    assert abandoned
    opened.close()


@pytest.mark.timeout(120)
def test_a_stopped_owner_whose_lease_went_over_writes_nothing_when_it_wakes(shop):
    """SIGSTOP beyond the lease, another process takes over, SIGCONT: the alias does not move."""
    seconds_of(shop, "rebuild")
    sleeper = Worker(shop, "rebuild", lease_seconds=1.0, pause_at="before-swap")
    sleeper.go()
    assert sleeper.line() == "paused"
    os.kill(sleeper.process.pid, signal.SIGSTOP)
    time.sleep(1.5)
    opened = shop.open()
    connection = shop.connect()
    connection.execute(f"UPDATE products SET name = 'thing new', updated_at = {NOW} WHERE id = 1")
    opened.runner().rebuild()
    live = opened.store.live("shop")
    held = opened.held()
    os.kill(sleeper.process.pid, signal.SIGCONT)
    sleeper.go()
    assert sleeper.line() == "LeaseLost"
    sleeper.end()
    assert opened.store.live("shop") == live
    assert opened.held() == held == shop.wanted()
    opened.close()
    connection.close()


@pytest.mark.timeout(120)
def test_of_two_processes_at_once_one_is_refused(shop):
    """The increment of a second process finds the lease held, and ends at once."""
    seconds_of(shop, "rebuild")
    first = Worker(shop, "rebuild", pause_at="before-swap")
    first.go()
    assert first.line() == "paused"
    second = Worker(shop, "increment")
    second.go()
    assert second.line() == "LeaseHeld"
    second.end()
    first.go()
    assert first.line() == "done"
    first.end()
    opened = shop.open()
    assert opened.held() == shop.wanted()
    assert opened.runner().last_run(RunKind.REBUILD).status is RunStatus.SUCCEEDED
    opened.close()
