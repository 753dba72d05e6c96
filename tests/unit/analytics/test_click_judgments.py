"""Judgments of clicks, on simulated people of whom it is known what attracts them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from searchsvc.analytics.click_judgments import ClickJudgments, click_judgments, rating_of
from searchsvc.analytics.click_models import Attraction, poisson_interval
from searchsvc.analytics.impressions import Impressions, impressions
from searchsvc.analytics.searches import Search
from tests.support.clicks import BEGIN, EXAMINED, clicked_by, search_of, seeded

ATTRACTS = {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.45, "e": 0.6, "f": 0.8}
Order = Callable[[int, int], Sequence[str]]


def simulated(queries: int, clients: int, order: Order) -> list[Search]:
    """Searches of clients for `q0`, `q1` … whose hits stand in `order(query, client)`."""
    random = seeded(7)
    found = []
    for query in range(queries):
        for client in range(clients):
            ids = order(query, client)
            clicked = clicked_by(random, ids, ATTRACTS)
            found.append(search_of(f"q{query}", ids, clicked, f"c{query}-{client}"))
    return found


def shuffled(query: int, _: int) -> Sequence[str]:
    """An order of each query's own, good or bad."""
    ids = sorted(ATTRACTS)
    seeded(query).shuffle(ids)
    return ids


def moving(_: int, client: int) -> Sequence[str]:
    """The worst first; for every other client the very worst last."""
    ids = sorted(ATTRACTS)
    return [*ids[1:], ids[0]] if client % 2 else ids


def judged(found: Impressions, model: str, least: int = 20) -> ClickJudgments:
    """What is made of them."""
    return click_judgments(found, model, BEGIN, least)


def values(made: Mapping[str, float]) -> list[str]:
    """Documents, the best first."""
    return sorted(made, key=lambda one: -made[one])


def by_value(made: ClickJudgments, query: str) -> list[str]:
    """The judged documents of a query by what they attract, the most first."""
    rows = [one.row for one in made.judged if one.row["query"] == query]
    return [row["id"] for row in sorted(rows, key=lambda row: -row["value"])]


def test_coec_orders_documents_where_their_clicks_do_not() -> None:
    """Over queries whose order tells nothing, each with a lot of clients."""
    found = impressions(simulated(30, 700, shuffled))
    made = judged(found, "coec")
    rates = {
        query: values({
            id: sum(c.clicks for c in cells.values()) / sum(c.clients for c in cells.values())
            for (text, id), cells in found.served.items() if text == query
        }) for query in (f"q{n}" for n in range(30))
    }  # fmt: skip
    best = values(ATTRACTS)
    fooled = [query for query, ids in rates.items() if ids[0] != "f"]
    assert len(fooled) > 10
    first = [by_value(made, query)[0] for query in rates]
    assert first.count("f") > 25
    # Who is first by clicks alone is mostly who stood on top.
    assert sum(rates[query][0] == shuffled(int(query[1:]), 0)[0] for query in fooled) > 5
    rated = [one.judgment.rating for one in made.judged if one.judgment.id == best[0]]
    poor = [one.judgment.rating for one in made.judged if one.judgment.id == best[-1]]
    assert min(rated) >= 1
    assert set(poor) <= {0.0, 1.0}
    for place in made.positions:
        assert place["examined"] == pytest.approx(EXAMINED[place["position"] - 1], rel=0.25)


def test_positions_are_told_from_documents_that_moved() -> None:
    """Also where the worst stand first, which fools both their clicks and expected clicks."""
    found = impressions(simulated(1, 20_000, moving))
    made, fooled = judged(found, "position"), judged(found, "coec")
    assert [place["examined"] for place in made.positions] == pytest.approx(EXAMINED, rel=0.2)
    assert by_value(made, "q0") == values(ATTRACTS)
    assert fooled.positions[-1]["examined"] > 2 * EXAMINED[-1]
    assert judged(found, "position") == made


def test_what_never_moved_is_not_told_by_positions() -> None:
    """Positions that no document joins with the others get no examination, and judge nothing."""

    def halves(_: int, client: int) -> Sequence[str]:
        top, rest = (["a", "b"], ["c", "d"])
        return [*(top[::-1] if client % 2 else top), *(rest[::-1] if client % 2 else rest)]

    searches = simulated(1, 400, halves)
    alone = [search_of("q0", ["a", "b"], ["a"], f"more{n}") for n in range(10)]
    made = judged(impressions([*searches, *alone]), "position")
    told = [place["examined"] is not None for place in made.positions]
    assert told == [True, True, False, False]
    assert {one.judgment.id for one in made.judged} <= {"a", "b"}
    assert (made.few, made.unplaced) == (0, 2)


def test_a_client_counts_once_for_a_query() -> None:
    """By the half hour from the first search on, whatever it does all day; others do not count."""
    once = search_of("tea", ["x", "y"], ["x"], "bot")
    again = search_of("tea", ["y", "x"], ["y"], "bot", second=60)
    later = [search_of("tea", ["x", "z"], ["x", "z"], "bot", second=3600 * n) for n in range(1, 9)]
    nameless = search_of("tea", ["x"], ["x"])
    filtered = replace(search_of("tea", ["x"], ["x"], "b"), filtered=True)
    found = impressions([once, again, *later, nameless, filtered])
    assert {pair: {p: (c.clients, c.clicks) for p, c in cells.items()}
            for pair, cells in found.served.items()} == {
        ("tea", "x"): {1: (1, 1)}, ("tea", "y"): {2: (1, 1)},
    }  # fmt: skip
    assert (found.searches, found.clients, found.nameless, found.filtered) == (10, 1, 1, 1)


def test_a_further_page_is_served_where_it_stands() -> None:
    """A click on what the log has no position of is none."""
    search = search_of("tea", ["x"], ["x", "nowhere"], "a")
    search.further.append(replace(search_of("tea", ["y"], (), "a"), offset=10))
    assert {id: list(cells) for (_, id), cells in impressions([search]).served.items()} == {
        "x": [1], "y": [11],
    }  # fmt: skip


def test_too_few_impressions_and_unsure_ones_judge_nothing() -> None:
    """All are counted, also what stood where nobody clicked; nothing at all is no error."""
    few = [search_of("tea", ["x", "y"], ["x"][n % 5 :], f"c{n}", n) for n in range(19)]
    made = judged(impressions(few), "coec")
    assert (made.judged, made.few, made.unplaced, made.unsure) == ((), 1, 1, 0)
    made = judged(impressions(few), "coec", least=10)
    assert (len(made.judged), made.few, made.unplaced, made.unsure) == (0, 0, 1, 1)
    for model in ("coec", "position"):
        assert judged(impressions([]), model).judged == ()
        silent = [search_of("tea", ["x"], (), f"c{n}") for n in range(50)]
        assert judged(impressions(silent), model).judged == ()


@pytest.mark.parametrize(
    ("low", "high", "rating"),
    [(2.0, 9.0, 3), (1.0, 9.0, 2), (0.5, 0.6, 1), (0.1, 0.49, 0), (0.4, 3.0, None)],
)
def test_a_rating_is_what_the_interval_proves(low: float, high: float, rating: int | None) -> None:
    """The whole of it."""
    assert rating_of(Attraction(1.0, low, high, 100, 10)) == rating


def test_a_query_is_spelt_as_in_the_set() -> None:
    """So that raters meet on it; who and where from stands in each judgment."""
    searches = [search_of("red tea", ["x", "y"], ["x"], f"c{n}") for n in range(50)]
    searches += [search_of("pot", ["z", "y"], ["y"], f"c{n}", 9) for n in range(200)]
    made = click_judgments(impressions(searches), "coec", BEGIN, known=["Red  Tea", "other"])
    told = {(one.query, one.id): one for one in made.judgments}
    assert {query for query, _ in told} == {"Red  Tea", "pot"}
    one = told["Red  Tea", "x"]
    assert (one.rater, one.source, one.at) == ("clicks:coec", "clicks", BEGIN)


@pytest.mark.parametrize(("count", "low", "high"), [
    (0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39), (100, 81.36, 121.63),
])  # fmt: skip
def test_the_interval_of_a_count(count: int, low: float, high: float) -> None:
    """Beside the exact one, from tables of the Poisson distribution."""
    found = poisson_interval(count)
    assert found == pytest.approx((low, high), rel=0.02, abs=0.03)


def test_intervals_hold_what_is_true() -> None:
    """In about 95 of 100 samples, of a document that is always examined."""
    random, held = seeded(3), 0
    for _ in range(400):
        clicks = sum(random.random() < 0.2 for _ in range(200))
        low, high = poisson_interval(clicks)
        held += low <= 40 <= high
    assert held >= 375


def test_half_an_hour_ends_a_visit() -> None:
    """By its first search."""
    first, last = search_of("tea", ["x"], (), "a"), search_of("tea", ["x"], ["x"], "a", 1801)
    (cells,) = impressions([first, last]).served.values()
    assert cells[1].clicks == 0
    within = replace(last, at=first.at + timedelta(minutes=30))
    (cells,) = impressions([first, within]).served.values()
    assert cells[1].clicks == 1
