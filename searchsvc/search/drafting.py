"""Serves the hits of two rankings as one list, by a team draft, as an experiment compares them.

Radlinski and others, 2008. Both rankings find the same documents and differ in their order alone,
so that totals and facets are those of either.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from searchsvc.domain.experiment import Experiment
from searchsvc.domain.query import SearchQuery
from searchsvc.domain.result import Hit, SearchResult

# Hits up to which pages are drafted. Behind them the first ranking goes on alone.
DEPTH = 100
# As many orders of picking there are for one text: few enough that answers are used again.
DRAFTS = 16
PINNED = "-"  # a hit that neither has brought


@dataclass(frozen=True, slots=True)
class Draft:
    """How the hits of `a` and `b` are drafted for one client and text; equal `mark`s are alike."""

    experiment: str
    a: str
    b: str
    mark: str
    coins: int

    @property
    def ranking(self) -> str:
        """What a log says in the place of a ranking; no ranking can have that name."""
        return f"{self.a}+{self.b}"


@dataclass(frozen=True, slots=True)
class Drafted:
    """Which ranking has brought each hit of a page: a letter each, A, B or `-` for neither."""

    experiment: str
    ranking: str
    teams: str


def draft_of(experiment: Experiment, client: str, text: str) -> Draft:
    """The same for a client and a text as long as the experiment runs.

    So a page that is asked for again is the same, and the next one goes on from it, whatever id
    each answer has. Of each two drafts one throws all coins as the other does not, so that neither
    ranking picks first more often.
    """
    number = blake2b(_joined(experiment.id, client, text), digest_size=2).digest()[0] % DRAFTS
    thrown = blake2b(_joined(experiment.id, text, str(number >> 1)), digest_size=64).digest()
    coins = int.from_bytes(thrown) ^ (number & 1) * (2**512 - 1)
    mark = f"{experiment.id} {number}"
    return Draft(experiment.id, experiment.a, experiment.b, mark, coins)


def team_draft(a: Sequence[str], b: Sequence[str], coins: int, most: int) -> list[tuple[str, str]]:
    """Up to `most` ids, each with the team that picked it: A or B.

    In each round both pick their best that is not taken yet; a coin says who does so first.
    """
    picked: dict[str, str] = {}
    left = {"A": iter(a), "B": iter(b)}
    while len(picked) < most:
        before = len(picked)
        for team in "AB" if coins & 1 else "BA":
            best = next((id for id in left[team] if id not in picked), None)
            if best is not None and len(picked) < most:
                picked[best] = team
        coins >>= 1
        if len(picked) == before:
            break
    return list(picked.items())


def page_of(
    a: SearchResult, b: SearchResult, draft: Draft, query: SearchQuery
) -> tuple[SearchResult, str]:
    """The page of `query` out of the first hits of both up to its end; and the teams.

    Pinned hits stay where they are in both.
    """
    end = query.offset + query.limit
    by_id = {hit.id: hit for hit in (*b.hits, *a.hits)}
    one, other = ([hit.id for hit in side.hits if not hit.pinned] for side in (a, b))
    picks = iter(team_draft(one, other, draft.coins, end))
    merged = list(_merged(a.hits, picks))[query.offset : end]
    hits = tuple(by_id[id] for id, _ in merged)
    teams = "".join(team for _, team in merged)
    return SearchResult(a.version, a.total, hits, a.facets, None, a.pinned), teams


def are_alike(a: SearchResult, b: SearchResult) -> bool:
    """Whether both can be the hits of one search: of one version, and as many."""
    return a.version == b.version and (a.total, a.pinned) == (b.total, b.pinned)


def _merged(
    hits: Sequence[Hit], picks: Iterator[tuple[str, str]]
) -> Iterator[tuple[str, str]]:  # fmt: skip
    for hit in hits:
        if hit.pinned:
            yield hit.id, PINNED
        elif (pick := next(picks, None)) is not None:
            yield pick


def _joined(*parts: str) -> bytes:
    return "\n".join(parts).encode("utf-8", "surrogatepass")
