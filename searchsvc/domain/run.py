"""One execution of an indexer, or of what analysts ask for: kind, counts, status and error."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from searchsvc.domain.document import Outcome


class RunKind(StrEnum):
    """What a run does: copy everything, follow changes, compare every row, or compare sums.

    Or, for analysts: evaluate a ranking, compare rankings, or tune weights. These write to no
    index, and so go on beside the others, without its lease.
    """

    REBUILD = "rebuild"
    INCREMENT = "increment"
    RECONCILE = "reconcile"
    VERIFY = "verify"
    EVALUATE = "evaluate"
    COMPARE = "compare"
    TUNE = "tune"


# Those that an index's lease holds apart: who has it knows that none of them goes on.
LEASED = frozenset({RunKind.REBUILD, RunKind.INCREMENT, RunKind.RECONCILE, RunKind.VERIFY})


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
        for outcome, number in Counter(outcomes).items():
            totals[outcome.value] += number
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
class Drift:
    """How a version differed: documents missing, different from their rows, and without a row."""

    missing: int = 0
    different: int = 0
    extra: int = 0

    @property
    def total(self) -> int:
        """Documents that were wrong."""
        return self.missing + self.different + self.extra


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run has come: its phase, and `done` of about `total` rows; None: not counted."""

    phase: str
    done: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run record. Times are aware UTC; `version` is the version's name, "" before it has one.

    `drift` is the number of documents that a comparison found wrong, None where none was made;
    `progress` is told while it runs, by those that take long.
    """

    id: int
    index: str
    kind: RunKind
    version: str
    status: RunStatus
    started: datetime
    finished: datetime | None = None
    counts: Counts = field(default_factory=Counts)
    error: str = ""
    drift: int | None = None
    progress: RunProgress | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took, None while it runs."""
        return None if self.finished is None else (self.finished - self.started).total_seconds()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a rebuild has come, all of it durable: what a later run may go on from.

    `hash` is that of the definition it builds from, `since` the database time in µs from which
    changes are still to be followed. Rows up to the id `after` are copied, or all of them
    (`copied`). `sample` are some of the `sampled` ids written.
    """

    version: str
    hash: str
    since: int
    after: str | None = None
    copied: bool = False
    sampled: int = 0
    sample: tuple[str, ...] = ()


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
