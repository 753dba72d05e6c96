"""Ranges of facets: every number and date lies in one of them, and they follow each other."""

import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.definition import Cut, Unit
from searchsvc.search.cuts import MOST_RANGES, edge, is_uneven, next_step, ranges, step_of, together

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WIDTHS = st.sampled_from([0.5, 1.0, 3.0, 10.0, 250.0])
NUMBERS = st.integers(-(10**6), 10**6).map(lambda n: n / 8)


def micros(date: datetime) -> int:
    """As dates are indexed."""
    return (date - EPOCH) // timedelta(microseconds=1)


@given(WIDTHS, st.lists(NUMBERS, max_size=20))
def test_steps_hold_their_numbers_and_join(width: float, numbers: list[float]) -> None:
    """Each number is in exactly one step; if none is left out, they join."""
    cut = Cut(width=width)
    steps = [step_of(cut, number) for number in numbers]
    assert all(low <= n < next_step(cut, low) for low, n in zip(steps, numbers, strict=True))
    found = ranges(cut, {low: steps.count(low) for low in steps})
    assert sum(one.count for one in found) == len(numbers)
    joined = all(one.high == other.low for one, other in pairwise(found))
    assert joined or (max(steps) - min(steps)) / width >= MOST_RANGES
    assert joined or all(one.count for one in found)


@given(
    st.sampled_from(Unit), st.lists(st.datetimes(timezones=st.just(UTC)), min_size=1, max_size=9)
)
def test_calendar_steps_hold_their_dates(unit: Unit, dates: list[datetime]) -> None:
    """From the first microsecond of a step on and before the first of the next one."""
    cut = Cut(unit=unit)
    steps = [step_of(cut, micros(date)) for date in dates]
    found = {one.low: one for one in ranges(cut, {low: steps.count(low) for low in steps})}
    for date in dates:
        (holding,) = (
            one for one in found.values()
            if one.low <= date and (one.high is None or date < one.high)
        )  # fmt: skip
        assert holding.count >= 1
        assert holding.low.time() == datetime.min.time()
        assert unit is not Unit.WEEK or holding.low.weekday() == 0
        assert unit in (Unit.DAY, Unit.WEEK) or holding.low.day == 1
        assert unit is not Unit.QUARTER or holding.low.month in (1, 4, 7, 10)
        assert unit is not Unit.YEAR or holding.low.month == 1


def test_days_are_added_up_to_months() -> None:
    """Each day to its own; even steps stay as they are."""
    days = {
        float(micros(datetime(2024, m, d, tzinfo=UTC))): d for m, d in ((1, 1), (1, 31), (2, 1))
    }
    month = Cut(unit=Unit.MONTH)
    assert is_uneven(month)
    assert list(together(month, days).values()) == [32, 1]
    for cut in (Cut(unit=Unit.WEEK), Cut(width=5.0), Cut(bounds=(1.0,)), None):
        assert not is_uneven(cut)
    assert together(Cut(width=5.0), {0.0: 2}) == {0.0: 2}


@pytest.mark.parametrize(
    ("cut", "counts", "expected"),
    [
        (Cut(bounds=(0.0, 5.0)), {}, [(0, 5, 0)]),
        (Cut(bounds=(0.0, 5.0)), {None: 1, 5.0: 2}, [(None, 0, 1), (0, 5, 0), (5, None, 2)]),
        (Cut(bounds=(3.0,)), {}, []),
        (Cut(width=1.0), {}, []),
        (Cut(width=1.0), {-1.0: 1, 1.0: 0}, [(-1, 0, 1)]),
        (Cut(width=1.0), {0.0: 1, 1e300: 1}, [(0, 1, 1), (1e300, 1e300, 1)]),
        (Cut(width=0.5), {0.0: 1, float("inf"): 1}, [(0, 0.5, 1)]),
    ],
)
def test_empty_ranges_stand_where_they_are_expected(cut, counts, expected) -> None:
    """Between declared bounds always, between steps as long as they are not too many."""
    assert [(one.low, one.high, one.count) for one in ranges(cut, counts)] == expected


def test_the_calendar_ends() -> None:
    """The step of the last day has no end that a date could have."""
    last = micros(datetime(9999, 12, 31, tzinfo=UTC))
    for unit in Unit:
        cut = Cut(unit=unit)
        (found,) = ranges(cut, {step_of(cut, last): 1})
        assert found.high is None


@given(st.sampled_from([0.1, 0.3, 0.7, 1 / 3, 2.5, 0.001]), st.integers(-(10**6), 10**6))
def test_a_step_holds_its_edge_and_nothing_below(width: float, number: int) -> None:
    """Though where a step begins, as it is shown, may be off by the last digit of a float."""
    cut = Cut(width=width)
    least = edge(cut, (number or 1) * width)
    below = math.nextafter(least, -math.inf)
    assert math.floor(below / width) == (number or 1) - 1
    assert math.floor(least / width) == (number or 1)


def test_bounds_and_dates_are_edges_themselves() -> None:
    """Nothing was divided to tell where they are."""
    assert edge(Cut(bounds=(0.1, 1.7)), 1.7) == 1.7
    assert edge(Cut(unit=Unit.DAY), EPOCH) == EPOCH
    assert edge(Cut(width=0.1), None) is None
