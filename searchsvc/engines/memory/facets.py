"""Counts of a field's values over documents in memory."""

from collections import Counter
from collections.abc import Iterable

from searchsvc.domain.definition import Field, FieldType
from searchsvc.domain.result import Bucket
from searchsvc.engines.memory.documents import Stored

COUNTED = frozenset({FieldType.KEYWORD, FieldType.ID, FieldType.NUMBER, FieldType.BOOL})


def buckets(field: Field | None, documents: Iterable[Stored], size: int) -> tuple[Bucket, ...]:
    """The `size` commonest values, most frequent first, ties by value."""
    if field is None or field.type not in COUNTED:
        return ()
    counts = Counter(
        value for stored in documents for value in set(stored.values.get(field.name, ()))
    )
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Bucket(value, count) for value, count in ordered[:size])
