"""What an index holds and how it is searched, as `mappings/<index>/mapping.yaml` declares it."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from searchsvc.domain.allowlists import Use


class FieldType(StrEnum):
    """How a field's values are indexed."""

    TEXT = "text"  # analysed: folded, stemmed, typo-tolerant
    KEYWORD = "keyword"  # exact values; searched as text too when it has a weight
    ID = "id"  # exact and prefix; never stemmed, never typo-corrected
    NUMBER = "number"  # 64-bit float for filters and sorts; the source keeps every digit
    BOOL = "bool"
    DATE = "date"  # an instant, UTC
    PATH = "path"  # a place in a hierarchy; it has the value of each place above it, too
    GEO = "geo"  # a point on earth, filtered and sorted by distance
    JSON = "json"  # returned as it is, not searched


class Unit(StrEnum):
    """A step of the calendar, in UTC; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Cut:
    """How a facet cuts numbers or dates into ranges, by one of three.

    At `bounds`, ascending; in steps of one `width`, counted from 0; by the calendar's `unit`.
    """

    bounds: tuple[float, ...] = ()
    width: float | None = None
    unit: Unit | None = None

    def __str__(self) -> str:
        """As a mapping declares it: `ranges 0 25 50`, `histogram 10`, `histogram month`."""
        if self.bounds:
            return " ".join(["ranges", *(f"{bound:.17g}" for bound in self.bounds)])
        return f"histogram {self.unit or f'{self.width:.17g}'}"


SEARCHABLE = frozenset({FieldType.TEXT, FieldType.KEYWORD, FieldType.ID, FieldType.PATH})
FILTERABLE = frozenset(FieldType) - {FieldType.TEXT, FieldType.JSON}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its type and what it is used for.

    `weight` 0 means that a query's words are not looked up in it. `snippet` is a number of words,
    0 for none. `stored` fields are returned and neither searched nor filtered; `hidden` ones are
    searched and may boost, and no caller is told of them: `IndexDefinition.public`. A facet counts
    values, or with `cut` ranges of them. `separator` stands between the names of a path.
    """

    name: str
    type: FieldType
    weight: float = 0.0
    suggest: bool = False
    highlight: bool = False
    snippet: int = 0
    facet: bool = False
    sort: bool = False
    stored: bool = False
    hidden: bool = False
    cut: Cut | None = None
    separator: str = ""

    @property
    def facet_type(self) -> str | None:
        """What its facet counts: `values`, `path`, `ranges`, `histogram`; None where it is none."""
        if not self.facet:
            return None
        if self.type is FieldType.PATH:
            return "path"
        return str(self.cut).partition(" ")[0] if self.cut else "values"

    @property
    def searchable(self) -> bool:
        """Whether a query's words are looked up in it."""
        return self.weight > 0

    @property
    def filterable(self) -> bool:
        """Whether it is indexed for filters; a caller's may name it unless it is hidden."""
        return self.type in FILTERABLE and not self.stored

    @property
    def sortable(self) -> bool:
        """Whether a sort may name it; a point always, by its distance."""
        return self.sort or self.is_geo

    @property
    def is_geo(self) -> bool:
        """Whether it is indexed for distances and boxes."""
        return self.type is FieldType.GEO and not self.stored

    @property
    def stored_form(self) -> "Field":
        """The field as far as it decides how documents are indexed: fields of one stored form
        are indexed alike, and differ only in what queries make of them.
        """
        return replace(
            self,
            weight=1.0 if self.searchable else 0.0,
            suggest=self.suggest and not self.searchable,
            highlight=False,
            snippet=0,
            facet=False,
            cut=None,
        )


# A score is never turned off or around by a boost, and no boost drowns every match.
LOWEST, HIGHEST = 0.25, 30.0


@dataclass(frozen=True, slots=True)
class Boost:
    """Raises (or lowers, with a negative weight) a hit by what its document holds.

    With `by` (`log`, `sqrt` or `value` of a number): `weight * by(value)`. With `equals`:
    `weight` where the field has that value. With `when`, a filter expression: `weight` where the
    document passes it. The sum over all boosts of a ranking, plus 1, multiplies a score.
    """

    field: str
    weight: float
    by: str | None = None
    equals: str | float | bool | None = None
    when: str = ""

    def __str__(self) -> str:
        """Short, for people: `+0.3 log(sales)`, `-0.5 in_stock:False`."""
        held = f"{self.by}({self.field})" if self.by else f"{self.field}:{self.equals}"
        return f"{self.weight:+g} {self.when or held}"


@dataclass(frozen=True, slots=True)
class Decay:
    """Raises a hit by how recent its `field` is, as of the moment of the search.

    Its score is multiplied by `1 + weight * 0.5 ** (age / half_life)`, both in seconds.
    """

    field: str
    half_life: float
    weight: float

    def __str__(self) -> str:
        """Short, for people: `+0.1 recent(created_at, 7776000 s)`."""
        return f"{self.weight:+g} recent({self.field}, {self.half_life:g} s)"


DEFAULT = "default"  # the ranking where none is named
RANKING_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
WORDS_ALONE = ""  # names no ranking: nothing multiplies what words score


# What words count in which field, by the fields' names.
Weights: TypeAlias = tuple[tuple[str, float], ...]
# Above 0, since which documents are hits must not depend on how they are ranked.
LEAST_WEIGHT, MOST_WEIGHT = 0.01, 1000.0
JOINED_WEIGHT = "*"  # stands for all texts and keywords together where fields have weights
# Of the mean weight, what a word counts in all of them together, and what it is worth that a
# document holds all words where any is enough: decision 0011.
JOINED_SHARE, COMPLETE_SHARE = 1.5, 4.0
# Worth more than anything else: those with all words come before those without. JSON, which keeps
# a definition beside its version, has no infinity.
FIRST, MOST_WORTH = 1e9, 1000.0
# What a word counts in its other fields beside the best one.
TIE_BREAKER = 0.1


@dataclass(frozen=True, slots=True)
class Ranking:
    """A named way to rank: what a word counts in which field, and what multiplies the score.

    `weights` stand in for those of the fields that they name. `all_words`: how many times the mean
    weight it is worth to hold all words, where some of them are enough; None: COMPLETE_SHARE, or
    FIRST where boosts or decays rank, too.
    """

    name: str
    boosts: tuple[Boost, ...] = ()
    decays: tuple[Decay, ...] = ()
    weights: Weights = ()
    all_words: float | None = None

    @property
    def steps(self) -> list[str]:
        """Short, for people: each part of it."""
        weights = [f"{name}^{weight:g}" for name, weight in self.weights]
        worth = [] if self.all_words is None else [f"all words {worth_text(self.all_words)}"]
        return [*weights, *worth, *map(str, self.boosts), *map(str, self.decays)]


def worth_text(all_words: float) -> str:
    """As a mapping says it."""
    return "first" if all_words == FIRST else f"{all_words:g}"


@dataclass(frozen=True, slots=True)
class Typo:
    """From which word length one and two typos are forgiven, and in which fields never."""

    one_from: int = 4
    two_from: int = 8
    off_for: tuple[str, ...] = ()

    def allowed(self, word: str) -> int:
        """How many typos `word` may hold: 0, 1 or 2; none where a digit is in it."""
        if len(word) < self.one_from or any(c.isdigit() for c in word):
            return 0
        return 2 if len(word) >= self.two_from else 1


@dataclass(frozen=True, slots=True)
class Sort:
    """A named order: `field` ascending, or descending; a point from near to far."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Languages:
    """A language of each document: the one of `codes` that its `field` names, else the index's."""

    field: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """The fields by which hits may be grouped, and the one by which they are unless a request says.

    `default` is "" where that is none.
    """

    fields: tuple[str, ...] = ()
    default: str = ""


@dataclass(frozen=True, slots=True)
class IndexDefinition:
    """One index: its fields in the order of the file, and how it is searched.

    `languages` None: every document is of the one `language`. `stop_words` None: its own. `boosts`
    and `decays` are those of the default ranking; `rankings` are the others. `suggest_scope` is
    the facet by which suggestions tell where most of their hits are, "" for none.
    """

    name: str
    fields: tuple[Field, ...]
    language: str = "en"
    languages: Languages | None = None
    stop_words: tuple[str, ...] | None = None
    typo: Typo = Typo()
    boosts: tuple[Boost, ...] = ()
    sorts: tuple[tuple[str, Sort], ...] = ()
    rankings: tuple[Ranking, ...] = ()
    decays: tuple[Decay, ...] = ()
    all_words: float | None = None
    groups: Groups = Groups()
    suggest_scope: str = ""

    @property
    def all_languages(self) -> tuple[str, ...]:
        """Every language that a document may be of, the index's own first."""
        codes = self.languages.codes if self.languages else ()
        return tuple(dict.fromkeys((self.language, *codes)))

    def field(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return next((f for f in self.fields if f.name == name), None)

    def select(self, use: str) -> Iterator[Field]:
        """The fields for which the attribute `use` is set: `searchable`, `facet`, `sort` …"""
        return (f for f in self.fields if getattr(f, use))

    def public(self, use: str = "name") -> list[str]:
        """The names that a caller may give and be given: those of `select` that it may use so."""
        return [f.name for f in self.select(use) if self.allows(f, _USES[use])]

    def allows(self, field: Field, _: Use) -> bool:
        """Whether a caller may use the field so: unless it is hidden."""
        return not field.hidden

    @property
    def returned(self) -> tuple[str, ...] | None:
        """The fields of a document that a caller may see; None for all that are not hidden."""
        return None

    @property
    def marked(self) -> tuple[str, ...] | None:
        """The fields in which a caller may see matches; None for all that are not hidden."""
        return None

    @property
    def suggested(self) -> tuple[str, ...] | None:
        """The fields of which suggestions may be shown; None for all that are not hidden."""
        return None

    def sort_named(self, name: str) -> Sort | None:
        """The declared sort of that name, or None."""
        return next((sort for key, sort in self.sorts if key == name), None)

    @property
    def all_rankings(self) -> tuple[Ranking, ...]:
        """The default ranking, and then the others."""
        return (
            Ranking(DEFAULT, self.boosts, self.decays, all_words=self.all_words),
            *self.rankings,
        )

    def ranking(self, name: str) -> Ranking | None:
        """The ranking of that name, or None."""
        return next((one for one in self.all_rankings if one.name == name), None)

    @property
    def stored_form(self) -> "IndexDefinition":
        """The definition as far as it decides how documents are indexed, as for a field."""
        fields = tuple(field.stored_form for field in self.fields)
        boosting = (one for one in self.rankings if one.boosts)
        rankings = tuple(replace(o, decays=(), weights=(), all_words=None) for o in boosting)
        return replace(
            self,
            fields=fields,
            stop_words=None,
            typo=Typo(),
            sorts=(),
            rankings=rankings,
            decays=(),
            all_words=None,
            groups=replace(self.groups, default=""),
            suggest_scope="",
        )

    @property
    def hash(self) -> str:
        """Changes whenever the definition does: 16 hex digits."""
        return content_hash(asdict(self))


# What a caller does with fields that it names as those of an attribute.
_USES: Mapping[str, Use] = {
    "name": Use.RETURN,
    "searchable": Use.RETURN,
    "suggest": Use.RETURN,
    "highlight": Use.HIGHLIGHT,
    "facet": Use.FACET,
    "filterable": Use.FILTER,
    "is_geo": Use.FILTER,
    "sortable": Use.SORT,
}


def content_hash(value: Mapping[str, object]) -> str:
    """16 hex digits that differ for different JSON-like values."""
    text = json.dumps(value, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
