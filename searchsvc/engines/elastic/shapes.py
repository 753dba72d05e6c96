"""What of a server's answers is read: what has another shape is no answer of a search server."""

from typing import Any, TypeAlias

import msgspec


class Count(msgspec.Struct, frozen=True):
    """How many documents there are."""

    count: int


class Listed(msgspec.Struct, frozen=True):
    """One concrete index of a listing; numbers come as texts."""

    index: str
    documents: str | None = msgspec.field(name="docs.count", default=None)
    size: str | None = msgspec.field(name="store.size", default=None)


class Pointed(msgspec.Struct, frozen=True):
    """A concrete index that an alias points at."""

    aliases: dict[str, Any]


class Hit(msgspec.Struct, frozen=True):
    """A document found, with what of its fields was asked for."""

    id: str = msgspec.field(name="_id")
    source: dict[str, Any] = msgspec.field(name="_source", default_factory=dict)
    fields: dict[str, list[Any]] = {}
    sort: list[Any] = []


class _Hits(msgspec.Struct, frozen=True):
    hits: list[Hit] = []


class Page(msgspec.Struct, frozen=True):
    """Documents found. `took` is always there; that nothing was found leaves out the rest."""

    took: int
    inner: _Hits = msgspec.field(name="hits", default_factory=_Hits)
    pit_id: str = ""

    @property
    def hits(self) -> list[Hit]:
        """The documents in their order."""
        return self.inner.hits


class Sum(msgspec.Struct, frozen=True):
    """A sum over documents."""

    value: float


class Bucket(msgspec.Struct, frozen=True):
    """A value or a range, how many documents have it, and the sum of their checksums if asked."""

    key: Any
    doc_count: int
    low: float | None = msgspec.field(name="from", default=None)
    checksum: Sum = Sum(0.0)


class Buckets(msgspec.Struct, frozen=True):
    """The buckets of an aggregation."""

    buckets: list[Bucket]


class Slots(msgspec.Struct, frozen=True):
    """Documents by bucket of their slots."""

    aggregations: dict[str, Buckets]


class Stats(msgspec.Struct, frozen=True):
    """What the values of a number field come to: nothing without one, and a text beyond floats."""

    count: int
    min: float | str | None = None
    max: float | str | None = None
    sum: float | str | None = None


class Documents(msgspec.Struct, frozen=True):
    """How many documents there are of a kind."""

    doc_count: int


class Filtered(msgspec.Struct, frozen=True):
    """An aggregation: buckets, or a filter's documents with theirs in `values`.

    `held`: those that have a value.
    """

    doc_count: int = 0
    buckets: list[Bucket] = []
    values: Buckets = Buckets([])
    stats: Stats | None = None
    held: Documents | None = None


class Spoken(msgspec.Struct, frozen=True):
    """A word, and how many documents hold it; none where it is left out."""

    doc_freq: int = 0


class FieldStatistics(msgspec.Struct, frozen=True):
    """How many documents have any word in a field."""

    doc_count: int


class FieldWords(msgspec.Struct, frozen=True):
    """Words of a field."""

    statistics: FieldStatistics = msgspec.field(name="field_statistics")
    terms: dict[str, Spoken]


class Vectors(msgspec.Struct, frozen=True):
    """The words of a document by field. `index` is always there; without words the rest is not."""

    index: str = msgspec.field(name="_index")
    fields: dict[str, FieldWords] = msgspec.field(name="term_vectors", default_factory=dict)


Metas: TypeAlias = dict[str, dict[str, Any]]
"""Each concrete index with what was asked of it."""
