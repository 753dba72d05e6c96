"""One writer per index: leases are held, renewed, lost and taken from the dead."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from searchsvc.domain.run import Lease
from searchsvc.errors import LeaseHeld, LeaseLost, StateError
from searchsvc.indexing.lease import LeaseKeeper
from searchsvc.indexing.process import is_dead, owner_name
from searchsvc.stores.memory import MemoryStateStore


class SystemClock:
    """The time of this host."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Broken(MemoryStateStore):
    """A state store that can be unreachable for renewals."""

    down = False

    def renew_lease(self, lease: Lease, ttl: float) -> Lease:
        if self.down:
            raise StateError("the state store does not answer")
        return super().renew_lease(lease, ttl)


@pytest.fixture
def keeper(world):
    """A function that makes keepers of one index without a heartbeat, on the world's clock."""

    def make(**options) -> LeaseKeeper:
        return LeaseKeeper(world.state, world.clock, "shop", 30.0, beat=None, **options)

    return make


def test_a_lease_is_held_within_the_block_and_free_after_it(world, keeper):
    """Numbers grow from one holder to the next."""
    with keeper() as first:
        first.check()
        assert world.state.lease("shop").number == first.number == 1
        with pytest.raises(LeaseHeld), keeper():
            pytest.fail("two holders at once")
    assert world.state.lease("shop") is None
    with keeper() as second:
        assert second.number == 2


def test_the_lease_is_released_after_an_error(world, keeper):
    """A failed run blocks nobody."""
    with pytest.raises(ZeroDivisionError), keeper():
        _ = 1 / 0
    assert world.state.lease("shop") is None


def test_a_paused_holder_notices_that_another_took_over(world, keeper):
    """Its clock shows that the time ran out, and the state store says who has it."""
    with keeper() as paused:
        world.clock.move(31)
        with keeper() as other:
            with pytest.raises(LeaseLost, match="nothing was written"):
                paused.check()
            with pytest.raises(LeaseLost):
                paused.check()
            other.check(fresh=True)
        assert world.state.lease("shop") is None


def test_a_pause_that_nobody_used_loses_nothing(world, keeper):
    """The lease is renewed on waking."""
    with keeper() as paused:
        world.clock.move(3600)
        paused.check()
        with pytest.raises(LeaseHeld), keeper():
            pytest.fail("two holders at once")


def test_a_fresh_check_asks_the_state_store(world, keeper):
    """Even while the clocks say that there is time."""
    with keeper() as holder:
        holder.check()
        world.state.release_lease(world.state.lease("shop"))
        holder.check()
        with pytest.raises(LeaseLost):
            holder.check(fresh=True)


def test_a_monotonic_clock_counts_when_the_wall_clock_is_set_back(world):
    """The host's clock moves back an hour, and time runs out all the same."""
    passed = [0.0]
    with LeaseKeeper(
        world.state, world.clock, "shop", 30.0, beat=None, monotonic=lambda: passed[0]
    ) as holder:
        world.clock.move(-3600)
        world.state.release_lease(world.state.lease("shop"))
        passed[0] = 29.0
        holder.check()
        passed[0] = 30.0
        with pytest.raises(LeaseLost):
            holder.check()


def test_a_holder_without_its_state_store_stops_when_its_time_is_over(world):
    """Nobody can say who has the lease, so nothing is written."""
    state = Broken(world.clock)
    with LeaseKeeper(state, world.clock, "shop", 30.0, beat=None) as holder:
        state.down = True
        world.clock.move(29)
        holder.check()
        world.clock.move(1)
        with pytest.raises(LeaseLost):
            holder.check()


def test_a_heartbeat_keeps_the_lease_far_beyond_its_length():
    """Ten renewals in a lease that is a fifth of a second long."""
    state = MemoryStateStore(SystemClock())
    with LeaseKeeper(state, SystemClock(), "shop", 0.2) as holder:
        time.sleep(0.7)
        assert state.lease("shop").expires > datetime.now(UTC)
        with pytest.raises(LeaseHeld):
            state.acquire_lease("shop", "other", 1.0)
        holder.check()


def test_a_heartbeat_survives_a_state_store_that_comes_back():
    """One failed renewal is not a lost lease."""
    state = Broken(SystemClock())
    with LeaseKeeper(state, SystemClock(), "shop", 5.0, beat=0.02) as holder:
        state.down = True
        time.sleep(0.1)
        state.down = False
        first = state.lease("shop").expires
        time.sleep(0.2)
        assert state.lease("shop").expires > first
        holder.check()


def test_waiting_for_a_lease_ends_when_it_is_free():
    """The one who waits gets it."""
    state = MemoryStateStore(SystemClock())
    state.acquire_lease("shop", "elsewhere", 0.3)
    with LeaseKeeper(state, SystemClock(), "shop", 30.0, wait=5.0) as holder:
        assert holder.number == 2


def test_the_lease_of_a_process_that_died_here_is_taken_at_once(world, keeper):
    """A restart after kill -9 need not wait; the number still grows."""
    code = "from searchsvc.indexing.process import owner_name; print(owner_name())"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    world.state.acquire_lease("shop", ended.stdout.strip(), 3600)
    with keeper() as holder:
        assert holder.number == 2


def test_a_living_process_is_not_dead_and_a_zombie_is():
    """Killed but not yet waited for: it holds nothing any more."""
    code = "from searchsvc.indexing.process import owner_name as o; print(o(), flush=True); input()"
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    name = child.stdout.readline().strip()
    assert not is_dead(name)
    child.kill()
    deadline = time.monotonic() + 10
    while not is_dead(name) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert is_dead(name)
    child.communicate()
    assert is_dead(name)


def test_who_cannot_be_told_to_be_dead_is_waited_for():
    """Another host, another boot or container, an odd name: never taken for dead."""
    host, world, pid, start, nonce = owner_name().split(":")
    assert pid == str(os.getpid())
    assert not is_dead(owner_name())
    gone = "4194303"
    assert is_dead(f"{host}:{world}:{gone}:{start}:{nonce}")
    assert is_dead(f"{host}:{world}:{pid}:1:{nonce}"), "the pid was given again"
    for odd in (
        f"elsewhere:{world}:{gone}:{start}:{nonce}",
        f"{host}:other-boot:{gone}:{start}:{nonce}",
        f"{host}::{gone}:{start}:{nonce}",
        f"{host}:{world}:{gone}:?:{nonce}",
        "ann",
        "",
    ):
        assert not is_dead(odd)


def test_every_lease_has_an_owner_of_its_own():
    """Two runs in one process exclude each other as two processes do."""
    assert owner_name() != owner_name()
