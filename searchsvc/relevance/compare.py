"""Compares evaluations of the same queries: by how much they differ, and whether that is real."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from searchsvc.domain.evaluation import Basis, Evaluation
from searchsvc.errors import UnknownEvaluation, UnlikeEvaluations, UsageError, nearest
from searchsvc.relevance.evaluations import EvaluationFiles
from searchsvc.relevance.metrics import Metric, depth_of, percentile
from searchsvc.relevance.statistics import Difference, Interval, difference, holm, interval, overlap

_SAMPLES = 1_000  # for the range of one figure, which nobody decides by
_LIST = 10  # hits of which lists are compared and shown
# Of two evaluations only the ranking may differ, else nobody knows what a difference comes from.
_ALIKE = ("index", "version", "engine", "definition", "curation", "judgments", "depth")
# What somebody may want to compare: before and after a rebuild, say. Other queries never.
MAY_DIFFER = ("version", "engine", "definition", "curation")
_OTHERS = "name rankings that differ"
_ID = re.compile("[0-9a-f]{4,16}")


@dataclass(frozen=True, slots=True)
class Score:
    """One metric of an evaluation: its mean over the queries, and where the true one lies."""

    metric: Metric
    mean: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Summary:
    """An evaluation in a few figures. `judged` is the share of the first ten hits that was."""

    scores: tuple[Score, ...]
    queries: int
    left_out: int
    empty: int
    judged: float
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Mover:
    """A query that one side answers better, with the first hits of both and their ratings."""

    query: str
    gain: float
    a: tuple[str, ...]
    b: tuple[str, ...]
    ratings: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Sides:
    """A figure of each side."""

    a: float
    b: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """How `b` differs from `a` by `metric`; `overlap` is the mean RBO of their first hits.

    `judged` is the share of the first ten hits that was: what nobody judged counts as 0.
    `latency_ms` is the difference of their medians. `movers` have those that gain most first and
    those that lose most last.
    """

    a: Basis
    b: Basis
    metric: Metric
    difference: Difference
    overlap: float
    judged: Sides
    latency_ms: float
    movers: tuple[Mover, ...]

    @property
    def verdict(self) -> str:
        """In a sentence."""
        found = self.difference
        p = "p < 0.001" if found.p < 0.001 else f"p {found.p:.3f}"
        span = f"95 % {found.interval.low:+.4f} to {found.interval.high:+.4f}, {p}"
        told = f"{self.metric.name} {found.mean:+.4f} ({span})"
        a, b = self.names
        if found.is_real:
            return f"{b} is {'better' if found.mean > 0 else 'worse'} than {a}: {told}"
        more = f"; about {found.needed:,} more queries would show 0.01" if found.needed else ""
        return f"{b} is not proven to differ from {a}: {told}{more}"

    @property
    def names(self) -> tuple[str, str]:
        """What each side is called: its ranking, with the evaluation where both have the same."""
        if self.a.ranking != self.b.ranking:
            return self.a.ranking, self.b.ranking
        a, b = (f"{one.ranking} ({one.id[:8]})" for one in (self.a, self.b))
        return a, b


def summary(evaluation: Evaluation, metrics: Sequence[Metric]) -> Summary:
    """Its figures."""
    times = [answered.ms for answered in evaluation.answers.values()]
    return Summary(
        scores=tuple(_score(evaluation, metric) for metric in metrics),
        queries=len(evaluation.answers),
        left_out=evaluation.left_out,
        empty=len(evaluation.empty),
        judged=_judged(evaluation),
        p50_ms=percentile(times, 0.5),
        p95_ms=percentile(times, 0.95),
    )


def values(evaluation: Evaluation, metric: Metric) -> list[float]:
    """The metric of each query, in the order of their texts: judgments have none of their own."""
    return [
        metric.of(answered.ids, evaluation.ratings[query])
        for query, answered in sorted(evaluation.answers.items())
    ]


def compare(
    a: Evaluation, b: Evaluation, metric: Metric, *, despite: Sequence[str] = (), movers: int = 5
) -> Comparison:
    """`b` beside `a`.

    Raises as `check_pair` does.
    """
    check_pair(a.basis, b.basis, metric, despite)
    first, second = values(a, metric), values(b, metric)
    pairs = zip(sorted(a.answers), first, second, strict=True)
    moved = sorted(
        (_mover(a, b, query, after - before) for query, before, after in pairs if after != before),
        key=lambda mover: -mover.gain,
    )
    ups = [mover for mover in moved if mover.gain > 0][:movers]
    downs = [mover for mover in moved if mover.gain < 0]
    lists = [(a.answers[query].ids[:_LIST], b.answers[query].ids[:_LIST]) for query in a.answers]
    return Comparison(
        a.basis,
        b.basis,
        metric,
        difference(first, second),
        overlap=fmean(overlap(*pair) for pair in lists),
        judged=Sides(_judged(a), _judged(b)),
        latency_ms=_median_ms(b) - _median_ms(a),
        movers=(*ups, *downs[len(downs) - movers if len(downs) > movers else 0 :]),
    )


def _mover(a: Evaluation, b: Evaluation, query: str, gain: float) -> Mover:
    first, second = a.answers[query].ids[:_LIST], b.answers[query].ids[:_LIST]
    shown = {*first, *second}
    ratings = {id: rated for id, rated in a.ratings[query].items() if id in shown}
    return Mover(query, gain, first, second, ratings)


def compare_all(
    first: Evaluation, others: Sequence[Evaluation], metric: Metric, **options: object
) -> list[Comparison]:
    """Each of `others` beside `first`, with p values that allow for how many there are (Holm)."""
    check_sides([one.basis for one in (first, *others)])
    found = [compare(first, one, metric, **options) for one in others]  # type: ignore[arg-type]
    raised = holm({str(n): one.difference.p for n, one in enumerate(found)})
    return [
        replace(one, difference=replace(one.difference, p=raised[str(n)]))
        for n, one in enumerate(found)
    ]


def check_sides(sides: Sequence[Basis]) -> None:
    """Raises UsageError for twice the same, by whatever names, of which nothing can be told."""
    for number, one in enumerate(sides):
        if any(one.id == other.id for other in sides[:number]):
            message = f"evaluation {one.id[:8]} of ranking '{one.ranking}' is there twice"
            raise UsageError(message, hint=_OTHERS)


def check_pair(a: Basis, b: Basis, metric: Metric, despite: Sequence[str] = ()) -> None:
    """Raises UsageError for a metric that looks at more hits than one of them has.

    And UnlikeEvaluations where more differs than ranking and `despite`.
    """
    for one in (a, b):
        _refuse_short(one, metric)
    _refuse_unlike(a, b, despite)


def _refuse_unlike(a: Basis, b: Basis, despite: Sequence[str]) -> None:
    unlike = [name for name in _ALIKE if getattr(a, name) != getattr(b, name)]
    refused = [name for name in unlike if name not in despite]
    if refused:
        may = [name for name in refused if name in MAY_DIFFER]
        hint = (
            f"say despite {','.join(may)} (--despite) where that is meant to differ"
            if may == refused
            else "evaluate both by the same metrics and judgments of the same index"
        )
        told = ", ".join(f"{n} ({getattr(a, n)} and {getattr(b, n)})" for n in refused)
        raise UnlikeEvaluations(f"the evaluations differ in {told}", hint=hint)


def refuse_twice(sides: Sequence[str]) -> None:
    """Raises UsageError where one name is there twice, before anything is asked."""
    twice = [side for n, side in enumerate(sides) if side in sides[:n]]
    if twice:
        raise UsageError(f"'{twice[0]}' is there twice", hint=_OTHERS)


def kept_side(files: EvaluationFiles, side: str, rankings: Collection[str]) -> Evaluation:
    """The evaluation of that id; `side` is none of the `rankings`.

    Raises UnknownEvaluation, with the nearest ranking for what can be no id.
    """
    try:
        return files.find(side)
    except UnknownEvaluation as error:
        if _ID.fullmatch(side):
            raise
        message = f"'{side[:64]}' is neither a ranking nor an evaluation"
        raise UnknownEvaluation(message, hint=nearest(side, rankings)) from error


def asked_depth(kept: Sequence[Basis], metric: Metric) -> int:
    """How many hits to ask a ranking for that is compared with evaluations that are kept."""
    return max(depth_of((metric,)), *(one.depth for one in kept[:1]), 0)


def _refuse_short(basis: Basis, metric: Metric) -> None:
    if basis.depth < metric.looks_at:
        message = (
            f"evaluation {basis.id[:8]} asked for {basis.depth} hits of each query, and "
            f"{metric.name} looks at {metric.looks_at}"
        )
        anew = f"searchsvc eval {basis.index} --ranking {basis.ranking} --metric {metric.name}"
        hint = f"name its ranking instead, or evaluate anew, by the same judgments: {anew}"
        raise UsageError(message, hint=hint)


def _score(evaluation: Evaluation, metric: Metric) -> Score:
    found = values(evaluation, metric)
    return Score(metric, fmean(found), interval(found, samples=_SAMPLES))


def _judged(evaluation: Evaluation) -> float:
    return fmean(values(evaluation, Metric("judged", _LIST)))


def _median_ms(evaluation: Evaluation) -> float:
    return percentile([answered.ms for answered in evaluation.answers.values()], 0.5)
