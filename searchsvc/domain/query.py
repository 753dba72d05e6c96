"""What is asked of an engine: terms, filters, facets, sorts and a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from searchsvc.domain.definition import DEFAULT, Cut
from searchsvc.domain.geo import Point, Region
from searchsvc.domain.index import IndexVersion

Scalar: TypeAlias = str | float | bool | datetime


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query as typed, case-folded; `typos` are forgiven, `prefix` is unfinished.

    An `optional` one says little: it ranks, and no hit needs to hold it.
    """

    text: str
    typos: int = 0
    prefix: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Alternative:
    """Words that may stand, one after the other, in the place of some neighbouring terms.

    Those are the query's terms from number `start` up to `end`, which it does not reach. To find
    the alternative is worth `weight` of what it is worth itself, at most 1.
    """

    start: int
    end: int
    words: tuple[str, ...]
    weight: float = 1.0


class Match(StrEnum):
    """How many of a query's words a hit must hold."""

    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Equals:
    """The field has this value (one of its values, where it has several)."""

    field: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field has one of these values."""

    field: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """The field lies between `low` and `high`; None leaves that side open."""

    field: str
    low: float | datetime | None = None
    high: float | datetime | None = None
    include_low: bool = True
    include_high: bool = True


@dataclass(frozen=True, slots=True)
class Exists:
    """The field has a value."""

    field: str


@dataclass(frozen=True, slots=True)
class Ids:
    """The document is one of these; no filter of a caller says so."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """The field's point (one of its points, where it has several) lies in the region."""

    field: str
    region: Region


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Filter"


Condition: TypeAlias = Equals | OneOf | Range | Exists | Within  # of one field
Filter: TypeAlias = Condition | Ids | And | Or | Not


@dataclass(frozen=True, slots=True)
class FacetRequest:
    """Count the `size` commonest values of `field`, or with `cut` its ranges, under `filter`.

    The query's words apply too. `filter` is the query's own filter less the clauses on this very
    field, so that a chosen value does not hide its alternatives. The answer repeats the values
    that these clauses name, `selected`; no engine looks at them. Of a path, whose names stand
    between a `separator`, only the places directly `below` this one count; "" is the top. With
    `depth` all places of so many names do, wherever they are. With `holding`, values with these
    folded letters in a row count, and others may. With `total`, the documents under `filter` are
    counted as well, or alone where `field` is "".
    """

    field: str
    size: int
    filter: Filter | None = None
    cut: Cut | None = None
    selected: tuple[Scalar, ...] = ()
    separator: str = ""
    below: str | None = None
    depth: int = 0
    holding: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class SortKey:
    """Order by a field's value; documents without one come last either way.

    With `near`: by the distance of the field's nearest point from there, the least first.
    """

    field: str
    descending: bool = False
    near: Point | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """The point from which distances to `field` are told."""

    field: str
    point: Point


@dataclass(frozen=True, slots=True)
class Stated:
    """A filter with the text that states it."""

    text: str
    filter: Filter


@dataclass(frozen=True, slots=True)
class Boosted:
    """Documents that pass the filter score `weight` times their score more, or less."""

    condition: Stated
    weight: float


@dataclass(frozen=True, slots=True)
class Pin:
    """The document `id` stands at place `at` of all hits, from 1."""

    id: str
    at: int


@dataclass(frozen=True, slots=True)
class PlanStep:
    """What one step made of a query: the members that it changed, as JSON shows them."""

    name: str
    changes: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Applied:
    """What was made of a request; the answer tells it, and no engine looks at it.

    `typed` is what was typed where a rule has rewritten it. `rules` are names, `synonyms` like
    `tv => television`. `steps` are there when they were asked for.
    """

    typed: str | None = None
    rules: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    redirect: str | None = None
    steps: tuple[PlanStep, ...] | None = None


NOTHING_APPLIED = Applied()


@dataclass(frozen=True, slots=True)
class Grouping:
    """Hits by groups that share a value of `field`: of each group the best `size`.

    `told`: whether the answer has that value.
    """

    field: str
    size: int = 1
    told: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: its last hit's value of each sort key, or its score, and then its id.

    Only the engine that gave it reads it. `seen` is how many hits stand up to there, unless
    documents have changed meanwhile.
    """

    values: tuple[str | float | bool | None, ...]
    seen: int = 0


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """One search, checked against the definition and ready for any engine.

    No terms: every document matches. `sort` empty: by score, which `ranking` multiplies (what is
    recent as of `now`, in µs since 1970), and ties by id. `weights` stand in for those of the
    fields they name; `all_words` as a ranking has it. `fields` None: every field that is not
    hidden. Hits are `offset` to `offset + limit` (limit may be 0), or with `after` the first
    `limit` behind that place, whatever the offset. `version` None: the live one. Documents of
    `pins` match whatever their words are, with the score 0 where they do not; an engine gives them
    no place. The sum of the weights of those `boosts` that hold, plus 1, multiplies a score. The
    answer repeats `page` (None: not counted) and the words that are `ignored`, and tells what was
    `applied`; equal `fingerprint`s ask for the same hits in the same order. A query that was
    widened says what it has written `apart`; None otherwise. With `grouping`, `offset` and `limit`
    are of groups. No engine looks at these. Fields with snippets are highlighted as a whole unless
    `snippets` are wanted. Of the returned fields only those that are `highlighted` have their
    matches marked; None: all of them. `scored`: the caller may be told scores.
    """

    index: str
    text: str = ""
    terms: tuple[Term, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    match: Match = Match.ALL
    filter: Filter | None = None
    facets: tuple[FacetRequest, ...] = ()
    sort: tuple[SortKey, ...] = ()
    ranking: str = DEFAULT
    weights: tuple[tuple[str, float], ...] = ()
    all_words: float | None = None
    now: int = 0
    offset: int = 0
    limit: int = 10
    fields: tuple[str, ...] | None = None
    highlight: bool = True
    search_fields: tuple[str, ...] | None = None
    version: IndexVersion | None = None
    near: Near | None = None
    after: Place | None = None
    pins: tuple[Pin, ...] = ()
    boosts: tuple[Boosted, ...] = ()
    page: int | None = 1
    ignored: tuple[str, ...] = ()
    applied: Applied = NOTHING_APPLIED
    fingerprint: str = ""
    apart: tuple[str, ...] | None = None
    grouping: Grouping | None = None
    snippets: bool = True
    highlighted: tuple[str, ...] | None = None
    scored: bool = True

    @property
    def marked(self) -> tuple[str, ...] | None:
        """The fields that are returned in which matches may be marked; None for all of them."""
        if self.highlighted is None or self.fields is None:
            return self.fields if self.highlighted is None else self.highlighted
        return tuple(name for name in self.fields if name in self.highlighted)

    @property
    def wordless(self) -> bool:
        """Whether something was typed that holds no word to look up, so that nothing is meant."""
        return not self.terms and bool(self.text.strip())

    @property
    def pinned(self) -> tuple[str, ...]:
        """The ids of the pinned documents."""
        return tuple(pin.id for pin in self.pins)


@dataclass(frozen=True, slots=True)
class FacetSearch:
    """The commonest values of facet `field` that hold `terms`, counted `within` a search."""

    within: SearchQuery
    field: str
    text: str
    terms: tuple[Term, ...]
    limit: int = 10


@dataclass(frozen=True, slots=True)
class SuggestQuery:
    """Completions for what has been typed so far: `limit` of each kind.

    All of them from documents that pass `filter`, and of `fields` only; None: all that are not
    hidden. `scopes`: whether they tell where most of their hits are. `forgiving_from`: of how many
    letters on what was typed may hold a typo, where nothing is asked of an engine.
    """

    index: str
    text: str
    terms: tuple[Term, ...]
    limit: int = 8
    filter: Filter | None = None
    forgiving_from: int = 3
    fields: tuple[str, ...] | None = None
    scopes: bool = True
