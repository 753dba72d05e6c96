"""What raters say together of a document, and where they differ."""

from collections.abc import Iterable, Mapping

from searchsvc.domain.judgment import Conflict, Judgment
from searchsvc.relevance.evaluate import ratings_of


def agreed(judgments: Iterable[Judgment]) -> list[Judgment]:
    """The same as judgments of nobody in particular."""
    return [
        Judgment(query, id, rating)
        for query, documents in ratings_of(judgments).items()
        for id, rating in documents.items()
    ]


def conflicts(judgments: Iterable[Judgment]) -> list[Conflict]:
    """The documents of whose rating raters differ."""
    return [
        Conflict(query, id, tuple(sorted(given.items())))
        for query, documents in _given(judgments).items()
        for id, given in documents.items()
        if len(set(given.values())) > 1
    ]


def _given(judgments: Iterable[Judgment]) -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    found: dict[str, dict[str, dict[str, float]]] = {}
    for one in judgments:
        found.setdefault(one.query, {}).setdefault(one.id, {})[one.rater] = one.rating
    return found
