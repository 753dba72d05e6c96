"""Evaluations, comparisons and tunings as JSON has them, on the command line and over HTTP."""

from dataclasses import asdict
from typing import Any

from searchsvc.domain.definition import FIRST, Ranking
from searchsvc.domain.evaluation import Evaluation
from searchsvc.relevance.compare import Comparison, Summary
from searchsvc.relevance.metrics import Metric
from searchsvc.relevance.tuning import METRIC, Tuning


def summary_body(evaluation: Evaluation, found: Summary) -> dict[str, Any]:
    """An evaluation in a few figures, with what it rests on."""
    return {
        "id": evaluation.basis.id,
        "basis": asdict(evaluation.basis),
        "at": evaluation.at,
        "judged_by": evaluation.judged_by,
        "metrics": {
            s.metric.name: {"mean": s.mean, "low": s.interval.low, "high": s.interval.high}
            for s in found.scores
        },
        "queries": found.queries,
        "left_out": found.left_out,
        "judged": found.judged,
        "empty": evaluation.empty,
        "p50_ms": found.p50_ms,
        "p95_ms": found.p95_ms,
    }


def answers_body(evaluation: Evaluation, metrics: tuple[Metric, ...]) -> dict[str, Any]:
    """What each query found, with the values of the metrics."""
    return {
        query: {
            **{one.name: one.of(answered.ids, evaluation.ratings[query]) for one in metrics},
            "ids": answered.ids,
            "ms": answered.ms,
        }
        for query, answered in evaluation.answers.items()
    }


def comparison_body(one: Comparison) -> dict[str, Any]:
    """How one side differs from another, with the queries that differ most."""
    return {**asdict(one), "metric": one.metric.name, "verdict": one.verdict}


def tuning_body(found: Tuning, ranking: str, mapping: str, *, written: bool) -> dict[str, Any]:
    """What a tuning found; `mapping` is what a mapping.yaml says of a ranking of that name."""
    return {
        "metric": METRIC.name,
        "queries": found.queries,
        "before": found.before,
        "held_out": found.held_out,
        "judged_alone": found.tuned.judged_alone._asdict(),
        "difference": asdict(found.difference),
        "better": found.is_better,
        "verdict": found.verdict,
        "start": ranking_body(found.start),
        "found": ranking_body(found.tuned.ranking),
        "by_part": [ranking_body(one) for one in found.tuned.by_part],
        "tried": found.tuned.tried,
        "ranking": ranking,
        "mapping": mapping,
        "written": written,
    }


def ranking_body(ranking: Ranking) -> dict[str, Any]:
    """Its weights, what it is worth to hold all words (null: it says nothing), and the rest."""
    return {
        "weights": dict(ranking.weights),
        "all_words": "first" if ranking.all_words == FIRST else ranking.all_words,
        "boosts": [asdict(boost) for boost in ranking.boosts],
        "decays": [asdict(decay) for decay in ranking.decays],
    }
