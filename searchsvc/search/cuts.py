"""How a facet cuts numbers and dates into ranges: where each begins, and counts as ranges.

Steps of the calendar that differ in length are counted day by day and added up. A document with
dates on several days may then be counted twice in one step, which an engine must look after.
"""

import math
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TypeAlias

from searchsvc.domain.definition import Cut, Unit
from searchsvc.domain.result import RangeBucket

# The number of documents by where a range of them begins; None: without a lower bound.
Counts: TypeAlias = Mapping[float | None, int]

MOST_RANGES = 1_000  # with empty ones between them; beyond, only those that hold a document
_NEIGHBOURS = 4  # floats on either side of a bound, more than division can be off by
_DAY = 86_400_000_000.0  # µs
_WEEK, _MONDAY = 7 * _DAY, 4 * _DAY  # the first Monday since 1970
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END = ((datetime.max.replace(tzinfo=UTC) - _EPOCH).days + 1) * _DAY
_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}


def is_uneven(cut: Cut | None) -> bool:
    """Whether its steps differ in length, so that they are made of days."""
    return cut is not None and cut.unit in _MONTHS


def step_of(cut: Cut, value: float) -> float | None:
    """Where the range begins that `value` lies in; None for the one below all bounds."""
    if cut.bounds:
        return max((bound for bound in cut.bounds if bound <= value), default=None)
    width, offset = grid(cut)
    steps = (value - offset) / width
    low = (math.floor(steps) if math.isfinite(steps) else steps) * width + offset
    return _month_start(low, _MONTHS[cut.unit]) if cut.unit in _MONTHS else low


def together(cut: Cut, counts: Counts) -> Counts:
    """The counts of days added up to those of uneven steps; other counts as they are."""
    if not is_uneven(cut):
        return counts
    sums: Counter[float | None] = Counter()
    for low, count in counts.items():
        sums[None if low is None else step_of(cut, low)] += count
    return sums


def ranges(cut: Cut, counts: Counts) -> tuple[RangeBucket, ...]:
    """The counts as ranges in order, with the empty ones between them.

    Between declared bounds every range is there; outside of them, and among steps that would be
    too many, only one that holds a document.
    """
    if cut.bounds:
        pairs = list(pairwise((None, *cut.bounds, None)))
        found = [RangeBucket(low, high, counts.get(low, 0)) for low, high in pairs]
        return tuple(one for one in found if one.count or None not in (one.low, one.high))
    steps = sorted(n for n, count in counts.items() if count and n is not None and math.isfinite(n))
    return tuple(_bucket(cut, low, counts.get(low, 0)) for low in _filled(cut, steps))


def _filled(cut: Cut, steps: list[float]) -> list[float]:
    if not steps:
        return steps
    every = [steps[0]]
    while every[-1] < steps[-1]:
        if len(every) == MOST_RANGES:
            return steps
        every.append(next_step(cut, every[-1]))
    return every


def _bucket(cut: Cut, low: float, count: int) -> RangeBucket:
    high = next_step(cut, low)
    if cut.unit is None:
        return RangeBucket(low, high, count)
    return RangeBucket(_instant(low), _instant(high), count)


def grid(cut: Cut) -> tuple[float, float]:
    """Width and offset of the equal steps that are counted."""
    if cut.width is not None:
        return cut.width, 0.0
    return (_WEEK, _MONDAY) if cut.unit is Unit.WEEK else (_DAY, 0.0)


def next_step(cut: Cut, low: float) -> float:
    """Where the step after that of `low` begins."""
    if cut.unit in _MONTHS:
        # No step is longer than 31 days for each of its months, and none is shorter by a month.
        return _month_start(low + 31 * _MONTHS[cut.unit] * _DAY, _MONTHS[cut.unit])
    width, offset = grid(cut)
    return (round((low - offset) / width) + 1) * width + offset


def edge(cut: Cut | None, bound: float | datetime | None) -> float | datetime | None:
    """The least number that counts as from `bound` on, at which a range of the cut begins or ends.

    A step of 0.1 that begins at 1.7000000000000002 holds 1.7, too, as steps are told by division.
    """
    if cut is None or cut.width is None or not isinstance(bound, float):
        return bound
    width, least = cut.width, bound
    number = round(bound / width)
    for _ in range(_NEIGHBOURS):
        below = math.nextafter(least, -math.inf)
        if least / width < number:
            least = math.nextafter(least, math.inf)
        elif below / width >= number:
            least = below
    return least


def _month_start(value: float, months: int) -> float:
    """The first instant of the month, or of so many `months` of a year, that `value` lies in."""
    if value >= _END:
        return _END
    date = _EPOCH + timedelta(days=value // _DAY)
    first = date.replace(month=date.month - (date.month - 1) % months, day=1)
    return float((first - _EPOCH).days * _DAY)


def _instant(value: float) -> datetime | None:
    """The date; None for the end of the calendar."""
    try:
        return _EPOCH + timedelta(microseconds=value)
    except OverflowError:
        return None
