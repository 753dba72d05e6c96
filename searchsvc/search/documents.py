"""Finds one document by its id, for whom it is there."""

from searchsvc.domain.query import Filter, Ids, SearchQuery
from searchsvc.domain.result import DocumentResult
from searchsvc.errors import UnknownDocument
from searchsvc.ports import SearchEngine
from searchsvc.search.filter_parts import joined


async def document(
    engine: SearchEngine, index: str, id: str, forced: Filter | None
) -> DocumentResult:
    """The document if the filter lets it pass. Raises UnknownDocument, or an engine's error."""
    if forced is None:
        result = await engine.document(index, id)
    else:
        result = await _passing(engine, index, id, forced)
    if result is None:
        raise UnknownDocument(f"index '{index}' has no document '{id[:100]}'")
    return result


async def _passing(
    engine: SearchEngine, index: str, id: str, forced: Filter
) -> DocumentResult | None:
    """In one search, so that document and filter are of one moment."""
    only = SearchQuery(index, filter=joined(forced, Ids((id,))), limit=1, highlight=False)
    found = await engine.search(only)
    return DocumentResult(found.version, found.hits[0]) if found.hits else None
