"""Pages by scores that decay: what ranks best without its age is ranked anew with it.

tantivy cannot multiply by an age. But no age can raise a score by more than the decays' weights,
so the best of a page are among so many hits as score near enough without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from tantivy import Order, Query

from searchsvc.domain.definition import Decay, FieldType
from searchsvc.engines.decays import most, recency
from searchsvc.engines.embedded.order import FieldKey, Found, by_score, with_ties
from searchsvc.engines.embedded.snapshot import Snapshot

_FIRST = 400  # so many hits are ranked anew at first
CANDIDATES = 10_000  # and at most


@dataclass(frozen=True, slots=True)
class Recent:
    """The hits of `query`, with `column` of boosts, ranked by `decays` as of `now`.

    Those without words and boosts (`plain`) are looked at by the first decay's dates, the latest
    first. Behind the first `candidates` hits the order is that without age.
    """

    snapshot: Snapshot
    query: Query
    column: str
    decays: Sequence[Decay]
    now: int
    plain: bool
    candidates: int = CANDIDATES

    def page(self, start: int, limit: int) -> list[Found]:
        """The hits from `start` on, best first; ties by id."""
        end = start + limit
        ranked = self._ranked(min(end, self.candidates))
        found = with_ties(self.snapshot.searcher, ranked, start, min(end, len(ranked)))
        if end > self.candidates:
            behind = max(start, self.candidates)
            found = [*found, *self._read(behind, end - behind)]
        return found

    def _ranked(self, need: int) -> list[Found]:
        """At least the `need` best hits, in order."""
        size = min(max(_FIRST, 2 * need), self.candidates)
        while True:
            hits = self._read(0, size)
            factors = self._factors(hits)
            pairs = zip(hits, factors, strict=True)
            ranked = sorted(
                ((score * factor, at) for (score, at), factor in pairs),
                key=itemgetter(0),
                reverse=True,
            )
            if len(hits) < size or size == self.candidates or need < 1:
                return ranked
            if ranked[need - 1][0] > self._ceiling(hits[-1][0], factors[-1]):
                return ranked
            size = min(4 * size, self.candidates)

    def _read(self, start: int, size: int) -> list[Found]:
        """Hits in the order without age."""
        if not self.plain:
            return by_score(self.snapshot, self.query, self.column, start, size)
        name = self._names()[0]
        key = FieldKey(name, FieldType.DATE, Order.Desc)
        return [(1.0, at) for _, at in key.ordered(self.snapshot, self.query, start, size)]

    def _ceiling(self, score: float, factor: float) -> float:
        """What no hit can score that comes behind one of this score and factor."""
        if self.plain and len(self.decays) == 1:
            return score * factor
        return score * most(self.decays)

    def _factors(self, hits: Sequence[Found]) -> list[float]:
        """What the ages of these hits multiply their scores by."""
        factors = [1.0] * len(hits)
        addresses = [at for _, at in hits]
        for name, decay in zip(self._names(), self.decays, strict=True):
            of_age = recency(decay, self.now)
            dates = self.snapshot.searcher.fast_field_values(name, addresses)
            factors = [held * of_age(date) for held, date in zip(factors, dates, strict=True)]
        return factors

    def _names(self) -> list[str]:
        return [self.snapshot.plan.fields[decay.field].sort for decay in self.decays]
