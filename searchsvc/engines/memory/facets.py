"""Counts of a field's values and ranges over documents in memory."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from searchsvc.domain.definition import Field, FieldType
from searchsvc.domain.query import FacetRequest
from searchsvc.domain.result import Bucket, Facet, Stats
from searchsvc.engines import values
from searchsvc.engines.aggregations import stats
from searchsvc.engines.fields import COUNTED
from searchsvc.engines.letters import holding
from searchsvc.engines.memory.documents import Stored
from searchsvc.engines.values import Value
from searchsvc.search import cuts


def facet(request: FacetRequest, field: Field | None, documents: Sequence[Stored]) -> Facet:
    """The facet over `documents`."""
    total = len(documents) if request.total else None
    return replace(_facet(request, field, documents), documents=total)


def _facet(request: FacetRequest, field: Field | None, documents: Iterable[Stored]) -> Facet:
    if field is None:
        return Facet(request.field)
    held = [set(stored.values.get(field.name, ())) for stored in documents]
    measured = _stats(held) if field.type is FieldType.NUMBER else None
    cut = request.cut
    if cut is None:
        start = (
            ""
            if request.below is None
            else values.below(request.below, request.separator, request.depth)
        )
        if request.holding:
            pattern = re.compile(holding(request.holding))
            held = [{value for value in some if pattern.search(str(value))} for some in held]
        buckets = _commonest(field, held, request.size, start)
        return Facet(request.field, buckets, stats=measured)
    numbers = [{float(value) for value in some} for some in held]
    counts = Counter(step for some in numbers for step in {cuts.step_of(cut, n) for n in some})
    return Facet(request.field, ranges=cuts.ranges(cut, counts), stats=measured)


def buckets(field: Field, documents: Iterable[Stored], size: int) -> tuple[Bucket, ...]:
    """The `size` commonest values, most frequent first, ties by value."""
    return _commonest(field, [set(stored.values.get(field.name, ())) for stored in documents], size)


def _commonest(
    field: Field, held: Iterable[set[Value]], size: int, start: str = ""
) -> tuple[Bucket, ...]:
    """Of a path only the places that begin with `start`."""
    if field.type not in COUNTED:
        return ()
    counts = Counter(value for some in held for value in some)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if field.type is FieldType.PATH:
        ordered = [item for item in ordered if str(item[0]).startswith(start)]
        return tuple(Bucket(values.place(str(node)), count) for node, count in ordered[:size])
    return tuple(Bucket(value, count) for value, count in ordered[:size])


def _stats(held: Sequence[set[Value]]) -> Stats | None:
    every = [float(value) for some in held for value in some]
    return stats(min(every), max(every), sum(every), len(every)) if every else None
