"""The requests of one page, in one POST, are answered as each of them alone, by one search."""

from typing import Any

import falcon.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from searchsvc.domain.query import SearchQuery
from searchsvc.domain.result import SearchResult
from tests.contract.catalogue import CATALOGUE, products
from tests.support.app import app_for

EXAMPLES = 12
URL = "/compat/algolia/1/indexes/*/queries"
# Per attribute, the refinements of which some may be chosen.
CHOICES: dict[str, list[list[str]]] = {
    "brand": [["brand:a"], ["brand:a", "brand:b"], ["brand:zebra"], ["brand:-a"]],
    "tags": [["tags:t1"], ["tags:t2", "tags:t3"]],
    "in_stock": [["in_stock:true"], ["in_stock:false"]],
    "rating": [["rating:3"], ["rating:1", "rating:5"]],
    "places.lvl0": [["places.lvl0:Men"]],
    "places.lvl1": [["places.lvl1:Men > Shoes"], ["places.lvl1:Women > Shoes"]],
}
FACETS = [*CHOICES, "price", "added"]
REFINED = st.fixed_dictionaries({}, optional={f: st.sampled_from(c) for f, c in CHOICES.items()})
NUMBERS = st.sampled_from(
    [[], ["price>=20", "price<=120"], ["weight>2"], [["rating=1", "weight=4"]]]
)
MAIN = st.fixed_dictionaries(
    {
        "query": st.sampled_from(["", "lamp", "red lamp ", "dek"]),
        "hitsPerPage": st.sampled_from([0, 3, 20]),
        "page": st.integers(0, 2),
        "maxValuesPerFacet": st.sampled_from([2, 100]),
    }
)
# What a result has that depends on the moment.
TIMES = ("processingTimeMS", "serverTimeMS")


class Counting:
    """An engine that notes what it is asked to search for."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.asked: list[SearchQuery] = []

    async def search(self, query: SearchQuery) -> SearchResult:
        """As the engine does."""
        self.asked.append(query)
        found: SearchResult = await self._engine.search(query)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


def page(main: dict[str, Any], refined: dict[str, list[str]], numbers: list[Any]) -> list[Any]:
    """What a page sends: its hits, and each refined facet without its own refinement."""
    shared = {"indexName": CATALOGUE.name, "removeWordsIfNoResults": "none"}
    shared |= {"query": main["query"], "numericFilters": numbers}
    filters = [{**shared, **main, "facets": FACETS, "facetFilters": [*refined.values()]}]
    for name in refined:
        others = [values for of, values in refined.items() if of != name]
        counts = {"hitsPerPage": 0, "analytics": False, "facets": name, "page": 0}
        filters.append({**shared, **counts, "facetFilters": others})
    return filters


def test_a_page_is_one_search(engines) -> None:
    """Hits, totals, facets and statistics are those of each request alone."""
    made = engines.serve(*products()[:90], definition=CATALOGUE)
    engines.write(made, *products()[90:])
    counting = Counting(engines.search)
    client = falcon.testing.TestClient(app_for(engines.store, counting, CATALOGUE))

    def ask(*requests: Any) -> list[dict[str, Any]]:
        answer = client.simulate_post(URL, json={"requests": requests})
        assert answer.status_code == 200, answer.text
        return [{n: v for n, v in r.items() if n not in TIMES} for r in answer.json["results"]]

    @given(MAIN, REFINED, NUMBERS)
    @settings(max_examples=EXAMPLES, derandomize=True, database=None)
    def check(main: dict[str, Any], refined: dict[str, list[str]], numbers: list[Any]) -> None:
        requests = page(main, refined, numbers)
        counting.asked.clear()
        together = ask(*requests)
        # Where nothing is found, words written together are looked for once more.
        assert len([q for q in counting.asked if q.facets and q.apart is None]) == 1
        assert together == [ask(one)[0] for one in requests]

    check()


def test_other_words_are_another_search(engines) -> None:
    """Only requests that ask the same question are one; answers stay in their places."""
    engines.serve(*products(), definition=CATALOGUE)
    counting = Counting(engines.search)
    client = falcon.testing.TestClient(app_for(engines.store, counting, CATALOGUE))
    requests = [
        {"query": "lamp ", "hitsPerPage": 0, "facets": "brand"},
        {"query": "desk ", "hitsPerPage": 1},
        {"query": "lamp ", "hitsPerPage": 2},
        {"query": "lamp ", "hitsPerPage": 3},
    ]
    named = [{"indexName": CATALOGUE.name, **one} for one in requests]
    results = client.simulate_post(URL, json=named).json["results"]
    assert [len(one["hits"]) for one in results] == [0, 1, 2, 3]
    assert results[0]["nbHits"] == results[2]["nbHits"] == results[3]["nbHits"]
    assert sum(results[0]["facets"]["brand"].values()) <= results[0]["nbHits"]
    assert len(counting.asked) == 3
