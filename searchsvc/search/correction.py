"""What was probably meant: the text with its unknown words put right."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

import orjson

from searchsvc.domain.query import Match, SearchQuery
from searchsvc.domain.result import SearchResult, UnknownWord
from searchsvc.ports import SearchEngine
from searchsvc.search.folding import tokens
from searchsvc.search.forced import Forced
from searchsvc.search.words import normalise, spans

_LOOKED_THROUGH = 20  # hits in which a word must stand that is told to who may not see all


def strangers(query: SearchQuery, unknown: Iterable[UnknownWord]) -> list[UnknownWord]:
    """Those unknown words for which the query has no alternative: a synonym is known to us."""
    placed = {place for one in query.alternatives for place in range(one.start, one.end)}
    meant = {term.text for place, term in enumerate(query.terms) if place in placed}
    return [one for one in unknown if one.word not in meant]


async def offered(
    query: SearchQuery,
    unknown: Collection[UnknownWord],
    engine: SearchEngine,
    forced: Forced,
) -> str | None:
    """The text that was probably meant, which has hits. Raises an engine's error.

    Words put right come from all documents. Who may see only some of them, or some fields, is told
    such a word only if one of its hits says it as it is: else it could be a word of others.
    """
    meant = corrected(query, unknown)
    if meant is None:
        return None
    if not forced.is_narrow:
        return meant.text if (await engine.search(meant)).total else None
    seen = forced.narrowed.returned if forced.narrowed else None
    found = await engine.search(replace(meant, fields=seen, limit=_LOOKED_THROUGH))
    right = {token for one in unknown if one.nearest for token in tokens(one.nearest)}
    return meant.text if right <= _said(found) else None


def _said(found: SearchResult) -> set[str]:
    """All words of the hits' documents."""
    return {
        word
        for hit in found.hits
        for text in _texts(orjson.loads(hit.source))
        for word in tokens(text)
    }


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value if isinstance(value, list) else value.values():
            yield from _texts(one)


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
