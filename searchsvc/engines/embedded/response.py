"""tantivy's documents as hits and suggestions."""

from collections.abc import Iterable, Sequence

import orjson
from tantivy import DocAddress, Searcher

from searchsvc.domain.query import SearchQuery
from searchsvc.domain.result import Hit, HitSuggestion
from searchsvc.engines import distances, sources, suggestions
from searchsvc.engines.embedded.order import Found
from searchsvc.engines.embedded.schema import ID, SOURCE
from searchsvc.engines.embedded.snapshot import Snapshot
from searchsvc.engines.marks import Highlighter
from searchsvc.engines.terms import Group


def hits(
    snapshot: Snapshot, found: Iterable[Found], query: SearchQuery, groups: Sequence[Group]
) -> tuple[Hit, ...]:
    """The documents found, each with its source and highlights."""
    marks = (
        Highlighter(snapshot.definition, groups, query.marked, snippets=query.snippets)
        if query.highlight
        else None
    )
    return tuple(_hit(snapshot.searcher, score, address, query, marks) for score, address in found)


def _hit(
    searcher: Searcher,
    score: float,
    address: DocAddress,
    query: SearchQuery,
    marks: Highlighter | None,
) -> Hit:
    id, source = read(searcher, address)
    members = orjson.loads(source) if marks or query.near else {}
    highlight = marks.of(members) if marks else {}
    away = distances.from_source(members, query.near)
    return Hit(id, score, sources.chosen(source, query.fields), highlight, away)


def read(searcher: Searcher, address: DocAddress) -> tuple[str, bytes]:
    """A document's id and source."""
    document = searcher.doc(address)
    return str(document.get_first(ID)), bytes(document.get_first(SOURCE) or b"{}")


def suggested(
    snapshot: Snapshot, found: Iterable[Found], matcher: suggestions.Matcher, limit: int
) -> list[HitSuggestion]:
    """The first `limit` distinct texts of the documents found."""

    def suggestion(address: DocAddress) -> HitSuggestion | None:
        id, source = read(snapshot.searcher, address)
        return matcher.hit(id, orjson.loads(source))

    return suggestions.distinct((suggestion(address) for _, address in found), limit)
