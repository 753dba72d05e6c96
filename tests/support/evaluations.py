"""Evaluations that are kept, of twenty queries that are all answered alike."""

from dataclasses import replace
from datetime import UTC, datetime

from searchsvc.domain.evaluation import Answered, Basis, Evaluation
from searchsvc.relevance.bodies import summary_body
from searchsvc.relevance.compare import summary
from searchsvc.relevance.evaluations import EvaluationFiles
from searchsvc.relevance.metrics import Metric

_METRICS = Metric("ndcg", 10), Metric("rr", 5)


def keep(files: EvaluationFiles, ranking: str, ids: str, **other: object) -> str:
    """The id of one by that ranking, whose queries find `ids`; `x` is good and `y` is not."""
    basis = Basis("films", "films-1", "memory", ranking, "d", "c", "j", 10)
    answers = {f"q{n}": Answered(tuple(ids), (1.0,) * len(ids), 2.0) for n in range(20)}
    ratings = {query: {"x": 3.0, "y": 0.0} for query in answers}
    one = Evaluation(replace(basis, **other), datetime.now(UTC), answers, ratings, 1)
    files.keep(one, summary_body(one, summary(one, _METRICS)))
    return one.basis.id
