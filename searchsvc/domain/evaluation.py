"""What an index answered to the judged queries, and everything that answer rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from searchsvc.domain.definition import content_hash


@dataclass(frozen=True, slots=True)
class Basis:
    """What an evaluation rests on; equal ones are answered alike.

    `definition` is the hash of what the version was built from and is searched by, `curation` that
    of the synonyms and rules in use, `judgments` that of all queries with their ratings. `depth` is
    how many hits were asked for.
    """

    index: str
    version: str
    engine: str
    ranking: str
    definition: str
    curation: str
    judgments: str
    depth: int

    @property
    def id(self) -> str:
        """The same for the same basis: 16 hex digits."""
        return content_hash({name: getattr(self, name) for name in self.__slots__})


@dataclass(frozen=True, slots=True)
class Answered:
    """What one query found, the best first, with scores; `ms` is what it took."""

    ids: tuple[str, ...]
    scores: tuple[float, ...]
    ms: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Every judged query asked once. `ratings` are of the queries that have something relevant.

    Of the others, `left_out` many, nothing can be told. `judged_by` names the set or the file that
    the judgments are from; "" where that was not kept.
    """

    basis: Basis
    at: datetime
    answers: Mapping[str, Answered]
    ratings: Mapping[str, Mapping[str, float]]
    left_out: int
    judged_by: str = ""

    @property
    def empty(self) -> list[str]:
        """The queries without a hit."""
        return [query for query, answered in self.answers.items() if not answered.ids]
