"""Search UI's facets on every engine: what a value counts is what choosing it finds."""

from typing import Any

import falcon.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.catalogue import CATALOGUE, products
from tests.support.app import app_for

EXAMPLES = 10
URL = f"/v1/indexes/{CATALOGUE.name}/ui/search"
# Not those of the mapping, and weights are no facet there with ranges.
PRICES = [
    {"name": "low", "to": 30},
    {"name": "middle", "from": 30, "to": 90.5},
    {"name": "high", "from": "90.5"},
]
FACETS: dict[str, Any] = {
    "brand": {"type": "value"},
    "tags": {"type": "value", "sort": "value"},
    "in_stock": {"type": "value"},
    "rating": {"type": "value", "size": 2},
    "price": {"type": "range", "ranges": PRICES},
    "added": {"type": "range"},
}
CHOICES: dict[str, list[Any]] = {
    "brand": ["a", "b", "zebra"],
    "tags": ["t1", "t2"],
    "in_stock": [True],
    "rating": [3],
    "price": [*PRICES, "middle", {"name": "low"}],
}
CHOSEN = st.fixed_dictionaries(
    {},
    optional={
        name: st.tuples(
            st.lists(st.sampled_from(values), min_size=1, max_size=2),
            st.sampled_from(["any", "all", "none"]),
        )
        for name, values in CHOICES.items()
    },
)


def test_what_a_value_counts_is_what_choosing_it_finds(engines) -> None:
    """A shared facet's under all that was chosen, a disjunctive one's without its own choice."""
    engines.serve(*products(), definition=CATALOGUE)
    client = falcon.testing.TestClient(app_for(engines.store, engines.search, CATALOGUE))

    def ask(filters: list[Any], text: str, free: list[str], size: int = 0) -> Any:
        state = {"searchTerm": text, "filters": filters, "resultsPerPage": size}
        config = {"facets": FACETS, "disjunctiveFacets": free}
        answer = client.simulate_post(URL, json={"state": state, "queryConfig": config})
        assert answer.status_code == 200, answer.text
        return answer.json

    @given(CHOSEN, st.sampled_from(["", "lamp "]), st.lists(st.sampled_from([*FACETS])))
    @settings(max_examples=EXAMPLES, derandomize=True, database=None)
    def check(chosen: dict[str, Any], text: str, free: list[str]) -> None:
        filters = [
            {"field": name, "values": values, "type": kind}
            for name, (values, kind) in chosen.items()
        ]
        facets = ask(filters, text, free)["facets"]
        for name, (facet,) in facets.items():
            kept = [one for one in filters if name not in free or one["field"] != name]
            for one in facet["data"]:
                more = {"field": name, "values": [one["value"]], "type": "all"}
                assert ask([*kept, more], text, [])["totalResults"] == one["count"], (name, one)

    check()
