"""Finds one document by its id, for whom it is there."""

from searchsvc.domain.query import Ids, SearchQuery
from searchsvc.domain.result import DocumentResult
from searchsvc.errors import UnknownDocument
from searchsvc.ports import SearchEngine
from searchsvc.search.filter_parts import joined
from searchsvc.search.forced import Forced


async def document(engine: SearchEngine, index: str, id: str, forced: Forced) -> DocumentResult:
    """The document if the filter lets it pass, with the fields that may be seen.

    Raises UnknownDocument, or an engine's error.
    """
    if forced.is_narrow:
        result = await _passing(engine, index, id, forced)
    else:
        result = await engine.document(index, id)
    if result is None:
        raise UnknownDocument(f"index '{index}' has no document '{id[:100]}'")
    return result


async def _passing(
    engine: SearchEngine, index: str, id: str, forced: Forced
) -> DocumentResult | None:
    """In one search, so that document and filter are of one moment."""
    only = SearchQuery(
        index,
        filter=joined(forced.filter, Ids((id,))),
        limit=1,
        fields=forced.narrowed.returned if forced.narrowed else None,
        highlight=False,
    )
    found = await engine.search(only)
    return DocumentResult(found.version, found.hits[0]) if found.hits else None
