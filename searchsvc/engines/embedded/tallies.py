"""Sums of a version's documents by bucket of their slots, from tantivy's fast fields."""

from collections.abc import Iterator, Mapping, Sequence

from tantivy import DocAddress, FieldType, Index, Query, Searcher

from searchsvc.domain.document import Tally
from searchsvc.engines.embedded.schema import CHECKSUM, ID, SLOT

_PAGE = 10_000  # documents of one answer


def tallies(searcher: Searcher, width: int) -> dict[int, Tally]:
    """Count and checksum of each bucket that holds a document."""
    histogram = {"field": SLOT, "interval": width, "min_doc_count": 1}
    sum = {"checksum": {"sum": {"field": CHECKSUM}}}
    answer = searcher.aggregate(
        Query.all_query(), {"buckets": {"histogram": histogram, "aggs": sum}}
    )
    return {
        round(bucket["key"] / width): Tally(bucket["doc_count"], int(bucket["checksum"]["value"]))
        for bucket in answer["buckets"]["buckets"]
        if bucket["doc_count"]
    }


def checksums(
    index: Index, searcher: Searcher, width: int, buckets: Sequence[int]
) -> Iterator[Mapping[str, int]]:
    """The checksum of each document of these buckets by id."""
    for bucket in buckets:
        first, last = bucket * width, (bucket + 1) * width - 1
        within = Query.range_query(index.schema, SLOT, FieldType.Integer, first, last)
        for addresses in _pages(searcher, within):
            sums = searcher.fast_field_values(CHECKSUM, addresses)
            ids = [str(searcher.doc(address).get_first(ID)) for address in addresses]
            yield {id: int(sum or 0) for id, sum in zip(ids, sums, strict=True)}


def _pages(searcher: Searcher, query: Query) -> Iterator[list[DocAddress]]:
    offset = 0
    while True:
        hits = searcher.search(query, _PAGE, count=False, offset=offset).hits
        if hits:
            yield [address for _, address in hits]
        if len(hits) < _PAGE:
            return
        offset += _PAGE
