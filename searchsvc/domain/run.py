"""One execution of an indexer: its kind, counts, status and error."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from searchsvc.domain.document import Outcome


class RunKind(StrEnum):
    """What a run does: copy everything, follow changes, or compare with the source."""

    REBUILD = "rebuild"
    INCREMENTAL = "increment"
    RECONCILE = "reconcile"


class RunStatus(StrEnum):
    """How a run stands. `degraded`: it ended, but rows are in the dead letters."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    DEGRADED = "degraded"
    FAILED = "failed"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the ids that a run read."""

    read: int = 0
    indexed: int = 0
    deleted: int = 0
    unchanged: int = 0
    stale: int = 0
    dead: int = 0

    def add_read(self, number: int) -> "Counts":
        """These counts with `number` more ids read."""
        return replace(self, read=self.read + number)

    def add_outcomes(self, outcomes: Iterable[Outcome]) -> "Counts":
        """These counts with the outcome of each write added."""
        totals: dict[str, int] = {name.value: getattr(self, name) for name in Outcome}
        for outcome in outcomes:
            totals[outcome.value] += 1
        return Counts(read=self.read, **totals)

    def __add__(self, other: "Counts") -> "Counts":
        names = ("read", *Outcome)
        return Counts(**{n: getattr(self, n) + getattr(other, n) for n in names})

    @property
    def balanced(self) -> bool:
        """The invariant: every id that was read is accounted for."""
        fates = self.indexed + self.deleted + self.unchanged + self.stale + self.dead
        return self.read == fates


@dataclass(frozen=True, slots=True)
class Run:
    """A run record. Times are aware UTC; `version` is the version's name, "" before it has one."""

    id: int
    index: str
    kind: RunKind
    version: str
    status: RunStatus
    started: datetime
    finished: datetime | None = None
    counts: Counts = field(default_factory=Counts)
    error: str = ""

    @property
    def seconds(self) -> float | None:
        """How long it took, None while it runs."""
        return None if self.finished is None else (self.finished - self.started).total_seconds()


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A row that cannot be indexed, and why; resolved by a later success of the same id."""

    index: str
    id: str
    reason: str
    run: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write one index until `expires`; `number` fences off every earlier owner."""

    index: str
    owner: str
    number: int
    expires: datetime
