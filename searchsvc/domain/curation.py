"""What people say of an index's queries: words that mean the same, and rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from searchsvc.domain.query import Boosted, Filter, Pin, Stated

Phrase: TypeAlias = tuple[str, ...]
"""Words that stand together, folded as documents are."""


@dataclass(frozen=True, slots=True)
class Synonym:
    """Whoever asks for `words` may mean each of `others`, but not the other way round."""

    words: Phrase
    others: tuple[Phrase, ...]


class How(StrEnum):
    """How a query's words are compared with a condition's."""

    IS = "is"
    CONTAINS = "contains"
    STARTS_WITH = "starts with"


@dataclass(frozen=True, slots=True)
class Condition:
    """The query's words are, contain or start with `words`."""

    how: How
    words: Phrase


@dataclass(frozen=True, slots=True)
class Rule:
    """When it holds, and what it then does.

    It holds where one of `when` does (always, without any), where the request's own filter has
    each condition of `given`, and from `start` on until just before `end`. The words of `rewrite`
    stand in for those that the condition speaks of.
    """

    name: str
    number: int  # its place in the file
    when: tuple[Condition, ...] = ()
    given: tuple[Filter, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    pins: tuple[Pin, ...] = ()
    hides: tuple[str, ...] = ()
    filters: tuple[Stated, ...] = ()
    boosts: tuple[Boosted, ...] = ()
    rewrite: tuple[str, ...] | None = None
    redirect: str | None = None


@dataclass(frozen=True, slots=True)
class Curation:
    """The synonyms of an index by their first word, longest first; and its rules.

    Rules lie under the first word of each of their conditions (under "" where that has none), so
    that a query looks at few of them; `always` are those without a condition on words.
    """

    synonyms: Mapping[str, tuple[Synonym, ...]] = field(default_factory=dict)
    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    always: tuple[Rule, ...] = ()


NO_CURATION = Curation()


class CurationKind(StrEnum):
    """Which of the two files."""

    SYNONYMS = "synonyms"
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class CurationChange:
    """One change of a file through the API; `before` and `after` are hashes of its contents."""

    at: datetime
    by: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CurationFile:
    """A file as it lies: its path in the project, its text, and the hash of that.

    `used` is the hash of the content in use; where it is another one, `problem` says why.
    `changes` are the latest, newest first.
    """

    path: str
    text: str
    hash: str
    used: str
    problem: str
    changes: tuple[CurationChange, ...]
