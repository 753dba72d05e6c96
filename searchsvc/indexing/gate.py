"""Decides whether a rebuilt version may go live: pure figures in, reasons to refuse out."""

from dataclasses import dataclass

from searchsvc.settings import Indexing

_MAX_CHANGE = 0.10


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found about a version before its swap.

    `rows` of the source that are not hidden, of which `dead` have no document by right; `slack` is
    how far the count may be off because of changes under way. `differing` documents were not what
    a fresh read gives: those of buckets with other sums than their rows', and of a sample of
    `sampled`. `live` is the live version's count, None without one.
    """

    rows: int
    documents: int
    dead: int = 0
    slack: int = 0
    sampled: int = 0
    differing: tuple[str, ...] = ()
    live: int | None = None

    @property
    def off(self) -> int:
        """By how many the count differs from the source's."""
        return abs(self.rows - self.dead - self.documents)

    def report(self) -> str:
        """One line for the run record."""
        return (
            f"rows {self.rows}, dead {self.dead}, "
            f"documents {self.documents}, live {self.live}, "
            f"sampled {self.sampled}, differing {len(self.differing)}"
        )


def refusals(
    evidence: Evidence,
    settings: Indexing,
    *,
    allow_empty: bool = False,
    allow_change: bool = False,
) -> list[str]:
    """Why the version may not go live, each with its way out; empty when it may."""
    found = [
        _empty(evidence, allow=allow_empty),
        _miscounted(evidence),
        _too_many_dead(evidence, settings),
        _differs(evidence),
        _changed(evidence, settings, allow=allow_change or allow_empty),
    ]
    return [reason for reason in found if reason]


def _empty(evidence: Evidence, *, allow: bool) -> str:
    if allow or evidence.rows or not evidence.live:
        return ""
    held = f"the live version {evidence.live} documents"
    return f"the source has no row to index, and {held} (--allow-empty)"


def _miscounted(evidence: Evidence) -> str:
    if evidence.off <= evidence.slack:
        return ""
    wanted = evidence.rows - evidence.dead
    return f"the version holds {evidence.documents} documents, and the source {wanted} rows"


def _too_many_dead(evidence: Evidence, settings: Indexing) -> str:
    if evidence.dead <= evidence.rows * settings.max_dead_ratio:
        return ""
    return (
        f"{evidence.dead} of {evidence.rows} rows cannot be indexed "
        f"(mend them: searchsvc dead list; or raise indexing.max_dead_ratio above "
        f"{settings.max_dead_ratio})"
    )


def _differs(evidence: Evidence) -> str:
    if not evidence.differing:
        return ""
    shown = ", ".join(evidence.differing[:5])
    return (
        f"{len(evidence.differing)} documents differ from a fresh read of their rows "
        f"(ids {shown}; to_document must give the same for the same row)"
    )


def _changed(evidence: Evidence, settings: Indexing, *, allow: bool) -> str:
    if allow or not evidence.live:
        return ""
    change = abs(evidence.documents - evidence.live)
    # A tenth of a small index is a few rows of ordinary work.
    if change <= max(settings.min_delete_guard, evidence.live * _MAX_CHANGE):
        return ""
    return (
        f"{evidence.documents} documents against {evidence.live} live is a change of more than "
        f"{_MAX_CHANGE:.0%} (--allow-change accepts it)"
    )
