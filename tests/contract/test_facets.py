"""The contract of facets that are cut into ranges, and of the statistics of number fields."""

import asyncio
import random
from datetime import UTC, datetime, timedelta, timezone

import pytest

from searchsvc.domain.definition import Cut, Unit
from searchsvc.domain.query import Equals, FacetRequest
from tests.contract.support import document, query

LAMPS = (
    document("1", name="lamp", price=5, brand="a"),
    document("2", name="lamp", price=[25, 30, 24.99], brand="b"),
    document("3", name="desk", price=[7, 1000], brand="a"),
    document("4", name="lamp", price=-3, brand="b"),
    document("5", name="lamp", brand="a"),
)
RANGES = Cut(bounds=(0.0, 25.0, 50.0, 100.0))


def found(engines, *requests: FacetRequest, text: str = "", filter=None):
    """The facets of one search."""
    asked = query(text, facets=requests, limit=0, filter=filter)
    return asyncio.run(engines.search.search(asked)).facets


def ranges(engines, field: str, cut: Cut, **options) -> list[tuple]:
    """(from, to, count) of each range."""
    (facet,) = found(engines, FacetRequest(field, 10, options.pop("own", None), cut), **options)
    assert facet.buckets == ()
    return [(one.low, one.high, one.count) for one in facet.ranges]


def test_numbers_by_declared_bounds(engines) -> None:
    """From a bound on and below the next; a document counts once in each; empty ranges stay."""
    engines.serve(*LAMPS)
    assert ranges(engines, "price", RANGES) == [
        (None, 0, 1), (0, 25, 3), (25, 50, 1), (50, 100, 0), (100, None, 1),
    ]  # fmt: skip
    assert ranges(engines, "price", Cut(bounds=(5.0, 30.0)), text="lamp") == [
        (None, 5, 1), (5, 30, 2), (30, None, 1),
    ]  # fmt: skip
    assert ranges(engines, "price", Cut(bounds=(-10.0, 2000.0))) == [(-10, 2000, 4)]
    assert ranges(engines, "price", Cut(bounds=(30.0,)), text="zebra") == []
    assert ranges(engines, "price", RANGES, text="zebra") == [(0, 25, 0), (25, 50, 0), (50, 100, 0)]


def test_numbers_by_steps(engines) -> None:
    """Steps are counted from 0, below it too; empty ones stand between the first and the last."""
    engines.serve(*LAMPS)
    assert ranges(engines, "price", Cut(width=10.0), text="lamp") == [
        (-10, 0, 1), (0, 10, 1), (10, 20, 0), (20, 30, 1), (30, 40, 1),
    ]  # fmt: skip
    assert ranges(engines, "price", Cut(width=0.5), own=Equals("brand", "b"))[-1] == (30, 30.5, 1)
    assert ranges(engines, "price", Cut(width=10.0), text="zebra") == []


def test_too_many_steps_leave_out_the_empty_ones(engines) -> None:
    """A single far value does not fill the answer."""
    engines.serve(*LAMPS)
    found = ranges(engines, "price", Cut(width=0.25), text="desk")
    assert found == [(7, 7.25, 1), (1000, 1000.25, 1)]


@pytest.mark.parametrize("seed", range(3))
def test_steps_are_counted_as_they_are_filtered(engines, seed) -> None:
    """Whatever the numbers, a range holds the documents that have one within it."""
    draw = random.Random(seed)
    prices = [[draw.uniform(-9, 9) for _ in range(draw.randint(0, 3))] for _ in range(60)]
    made = engines.serve(*(document(str(n), price=p) for n, p in enumerate(prices[:30])))
    engines.write(made, *(document(str(n), price=p) for n, p in enumerate(prices[30:], 30)))
    for cut in (Cut(width=0.5), Cut(width=3.0), Cut(bounds=(-8.0, -2.5, 0.0, 7.25))):
        counted = ranges(engines, "price", cut)
        for low, high, count in counted:
            assert count == sum(
                any((low is None or low <= n) and (high is None or n < high) for n in some)
                for some in prices
            )
        assert sum(count for *_, count in counted) >= sum(bool(some) for some in prices)


CALENDARS = {
    Unit.DAY: ["2023-12-31", "2024-01-01", "2024-01-02"],
    Unit.WEEK: ["2023-12-25", "2024-01-01", "2024-01-08"],
    Unit.MONTH: ["2023-12-01", "2024-01-01", "2024-02-01"],
    Unit.QUARTER: ["2023-10-01", "2024-01-01", "2024-04-01"],
    Unit.YEAR: ["2023-01-01", "2024-01-01", "2025-01-01"],
}


def day(text: str) -> datetime:
    """Midnight in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("unit", Unit)
def test_dates_by_the_calendar(engines, unit) -> None:
    """A step begins with its first microsecond, in UTC."""
    before, turn, end = map(day, CALENDARS[unit])
    engines.serve(
        document("1", added=before), document("2", added=turn - timedelta(microseconds=1)),
        document("3", added=turn), document("4", added=end - timedelta(microseconds=1)),
        document("5"),
    )  # fmt: skip
    assert ranges(engines, "added", Cut(unit=unit)) == [(before, turn, 2), (turn, end, 2)]


@pytest.mark.parametrize("unit", Unit)
def test_several_dates_in_one_step_count_once(engines, unit) -> None:
    """Counts are of documents, also where a step is made of days."""
    dates = [day("2024-02-05"), day("2024-02-05"), day("2024-02-06"), day("2024-03-20")]
    engines.serve(document("1", added=dates), document("2", added=dates[0]))
    counts = [count for *_, count in ranges(engines, "added", Cut(unit=unit)) if count]
    expected = {Unit.DAY: [2, 1, 1], Unit.QUARTER: [2], Unit.YEAR: [2]}
    assert counts == expected.get(unit, [2, 1])


def test_the_ends_of_the_calendar(engines) -> None:
    """Dates that stand for never and always are counted, and do not fill the answer."""
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    engines.serve(document("1", added=day("0001-01-01")), document("2", added=last))
    for unit in Unit:
        first, *_, end = ranges(engines, "added", Cut(unit=unit))
        assert (first[0], first[2]) == (day("0001-01-01"), 1)
        assert (end[1], end[2]) == (None, 1)


def test_statistics_of_numbers(engines) -> None:
    """Over every value of the documents that count; none where there is no value."""
    engines.serve(*LAMPS)
    requests = (
        FacetRequest("price", 1), FacetRequest("price", 1, Equals("brand", "a"), RANGES),
        FacetRequest("price", 1, Equals("brand", "c")), FacetRequest("brand", 1),
    )  # fmt: skip
    every, own, none, text = (facet.stats for facet in found(engines, *requests))
    assert (every.min, every.max, every.count) == (-3, 1000, 7)
    assert every.sum == pytest.approx(1088.99)
    assert every.avg == pytest.approx(1088.99 / 7)
    assert (own.min, own.max, own.sum, own.count) == (5, 1000, 1012, 3)
    assert none is text is None


def test_one_field_may_be_counted_in_several_ways(engines) -> None:
    """Each facet of a search stands for itself."""
    engines.serve(*LAMPS)
    asked = [
        FacetRequest("price", 2), FacetRequest("price", 9, None, RANGES),
        FacetRequest("price", 9, Equals("brand", "a"), RANGES), FacetRequest("brand", 9),
    ]  # fmt: skip
    values, every, own, brands = found(engines, *asked)
    assert ([b.count for b in values.buckets], values.ranges) == ([1, 1], ())
    assert [one.count for one in every.ranges] == [1, 3, 1, 0, 1]
    assert [one.count for one in own.ranges] == [2, 0, 0, 1]
    assert [(b.value, b.count) for b in brands.buckets] == [("a", 3), ("b", 2)]


NASTY = [
    "", " ", "a\tb\nc", 'say "hi" \\ bye', "a:b AND c", "né", "NÉ", "ne\u0301", "0", "00", "1e3",
    "true", "null", "\N{PILE OF POO}", "\N{WOMAN}\u200d\N{WRENCH}", "\u202eabc", "\u200b",
    "x" * 1000, "*", "a.b*", "{}", "<b>&amp;</b>", "日本", "\U0010fffd",
]  # fmt: skip


def test_values_are_counted_as_they_are_written(engines) -> None:
    """Neither folded, trimmed nor read: each is a value of its own, and a filter finds it again."""
    engines.serve(
        *(document(f"{n:02}", brand=value) for n, value in enumerate(NASTY)),
        document("97", brand=None), document("98", brand=[]), document("99", brand=[None, "0"]),
    )  # fmt: skip
    (facet,) = found(engines, FacetRequest("brand", 100))
    counted = {bucket.value: bucket.count for bucket in facet.buckets}
    assert counted == {value: 2 if value == "0" else 1 for value in NASTY}
    singles = [bucket.value for bucket in facet.buckets[1:]]
    assert singles == sorted(singles), "by the value's characters"
    for number, value in enumerate(NASTY):
        asked = query("", filter=Equals("brand", value), limit=5)
        hits = asyncio.run(engines.search.search(asked)).hits
        assert hits[0].id == f"{number:02}"
        assert len(hits) == counted[value]


def test_thousands_of_values(engines) -> None:
    """As many as are asked for, exact, also where most of them occur once."""
    values = [f"v{n:04}" for n in range(3000)]
    engines.serve(document("1", brand=values), document("2", brand=values[2000:]))
    (facet,) = found(engines, FacetRequest("brand", 1000))
    assert [(b.value, b.count) for b in facet.buckets] == [(v, 2) for v in values[2000:]]
    (facet,) = found(engines, FacetRequest("brand", 1001))
    assert (facet.buckets[-1].value, facet.buckets[-1].count) == ("v0000", 1)


def test_no_zone_moves_a_date(engines) -> None:
    """Days are those of UTC, also where clocks somewhere change, and whatever zone was given."""
    summer, winter = timezone(timedelta(hours=2)), timezone(timedelta(hours=1))
    engines.serve(
        document("1", added=datetime(2024, 3, 31, 0, 30, tzinfo=winter)),  # the 30th in UTC
        document("2", added=datetime(2024, 3, 31, 3, 30, tzinfo=summer)),
        document("3", added=datetime(2024, 10, 27, 1, 59, tzinfo=summer)),  # the 26th in UTC
        document("4", added=datetime(2024, 10, 27, 2, 30, tzinfo=winter)),
    )  # fmt: skip
    days = [(low, count) for low, _, count in ranges(engines, "added", Cut(unit=Unit.DAY)) if count]
    assert days == [
        (day("2024-03-30"), 1), (day("2024-03-31"), 1), (day("2024-10-26"), 1),
        (day("2024-10-27"), 1),
    ]  # fmt: skip
