"""What searches cost, and that none too dear reaches an engine."""

import asyncio

import pytest

from searchsvc.domain.access import Restriction
from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import TooCostly
from searchsvc.search.cost import cost_of, cost_of_suggestions
from searchsvc.search.request import search_query, suggest_query
from searchsvc.search.service import SearchService
from searchsvc.telemetry.stages import Stages
from tests.support.films import FILMS, film_engine

# Three of its fields are searched.


@pytest.mark.parametrize(
    ("asked", "cost"),
    [
        ({"per_page": 0}, 1),
        ({}, 1),
        ({"q": "sea "}, 3 + 1),
        ({"q": "sea"}, 9 + 1),
        ({"q": "harbour night "}, 9 + 9 + 1),
        ({"q": "harbour night ", "typo": "off"}, 3 + 3 + 1),
        ({"q": "sea ", "search_fields": "title"}, 1 + 1),
        ({"facets": "genre,country"}, 6 + 6 + 1),
        ({"facets": "genre", "facet_limit": 1000}, 55 + 1),
        ({"page": 100, "per_page": 100}, 100),
        ({"filter": " OR ".join(f"year:{n}" for n in range(100))}, 10 + 1),
        ({"filter": f"NOT year IN [{', '.join(map(str, range(25)))}]"}, 3 + 1),
    ],
)
def test_costs_are_as_documented(asked: dict[str, object], cost: int) -> None:
    """As the table in docs/access.md has them."""
    assert cost_of(search_query(asked, FILMS), FILMS) == cost


@pytest.mark.parametrize(
    ("asked", "cost"),
    [
        ({"q": ""}, 6 + 1),
        ({"q": "sea "}, 2 + 6 + 1),
        ({"q": "harbour night"}, 6 + 6 + 6 + 1),
        ({"q": "sea ", "limit": 50}, 2 + 8 + 1),
        ({"q": "sea ", "filter": "year>1990"}, 2 + 6 + 1 + 1),
    ],
)
def test_costs_of_suggestions_are_as_documented(asked: dict[str, object], cost: int) -> None:
    """Of a title and a genre, which is a facet."""
    assert cost_of_suggestions(suggest_query(asked, FILMS), FILMS) == cost


class Watched(MemoryEngine):
    """Counts what it is asked."""

    asked = 0

    async def search(self, query):
        self.asked += 1
        return await super().search(query)

    async def suggest(self, query):
        self.asked += 1
        return await super().suggest(query)


def test_what_is_too_dear_is_refused_before_the_engine_is_asked() -> None:
    """By the key's own limit, else by that of the settings."""
    store, _ = film_engine()
    engine = Watched(store)
    service = SearchService(engine, {"films": FILMS}, max_cost=20)

    def ask(q: str, within: Restriction) -> None:
        asyncio.run(service.search("films", {"q": q}, Stages(), within))

    ask("night ", Restriction())
    before = engine.asked
    for within in (Restriction(), Restriction(max_cost=27)):
        with pytest.raises(TooCostly, match=f"and {within.max_cost or 20} is the most"):
            ask("harbour night river ", within)
    assert engine.asked == before
    ask("harbour night river ", Restriction(max_cost=28))


def test_similar_documents_and_suggestions_have_a_cost_too() -> None:
    """Of the former what their words cost, once it is known which those are."""
    store, _ = film_engine()
    engine = Watched(store)
    service = SearchService(engine, {"films": FILMS}, max_cost=10)

    def similar(within: Restriction) -> int:
        return asyncio.run(service.similar("films", "film/3", {}, Stages(), within)).result.total

    def suggest(within: Restriction) -> None:
        asyncio.run(service.suggest("films", {"q": "harbour nigh"}, Stages(), within))

    for ask in (similar, suggest):
        before = engine.asked
        for within in (Restriction(), Restriction(max_cost=18)):
            with pytest.raises(TooCostly, match=f"and {within.max_cost or 10} is the most"):
                ask(within)
        assert engine.asked == before
    assert similar(Restriction(max_cost=38))
    suggest(Restriction(max_cost=19))
