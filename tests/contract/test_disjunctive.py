"""One request with refined facets answers as a request for the hits and one for each facet."""

import asyncio
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from searchsvc.domain.result import Facet, SearchResult
from searchsvc.search.request import search_query
from tests.contract.catalogue import CATALOGUE, products

EXAMPLES = 40
# Per facet, what of it may be chosen, alone or together.
CHOICES = {
    "brand": ["brand:a", "brand:b", "brand:zebra", "brand IN [a, b, c]", "NOT brand:a"],
    "tags": ["tags:t1", "tags IN [t2, t3]", "(tags:t1 AND tags:t2)", "tags EXISTS"],
    "in_stock": ["in_stock:true", "NOT in_stock EXISTS"],
    "rating": ["rating:3", "rating>=4", "rating IN [1, 5]"],
    "price": ["price>=0 AND price<25", "(price<25 OR price>=100)", "price:50 TO 60"],
    "added": ["added>=2024-02-01 AND added<2024-03-01", "added:2024-01-07"],
    "places": ['places:"Men"', 'places IN ["Men > Shoes", "Women"]', 'NOT places:"Women"'],
}
# What is no condition on a single facet, and so narrows every one of them.
OTHERS = ["", "weight>2", "(brand:a OR tags:t1)", "NOT (in_stock:true AND rating>3)"]
REFINED = st.fixed_dictionaries({}, optional={f: st.sampled_from(c) for f, c in CHOICES.items()})


def test_one_request_answers_as_one_for_each_facet(engines) -> None:
    """The same hits and total, and each facet as without the clauses on its own field."""
    made = engines.serve(*products()[:90], definition=CATALOGUE)
    engines.write(made, *products()[90:])

    def ask(q: str, clauses: Iterable[str], facets: Iterable[str], hits: int):
        filter = " AND ".join(clauses)
        asked = {"q": q, "filter": filter, "facets": list(facets), "per_page": hits}
        return asyncio.run(engines.search.search(search_query(asked, CATALOGUE)))

    @given(st.sampled_from(["", "lamp", "red lamp", "dek"]), REFINED, st.sampled_from(OTHERS))
    @settings(max_examples=EXAMPLES, derandomize=True, database=None)
    def check(q: str, refined: dict[str, str], other: str) -> None:
        shared = [clause for clause in (other,) if clause]
        ours = ask(q, [*refined.values(), *shared], CHOICES, 20)
        naive = ask(q, [*refined.values(), *shared], (), 20)
        assert (ours.total, _ids(ours)) == (naive.total, _ids(naive))
        for field in CHOICES:
            rest = [clause for of, clause in refined.items() if of != field]
            alone = ask(q, [*rest, *shared], [field], 0)
            assert _first(ours, field) == _first(alone, field)

    check()


def _ids(result: SearchResult) -> list[tuple[str, float]]:
    return [(hit.id, hit.score) for hit in result.hits]


def _first(result: SearchResult, field: str) -> Facet:
    """The facet; of a path its top, since which other places are opened depends on the filter."""
    return next(facet for facet in result.facets if facet.field == field)
