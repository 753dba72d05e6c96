"""The right to write one index: taken once, renewed by a heartbeat, checked before each batch."""

import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from searchsvc.domain.run import Lease
from searchsvc.errors import LeaseHeld, LeaseLost, SearchsvcError, StateError
from searchsvc.indexing.process import is_dead, owner_name
from searchsvc.ports import Clock, StateStore

_POLL_SECONDS = 0.1


class LeaseKeeper:
    """Holds the lease of one index for the length of a `with` block.

    Entering raises LeaseHeld when another owner still has it after `wait` seconds; an owner on
    this host whose process has ended is not waited for. `ttl` in seconds; `beat` is the seconds
    between renewals, None for no heartbeat.
    """

    def __init__(
        self,
        state: StateStore,
        clock: Clock,
        index: str,
        ttl: float,
        *,
        wait: float = 0.0,
        beat: float | None = -1.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state = state
        self._clock = clock
        self._index = index
        self._ttl = ttl
        self._wait = wait
        self._beat = ttl / 3 if beat == -1.0 else beat
        self._monotonic = monotonic
        self._ended = Event()
        self._renewing = Lock()
        self._lost = False

    @property
    def number(self) -> int:
        """The fencing number."""
        return self._lease.number

    def __enter__(self) -> Self:
        self._trust_from_now()
        self._lease = self._acquire()
        self._thread: Thread | None = None
        if self._beat is not None:
            name = f"lease-{self._index}"
            self._thread = Thread(target=self._heartbeat, name=name, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        try:
            self._state.release_lease(self._lease)
        except StateError:
            # It expires by itself; an error that is under way says more than this one.
            if error is None:
                raise

    def check(self, *, fresh: bool = False) -> None:
        """Return while this process may write. Raises LeaseLost when another has the lease.

        A process that was paused finds its time run out and asks the state store, as does
        `fresh`; otherwise nothing but the clocks is read.
        """
        if self._lost:
            raise self._loss()
        if fresh or self._monotonic() >= self._trusted_until or self._expired():
            try:
                self._renew()
            except (LeaseLost, StateError) as error:
                raise self._loss() from error

    def _expired(self) -> bool:
        # The monotonic clock stands still while a laptop sleeps; the wall clock does not. What
        # the lease itself says is by the state store's clock, which may be another.
        return self._clock.now() >= self._expires

    def _trust_from_now(self) -> None:
        self._trusted_until = self._monotonic() + self._ttl
        self._expires = self._clock.now() + timedelta(seconds=self._ttl)

    def _renew(self) -> None:
        with self._renewing:
            until = self._monotonic() + self._ttl
            expires = self._clock.now() + timedelta(seconds=self._ttl)
            try:
                self._lease = self._state.renew_lease(self._lease, self._ttl)
            except LeaseLost:
                self._lost = True
                raise
            self._trusted_until, self._expires = until, expires

    def _heartbeat(self) -> None:
        while not self._ended.wait(self._beat):
            try:
                self._renew()
            except LeaseLost:
                return
            except SearchsvcError:
                # The state store may come back before the lease expires; check() sees if not.
                continue

    def _acquire(self) -> Lease:
        owner = owner_name()
        deadline = self._monotonic() + self._wait
        while True:
            try:
                return self._state.acquire_lease(self._index, owner, self._ttl)
            except LeaseHeld:
                if not self._freed_from_the_dead() and self._monotonic() >= deadline:
                    raise
            time.sleep(_POLL_SECONDS)
            self._trust_from_now()

    def _freed_from_the_dead(self) -> bool:
        """Release the lease when its owner has died on this host."""
        held = self._state.lease(self._index)
        if held is None or not is_dead(held.owner):
            return held is None
        # Releases that very lease: whoever else took it meanwhile has another number.
        self._state.release_lease(held)
        return True

    def _loss(self) -> LeaseLost:
        return LeaseLost(
            f"the lease of index '{self._index}' was lost, and nothing was written after that",
            hint="the process that took it over goes on; run again if it was yours to do",
        )
