"""The moment as of which a search ranks: rounded, so that equal searches stay equal."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.definition import Decay, Ranking
from searchsvc.search.moment import as_of

MOMENTS = st.integers(0, 7_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def ranking(*half_lives: float) -> Ranking:
    """One with decays of these half-lives."""
    return Ranking("r", (), tuple(Decay("d", seconds, 1.0) for seconds in half_lives))


@given(MOMENTS, st.floats(1, 3e9), st.floats(1, 3e9))
def test_it_is_a_little_before_now(now, one, other) -> None:
    """By a hundredth of the shortest half-life at most, or a second where that is less."""
    moment = as_of(now, ranking(one, other))
    passed = (now - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)
    assert 0 <= passed - moment <= max(1.0, min(one, other) / 100) * 1_000_000
    again = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)
    assert as_of(again, ranking(one, other)) == moment


def test_it_stays_for_a_while() -> None:
    """Within a hundredth of the half-life the search is the same."""
    now = datetime(2026, 8, 23, 12, tzinfo=UTC)
    moments = {as_of(now + timedelta(minutes=n), ranking(100 * 86_400)) for n in range(0, 720, 60)}
    assert len(moments) == 1
    assert as_of(now + timedelta(days=2), ranking(100 * 86_400)) not in moments


def test_rankings_without_decays_know_no_time() -> None:
    """Nor does one that is not there."""
    now = datetime(2026, 8, 23, tzinfo=UTC)
    assert as_of(now, Ranking("plain")) == as_of(now, None) == 0
