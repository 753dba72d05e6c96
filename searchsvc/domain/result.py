"""What an engine answers: hits, facets, suggestions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.query import Place


@dataclass(frozen=True, slots=True)
class LiveIndex:
    """The version that answers now, with the definition it was built from."""

    version: IndexVersion
    definition: IndexDefinition


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found. `source` is its JSON object; `score` is comparable within one answer.

    It is None where it would tell the caller what it may not know.

    `highlight` gives safe HTML per field: escaped text in which matched words stand in `<mark>`.
    `distance` is in metres, where the query has a point to tell it from and the document one too.
    """

    id: str
    score: float | None
    source: bytes
    highlight: Mapping[str, str] = field(default_factory=dict)
    distance: float | None = None
    pinned: bool = False
    group: "Group | None" = None


@dataclass(frozen=True, slots=True)
class Group:
    """What a hit stands for: `count` hits that share the value `key`, of which `hits` come next.

    Without a value it stands for itself.
    """

    key: str | None
    count: int
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Bucket:
    """One value of a facet and the number of documents that have it."""

    value: str | float | bool
    count: int


@dataclass(frozen=True, slots=True)
class RangeBucket:
    """The number of documents with a value from `low` on and below `high`; None is no bound."""

    low: float | datetime | None
    high: float | datetime | None
    count: int


@dataclass(frozen=True, slots=True)
class Stats:
    """What the values of a number field come to: `count` of them, at least one."""

    min: float
    max: float
    sum: float
    count: int

    @property
    def avg(self) -> float:
        """The mean value."""
        return self.sum / self.count


@dataclass(frozen=True, slots=True)
class Facet:
    """The commonest values of a field, most frequent first, ties by value; or its `ranges`.

    `stats` are those of a number field that has a value. Where it is `grouped`, its counts are
    those of groups; stats never are, nor are all `documents` under its filter, where those were
    asked for.
    """

    field: str
    buckets: tuple[Bucket, ...] = ()
    ranges: tuple[RangeBucket, ...] = ()
    stats: Stats | None = None
    grouped: bool = False
    documents: int | None = None


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word that no document holds in any form.

    `nearest` is the known one that it may stand for, `apart` are texts of two words that documents
    may hold and that are this one with a space in it.
    """

    word: str
    nearest: str | None = None
    apart: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to one query, all of it from one version.

    `total` is exact, unless it is of groups and there are `at_least` so many; `pinned` documents
    of it are there because a rule has pinned them. `last` is the place of the last hit; None
    without hits. `doubtful`: a word of the query may be unknown, which `SearchEngine.unknown`
    tells.
    """

    version: IndexVersion
    total: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...] = ()
    last: Place | None = None
    pinned: int = 0
    doubtful: bool = False
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """The value of a facet that most hits of a suggestion have, and how many of them do."""

    field: str
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class ValueSuggestion:
    """A value of a facet field that begins as typed, with its number of documents."""

    field: str
    value: str
    count: int
    highlight: str
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class FacetValues:
    """Values of a facet, most frequent first, ties by value; `total` documents were counted.

    `complete`: no other value that matches is commoner than one of these.
    """

    version: IndexVersion
    values: tuple[ValueSuggestion, ...]
    total: int
    complete: bool


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """One document, asked for by its id, and the version that holds it."""

    version: IndexVersion
    hit: Hit


@dataclass(frozen=True, slots=True)
class Frequencies:
    """In how many of a version's documents a field holds a word, of those that were asked for.

    Deleted documents may count until the engine tidies up.
    """

    documents: int
    by_field: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class HitSuggestion:
    """A document whose suggest field `field` matches; `text` is that field's value."""

    id: str
    field: str
    text: str
    highlight: str


@dataclass(frozen=True, slots=True)
class QuerySuggestion:
    """A text that people have searched for, and where most of its hits are."""

    text: str
    highlight: str
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class SuggestResult:
    """Completions, best first, all of them from one version.

    `correction` is what was probably meant, and has hits, where none of them begins as typed.
    """

    version: IndexVersion
    values: tuple[ValueSuggestion, ...]
    hits: tuple[HitSuggestion, ...]
    queries: tuple[QuerySuggestion, ...] = ()
    correction: str | None = None

    def __bool__(self) -> bool:
        return bool(self.queries or self.values or self.hits)
