"""Decides whether a rebuilt version may go live: pure figures in, reasons to refuse out."""

from dataclasses import dataclass

from searchsvc.domain.judgment import Comparison
from searchsvc.settings import Indexing

_MAX_CHANGE = 0.10
_MAX_LOSS = 0.02  # of nDCG@10
_MAX_SLOWDOWN = 1.5
_UNNOTICED_MS = 5.0  # what nobody notices: a few ms are the machine's, and no reason to refuse


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found about a version before its swap.

    `rows` of the source that are not hidden, of which `dead` have no document by right; `slack` is
    how far the count may be off because of changes under way. `differing` documents were not what
    a fresh read gives: those of buckets with other sums than their rows', and of a sample of
    `sampled`. `live` is the live version's count, None without one; `golden` compares both by
    golden queries, None where there is none to ask.
    """

    rows: int
    documents: int
    dead: int = 0
    slack: int = 0
    sampled: int = 0
    differing: tuple[str, ...] = ()
    live: int | None = None
    golden: Comparison | None = None

    @property
    def off(self) -> int:
        """By how many the count differs from the source's."""
        return abs(self.rows - self.dead - self.documents)

    def report(self) -> str:
        """One line for the run record."""
        return (
            f"rows {self.rows}, dead {self.dead}, "
            f"documents {self.documents}, live {self.live}, "
            f"sampled {self.sampled}, differing {len(self.differing)}{self._answers()}"
        )

    def _answers(self) -> str:
        if self.golden is None:
            return ""
        live, new = self.golden.live, self.golden.candidate
        return (
            f", golden queries {self.golden.queries}, nDCG@10 {new.ndcg:.3f} "
            f"(live {live.ndcg:.3f}), newly empty {len(self.golden.newly_empty)}, "
            f"p95 {new.p95:.1f} ms (live {live.p95:.1f})"
        )


def refusals(
    evidence: Evidence,
    settings: Indexing,
    *,
    allow_empty: bool = False,
    allow_change: bool = False,
    allow_worse: bool = False,
) -> list[str]:
    """Why the version may not go live, each with its way out; empty when it may."""
    found = [
        _empty(evidence, allow=allow_empty),
        _miscounted(evidence),
        _too_many_dead(evidence, settings),
        _differs(evidence),
        _changed(evidence, settings, allow=allow_change or allow_empty),
    ]
    if evidence.golden is not None and not allow_worse:
        found += [_ranks_worse(evidence.golden), _finds_less(evidence.golden)]
        found.append(_is_slower(evidence.golden))
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


def _ranks_worse(golden: Comparison) -> str:
    if golden.candidate.ndcg >= golden.live.ndcg - _MAX_LOSS:
        return ""
    return (
        f"nDCG@10 of {golden.queries} golden queries falls from {golden.live.ndcg:.3f} to "
        f"{golden.candidate.ndcg:.3f} (--allow-worse accepts it)"
    )


def _finds_less(golden: Comparison) -> str:
    newly = golden.newly_empty
    if not newly:
        return ""
    shown = ", ".join(repr(query) for query in newly[:3])
    return f"{len(newly)} golden queries find nothing any more: {shown} (--allow-worse accepts it)"


def _is_slower(golden: Comparison) -> str:
    live, new = golden.live.p95, golden.candidate.p95
    if new <= live * _MAX_SLOWDOWN or new - live <= _UNNOTICED_MS:
        return ""
    rise = f"from {live:.1f} to {new:.1f} ms"
    return f"the p95 of golden queries rises {rise} (--allow-worse accepts it)"
