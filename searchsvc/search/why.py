"""Tells why a document is a hit of a search, or is none: its filter, its words and its place."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace

from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.query import Filter, Ids, Match, SearchQuery, Term
from searchsvc.domain.result import SearchResult
from searchsvc.ports import Search
from searchsvc.search.filter_parts import joined

_PAGE, _DEEPEST = 100, 1_000  # hits that are looked through for the document's place


@dataclass(frozen=True, slots=True)
class Asked:
    """The document that is asked for; it is there only for whom `forced` lets it pass."""

    id: str
    forced: Filter | None = None


@dataclass(frozen=True, slots=True)
class WordFound:
    """One word of a query, or what may stand in its place, and the fields that hold it.

    `hidden`: only fields hold it of which no caller is told.
    """

    word: str
    needed: bool
    fields: tuple[str, ...]
    instead: tuple[str, ...] = ()
    hidden: bool = False

    @property
    def found(self) -> bool:
        """Whether the document holds the word, or something in its place."""
        return bool(self.fields or self.instead or self.hidden)


@dataclass(frozen=True, slots=True)
class Why:
    """What was found of one document. `rank` counts from 1; None beyond the first 1,000 hits.

    `reasons` say it in sentences, the first of them what decides.
    """

    id: str
    query: SearchQuery
    version: IndexVersion
    indexed: bool
    passes: bool = False
    words: tuple[WordFound, ...] = ()
    total: int = 0
    rank: int | None = None
    score: float | None = None
    pinned: bool = False
    hit: bool = False
    reasons: tuple[str, ...] = ()


class Questions:
    """Asks an engine about one document, by searches that only it can be a hit of."""

    def __init__(self, query: SearchQuery, asked: Asked, search: Search) -> None:
        self._query = query
        self._search = search
        self._only = Ids((asked.id,))
        there = joined(self._only, asked.forced)
        self._plain = SearchQuery(
            query.index, filter=there, limit=0, highlight=False, version=query.version
        )

    async def is_indexed(self) -> bool:
        """Whether the version holds the document at all."""
        return await self._any(self._plain)

    async def passes(self) -> bool:
        """Whether the filter lets it through, that of rules included."""
        return self._query.filter is None or await self._any(self._narrowed(self._plain))

    async def is_hit(self) -> bool:
        """Whether it is among the hits."""
        asked = self._narrowed(replace(self._query, sort=(), facets=(), offset=0, limit=0))
        return await self._any(replace(asked, highlight=False))

    async def holds(self, term: Term, field: str) -> bool:
        """Whether the word stands in that field of it."""
        return await self._any(replace(self._plain, terms=(term,), search_fields=(field,)))

    def _narrowed(self, query: SearchQuery) -> SearchQuery:
        return replace(query, filter=joined(self._query.filter, self._only))

    async def _any(self, query: SearchQuery) -> bool:
        return bool((await self._search(query)).total)


async def why(
    query: SearchQuery,
    found: SearchResult,
    document: Asked,
    definition: IndexDefinition,
    search: Search,
) -> Why:
    """Why that document is where it is in the search that `found` this."""
    query = replace(query, version=found.version)
    questions = Questions(query, document, search)
    known = Why(
        document.id, query, found.version, indexed=await questions.is_indexed(), total=found.total
    )
    if not known.indexed:
        return replace(known, reasons=(_MISSING,))
    told = query.search_fields or tuple(definition.public("searchable"))
    hidden = () if query.search_fields else _untold(definition, told)
    words = [await _word(query, n, told, hidden, questions) for n in range(len(query.terms))]
    known = replace(known, passes=await questions.passes(), words=tuple(words))
    if known.passes and await questions.is_hit():
        known = await _placed(replace(known, hit=True), search)
    return replace(known, reasons=tuple(_reasons(known)))


def _untold(definition: IndexDefinition, told: Container[str]) -> tuple[str, ...]:
    return tuple(one.name for one in definition.select("searchable") if one.name not in told)


async def _word(
    query: SearchQuery,
    place: int,
    told: tuple[str, ...],
    hidden: tuple[str, ...],
    questions: Questions,
) -> WordFound:
    term, fields = query.terms[place], (*told, *hidden)
    held = [field for field in fields if await questions.holds(term, field)]
    shown = tuple(field for field in held if field in told)
    others = [" ".join(a.words) for a in query.alternatives if a.start <= place < a.end]
    instead = [
        other
        for other in others
        if any([await questions.holds(Term(other), field) for field in fields])
    ]
    is_hidden = bool(held) and not shown
    return WordFound(term.text, not term.optional, shown, tuple(instead), is_hidden)


async def _placed(known: Why, search: Search) -> Why:
    """With its place among the hits, where it is one of the first."""
    asked = replace(known.query, facets=(), fields=(), highlight=False, limit=_PAGE)
    for offset in range(0, min(known.total, _DEEPEST), _PAGE):
        for number, hit in enumerate((await search(replace(asked, offset=offset))).hits, 1):
            if hit.id == known.id:
                return replace(known, rank=offset + number, score=hit.score, pinned=hit.pinned)
    return known


_MISSING = (
    "the version holds no document of that id; whether its row is there, and why it was left out,"
    " tell `searchsvc verify` and `searchsvc dead`"
)


def _reasons(known: Why) -> Iterator[str]:
    if known.hit:
        place = f"hit {known.rank}" if known.rank else f"behind the first {_DEEPEST:,} hits"
        yield f"it is {place} of {known.total:,}" + (", pinned by a rule" if known.pinned else "")
    elif not known.passes:
        yield "the filter leaves it out, which rules may have added to"
    for word in known.words:
        if word.hidden:
            yield f"it holds '{word.word}' where it is searched and not shown"
        if not word.found and word.needed:
            asked = known.query.match is Match.ALL
            enough = "and every word is asked for" if asked else "though any is enough"
            yield f"it holds no '{word.word}', {enough}"
    if not known.hit and known.passes and all(word.found for word in known.words):
        yield "its words do not all count together, as where a typo is not forgiven"
