"""What every step of one run shares: its record, its lease, its counts, and when to stop."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from searchsvc.domain.run import Counts, Run
from searchsvc.errors import RunStopped
from searchsvc.indexing.deadletters import DeadLetters
from searchsvc.indexing.progress import NoProgress, Progress
from searchsvc.indexing.reader import Reader, Reading
from searchsvc.interrupt import Interrupt
from searchsvc.ports import StateStore

Failpoint = Callable[[str], None]


class HeldLease(Protocol):
    """What a run needs of its lease."""

    @property
    def number(self) -> int: ...

    def check(self, *, fresh: bool = False) -> None: ...


def no_failpoint(name: str) -> None:
    """Production: nothing happens where a test may stop, kill or change the world."""


def no_feed() -> None:
    """No other version is to be fed meanwhile."""


class NewestRead:
    """Up to when the source was read for one version, by this process and by those before it."""

    def __init__(self, state: StateStore, version: str) -> None:
        self._state = state
        self._version = version
        self.value = state.newest_read(version)

    def before_writing(self, read: int) -> None:
        """Remember a read for good before anything that was made of it is written."""
        if read > self.value:
            self._state.set_newest_read(self._version, read)
            self.value = read


@dataclass(slots=True)
class RunContext:
    """One run under way. `reached` is called with the name of each failpoint.

    `feed` is called between pages, so that a long rebuild leaves the live version no staler.
    `drift` is what a comparison found.
    """

    run: Run
    lease: HeldLease
    dead: DeadLetters
    newest: NewestRead
    stop: Interrupt = field(default_factory=Interrupt)
    progress: Progress = field(default_factory=NoProgress)
    reached: Failpoint = no_failpoint
    feed: Callable[[], None] = no_feed
    counts: Counts = field(default_factory=Counts)
    drift: int | None = None

    def check(self, *, fresh: bool = False) -> None:
        """Return while the run may write. Raises RunStopped or LeaseLost."""
        if self.stop.is_set():
            raise RunStopped(
                f"the run on index '{self.run.index}' was stopped", hint="start it again"
            )
        self.lease.check(fresh=fresh)

    def pages(self, reader: Reader, limit: int, after: str | None = None) -> Iterator[Reading]:
        """The source behind the id `after` by key, page by page; checked before each."""

        def ready() -> None:
            self.check()
            self.feed()

        for reading in reader.pages(limit, after, ready):
            self.reached("page-read")
            yield reading
