"""Sums of a version's documents by bucket of their slots, added up by the server."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from searchsvc.domain.document import Tally
from searchsvc.engines.elastic.client import Client
from searchsvc.engines.elastic.points import every_hit
from searchsvc.engines.elastic.schema import CHECKSUM, SLOT
from searchsvc.engines.elastic.shapes import Slots

_DOING = "summing up documents"
_PAGE = 5_000  # documents of one answer
_RANGES = 500  # buckets that one request asks for


def tallies(client: Client, index: str, width: int) -> dict[int, Tally]:
    """Count and checksum of each bucket that holds a document."""
    histogram = {"field": SLOT, "interval": width, "min_doc_count": 1}
    sums = {"checksum": {"sum": {"field": CHECKSUM}}}
    body = {"size": 0, "aggs": {"buckets": {"histogram": histogram, "aggs": sums}}}
    path = f"/{index}/_search?filter_path=aggregations&allow_partial_search_results=false"
    answer: Slots = client.json("POST", path, body, doing=_DOING, shape=Slots)
    return {
        round(bucket.key / width): Tally(bucket.doc_count, round(bucket.checksum.value))
        for bucket in answer.aggregations["buckets"].buckets
    }


def checksums(
    client: Client, index: str, width: int, buckets: Sequence[int]
) -> Iterator[Mapping[str, int]]:
    """The checksum of each document of these buckets by id."""
    for start in range(0, len(buckets), _RANGES):
        ranges = [_range(bucket, width) for bucket in buckets[start : start + _RANGES]]
        wanted = {
            "query": {"bool": {"filter": [{"bool": {"should": ranges}}]}},
            "docvalue_fields": [CHECKSUM],
        }
        for hits in every_hit(client, index, _PAGE, wanted):
            yield {hit.id: int(hit.fields[CHECKSUM][0]) for hit in hits}


def _range(bucket: int, width: int) -> dict[str, Any]:
    return {"range": {SLOT: {"gte": bucket * width, "lt": (bucket + 1) * width}}}
