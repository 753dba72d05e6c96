"""The moment as of which a search ranks what is recent."""

from datetime import UTC, datetime, timedelta

from searchsvc.domain.definition import Ranking

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Parts of a half-life within which nothing changes, so that equal searches stay equal for a while.
_STEPS = 100


def as_of(now: datetime, ranking: Ranking | None) -> int:
    """`now` in µs since 1970, rounded down; 0 where the ranking does not look at it.

    A hundredth of the shortest half-life moves the decays of all documents by the same 0.7 %, so
    that they keep their order.
    """
    if ranking is None or not ranking.decays:
        return 0
    step = max(1, int(min(decay.half_life for decay in ranking.decays) / _STEPS)) * 1_000_000
    passed = (now - _EPOCH) // timedelta(microseconds=1)
    return passed - passed % step
