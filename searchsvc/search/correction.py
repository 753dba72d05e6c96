"""What was probably meant: the text with its unknown words put right."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from searchsvc.domain.query import Match, SearchQuery
from searchsvc.domain.result import UnknownWord
from searchsvc.search.words import normalise, spans


def strangers(query: SearchQuery, unknown: Iterable[UnknownWord]) -> list[UnknownWord]:
    """Those unknown words for which the query has no alternative: a synonym is known to us."""
    placed = {place for one in query.alternatives for place in range(one.start, one.end)}
    meant = {term.text for place, term in enumerate(query.terms) if place in placed}
    return [one for one in unknown if one.word not in meant]


def corrected(query: SearchQuery, unknown: Collection[UnknownWord]) -> SearchQuery | None:
    """The query for the corrected text that counts its hits; None where no word can be put right.

    Spelt right, it forgives nothing: whether it has hits is to be seen before it is offered.
    """
    nearest = {one.word: one.nearest for one in unknown if one.nearest is not None}
    if not nearest:
        return None
    terms = tuple(
        replace(term, text=nearest.get(term.text, term.text), typos=0) for term in query.terms
    )
    return replace(
        query, text=_replaced(query.text, nearest), terms=terms, alternatives=(), match=Match.ALL,
        facets=(), sort=(), pins=(), boosts=(), offset=0, limit=0, highlight=False,
    )  # fmt: skip


def _replaced(text: str, nearest: dict[str, str]) -> str:
    """`text` with each of those words replaced; everything between them stays."""
    text = normalise(text)
    parts, end = [], 0
    for start, stop, word in spans(text):
        if word in nearest:
            parts += [text[end:start], nearest[word]]
            end = stop
    return "".join([*parts, text[end:]]).strip()
