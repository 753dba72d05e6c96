"""The contract of decays: a score is multiplied by how recent a document is, as of one moment."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

import pytest

from searchsvc.domain.definition import Boost, Decay, Ranking
from searchsvc.domain.query import Equals, SortKey
from tests.contract.support import PRODUCTS, START, document, query

DAY = 86_400
LONG_AGO = START - timedelta(days=90)
NOW = int(START.timestamp() * 1_000_000)
RECENT = Decay("added", 10 * DAY, 1.0)
NEWS = replace(
    PRODUCTS,
    decays=(RECENT,),
    rankings=(
        Ranking("plain"),
        Ranking("boosted", (Boost("price", 1.0, by="value"),), (RECENT,)),
        Ranking("twice", (), (RECENT, Decay("added", DAY, 0.5))),
    ),
)


def aged(id: str, days: float | None, **values):
    """A lamp that was added so many days before now."""
    added = {} if days is None else {"added": START - timedelta(days=days)}
    return document(id, name="lamp", **added, **values)


LAMPS = (
    aged("1", 40), aged("2", 0), aged("3", None), aged("4", 10), aged("5", -300), aged("6", 20),
)  # fmt: skip


def find(engines, text: str, **options):
    """The result of one search as of now."""
    return asyncio.run(engines.search.search(query(text, **{"now": NOW, **options})))


def ids(engines, text: str, **options) -> list[str]:
    """The ids of its hits."""
    return [hit.id for hit in find(engines, text, **options).hits]


@pytest.mark.parametrize("text", ["lamp", ""])
def test_what_is_recent_comes_first(engines, text) -> None:
    """What is to come is as new as what is, ties by id; no date is older than any."""
    engines.serve(*LAMPS, definition=NEWS)
    assert ids(engines, text) == ["2", "5", "4", "6", "1", "3"]
    assert ids(engines, text, ranking="plain") == ["1", "2", "3", "4", "5", "6"]
    assert ids(engines, text, ranking="twice") == ["2", "5", "4", "6", "1", "3"]
    assert find(engines, text).total == 6


@pytest.mark.parametrize("text", ["lamp", ""])
def test_how_much_an_age_says(engines, text) -> None:
    """The weight at once, half of it after each half-life; decays multiply."""
    engines.serve(*LAMPS, definition=NEWS)

    def scores(**options):
        found = {hit.id: hit.score for hit in find(engines, text, **options).hits}
        return {id: round(score / found["3"], 4) for id, score in found.items()}

    assert scores() == {"1": 1.0625, "2": 2.0, "3": 1.0, "4": 1.5, "5": 2.0, "6": 1.25}
    assert scores(ranking="twice")["2"] == 3.0
    later = scores(now=NOW + 10 * DAY * 1_000_000)
    assert (later["2"], later["4"], later["5"]) == (1.5, 1.25, 2.0)


def test_an_age_is_of_the_moment_of_the_search(engines) -> None:
    """Nothing is written anew, and other documents rank first as time goes by."""
    old = aged("old", 30, description="lamp lamp lamp")
    engines.serve(old, aged("new", 0, sku="x"), definition=NEWS)
    assert ids(engines, "") == ["new", "old"]
    assert ids(engines, "", now=NOW - 100 * DAY * 1_000_000) == ["new", "old"]
    far = NOW + 4000 * DAY * 1_000_000
    scores = [hit.score for hit in find(engines, "", now=far).hits]
    assert scores == pytest.approx([scores[0]] * 2)


def test_boosts_and_decays_multiply(engines) -> None:
    """A boost of five outweighs what is new; a sort outweighs both."""
    engines.serve(aged("1", 400, price=4), aged("2", 0), definition=NEWS)
    for text in ("lamp", ""):
        assert ids(engines, text, ranking="boosted") == ["1", "2"]
        assert ids(engines, text, ranking="twice") == ["2", "1"]
    assert ids(engines, "lamp", sort=(SortKey("added"),)) == ["1", "2"]


def test_pages_and_walks_by_age(engines) -> None:
    """The same order on every page, by words and without, with a filter and many that tie."""
    draw = random.Random(3)
    days = [draw.choice([None, 0, 1, 5, 5, 40]) for _ in range(150)]
    names = [draw.choice(["lamp", "lamp shade", "a lamp of light"]) for _ in days]
    lamps = [aged(f"{n:03}", day, price=n % 3) for n, day in enumerate(days)]
    made = engines.serve(*lamps[:100], definition=NEWS)
    renamed = (
        document(one.id, 2, **{**one.values, "name": name})
        for one, name in zip(lamps, names, strict=True)
    )
    engines.write(made, *renamed)
    for text in ("lamp", ""):
        for options in ({}, {"ranking": "boosted"}, {"filter": Equals("price", 1)}):
            whole = [h.id for h in find(engines, text, limit=100, **options).hits]
            pages = [ids(engines, text, limit=15, offset=n, **options) for n in range(0, 100, 15)]
            assert [id for page in pages for id in page][: len(whole)] == whole
            found, after = [], None
            while hits := (result := find(engines, text, limit=20, after=after, **options)).hits:
                found += [hit.id for hit in hits]
                after = result.last
            assert found[: len(whole)] == whole
            assert len(found) == len(set(found)) == find(engines, text, **options).total


def test_the_best_of_many_are_found(engines) -> None:
    """However far down a recent document stands by its words alone."""
    old = (document(f"{n:04}", name="lamp " * (2 + n % 3), added=LONG_AGO) for n in range(900))
    new = document("new", name="lamp and a long name that counts for less", added=START)
    definition = replace(NEWS, decays=(Decay("added", DAY, 20.0),))
    engines.serve(*old, new, definition=definition)
    assert ids(engines, "lamp", offset=900, ranking="plain") == ["new"]
    assert ids(engines, "lamp", limit=1) == ["new"]
    assert ids(engines, "", limit=1) == ["new"]
