"""Judged queries with their candidates' features as arrays: ranked by any weights without asking.

Needs numpy, which the extra `tune` installs.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from searchsvc.domain.definition import FIRST, HIGHEST, JOINED_WEIGHT, TIE_BREAKER
from searchsvc.relevance.features import Features, complete_bonus
from searchsvc.relevance.metrics import MOST_DEPTH
from searchsvc.search.completeness import BEHIND

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DEPTH = 10
# Equal scores keep the order in which they were logged: each place takes so much off a score.
_PLACE = 1e-12
# A number whose logarithm varies less than that (as of a year) ranks nothing.
_LEAST_SPREAD = 0.5


class Sample:
    """Queries with their features and ratings, as arrays: a row for each candidate.

    `names` are the fields of the features, `numbers` the numbers, in their order. `queries` are
    those with candidates, of the `asked` there are. Fields come first
    in the arrays, so that what is done to each of them runs along memory; `words` has a cell for
    each word of a row, those of a row in a row.
    """

    def __init__(
        self,
        names: Sequence[str],
        found: Mapping[str, Features],
        ratings: Mapping[str, Mapping[str, float]],
        numbers: Sequence[str] = (),
    ) -> None:
        import numpy as np  # noqa: PLC0415 - an extra

        self.names = (*names, JOINED_WEIGHT)
        self.numbers = tuple(numbers)
        self.queries = [query for query, features in found.items() if features.ids]
        self.asked = len(found)
        kept = [found[query] for query in self.queries]
        sizes = [len(one.ids) for one in kept]
        rows = sum(sizes)
        self.starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        words = [len(one.words) for one in kept]
        self._words = np.zeros((len(names), sum(map(int.__mul__, sizes, words))), dtype=np.float32)
        self._whole = np.zeros((len(names), rows), dtype=np.float32)
        self._together = np.zeros(rows, dtype=np.float32)
        self._complete = np.zeros(rows, dtype=bool)
        self._counted = np.zeros(rows, dtype=bool)  # whether it matters to hold all words
        self._worth = np.zeros(rows, dtype=np.float64)
        self._factors = np.ones(rows, dtype=np.float64)
        self._logs = np.zeros((len(numbers), rows), dtype=np.float64)
        rating = np.zeros(rows, dtype=np.float64)
        judged = np.zeros(rows, dtype=bool)
        cell = 0
        for query, one, start in zip(self.queries, kept, self.starts.tolist(), strict=False):
            end = start + len(one.ids)
            if one.words:
                held = np.array(one.words, dtype=np.float32)  # words, fields, candidates
                last = cell + held.shape[0] * held.shape[2]
                self._words[:, cell:last] = held.transpose(1, 2, 0).reshape(len(names), -1)
                cell = last
            self._whole[:, start:end] = one.whole
            self._together[start:end] = one.together
            self._complete[start:end] = one.complete
            self._worth[start:end] = one.worth
            self._counted[start:end] = one.worth > 0 or any(one.complete)
            if one.factors:
                self._factors[start:end] = one.factors
            if numbers:
                self._logs[:, start:end] = one.numbers
            rating[start:end] = [ratings[query].get(id, 0.0) for id in one.ids]
            judged[start:end] = [id in ratings[query] for id in one.ids]
        each = np.repeat(words, sizes)
        self._worded = np.flatnonzero(each)
        self._cells = (np.cumsum(each) - each)[self._worded]
        self._shape_rows(sizes, rating, judged)
        discounts = 1.0 / np.log2(np.arange(2, _DEPTH + 2))
        ideals = [sorted(ratings[query].values(), reverse=True)[:_DEPTH] for query in self.queries]
        self._ideal = np.array([float(np.dot(one, discounts[: len(one)])) for one in ideals])
        self._discounts = discounts
        self._last: tuple[bytes, NDArray[np.float64]] | None = None

    def _shape_rows(
        self, sizes: Sequence[int], rating: "NDArray[np.float64]", judged: "NDArray[np.bool_]"
    ) -> None:
        """A table with a line for each query, wide enough for the longest, and for ten."""
        import numpy as np  # noqa: PLC0415 - an extra

        width = max([_DEPTH + 1, *sizes])
        line = np.repeat(np.arange(len(sizes)), sizes)
        place = np.arange(len(line)) - self.starts[line]
        self._cell_of = line * width + place
        self._tie = 1 - place * _PLACE
        self._table = (len(sizes), width)
        self._ratings = np.zeros(self._table)
        self._ratings.ravel()[self._cell_of] = rating
        self._judged = np.zeros(self._table, dtype=bool)
        self._judged.ravel()[self._cell_of] = judged

    @property
    def spread(self) -> tuple[bool, ...]:
        """Which of the numbers vary enough to rank by."""
        return tuple(bool(one.std() >= _LEAST_SPREAD) for one in self._logs)

    @property
    def most(self) -> tuple[float, ...]:
        """The largest logarithm of each number."""
        return tuple(float(one.max(initial=0.0)) for one in self._logs)

    def scores(
        self,
        weights: "NDArray[np.float64]",
        all_words: float | None = None,
        numbers: "NDArray[np.float64] | None" = None,
    ) -> "NDArray[np.float64]":
        """The score of each row; the last weight is that of all fields together.

        `all_words`: what it is worth to hold all words, None as it was logged; `numbers`: what the
        logarithm of each is worth.
        """
        import numpy as np  # noqa: PLC0415 - an extra

        own = weights[:-1]
        worth = self._worth if all_words is None else all_words
        first = worth == FIRST
        mean_worth = np.where(first, 0.0, worth) * complete_bonus(own.tolist(), 1.0)
        complete = np.where(self._complete, mean_worth, 0.0)
        found: NDArray[np.float64] = self._text(own) + self._together * weights[-1] + complete
        found *= self._factors
        if np.any(first):
            found *= np.where(first & self._counted & ~self._complete, BEHIND, 1.0)
        if numbers is not None and numbers.any():
            found *= np.minimum(1.0 + numbers @ self._logs, HIGHEST)
        return found

    def _text(self, own: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """What words score in fields; the last is kept, since weights turn one by one."""
        import numpy as np  # noqa: PLC0415 - an extra

        key = own.tobytes()
        if self._last is None or self._last[0] != key:
            weights = own.astype(np.float32)
            best, everything = _best_of(self._words, weights)
            each = best + np.float32(TIE_BREAKER) * (everything - best)
            text = np.zeros(len(self._together))
            if len(self._cells):
                text[self._worded] = np.add.reduceat(each, self._cells)
            text += _best_of(self._whole, weights)[0]
            self._last = key, text
        return self._last[1].copy()

    def values(
        self, scores: "NDArray[np.float64]", *, judged_alone: bool = False
    ) -> "NDArray[np.float64]":
        """The nDCG@10 of each query; equal scores keep the order in which they were logged.

        `judged_alone`: what nobody judged is left out rather than rated 0, of as many first ones as
        metrics of judged hits look at.
        """
        import numpy as np  # noqa: PLC0415 - an extra

        table = np.full(self._table, np.inf)
        table.ravel()[self._cell_of] = -scores * self._tie
        if judged_alone:
            # Behind the last column there is nothing that would have to be left out.
            last = min(MOST_DEPTH, table.shape[1]) - 1
            first = table <= np.partition(table, last, axis=1)[:, [last]]
            table = np.where(self._judged & first, table, np.inf)
        top = np.argpartition(table, _DEPTH, axis=1)[:, :_DEPTH]
        order = np.argsort(np.take_along_axis(table, top, axis=1), axis=1)
        best = np.take_along_axis(top, order, axis=1)
        gains = np.take_along_axis(self._ratings, best, axis=1)
        found: NDArray[np.float64] = gains @ self._discounts / self._ideal
        return found


def _best_of(
    fields: "NDArray[np.float32]", weights: "NDArray[np.float32]"
) -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
    """What the best field gives in each column, and what all of them give together."""
    import numpy as np  # noqa: PLC0415 - an extra

    best = fields[0] * weights[0]
    everything = best.copy()
    for field, weight in zip(fields[1:], weights[1:], strict=True):
        each = field * weight
        everything += each
        np.maximum(best, each, out=best)
    return best, everything
