"""A score is told only to whom every field may be told that it is made of."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import falcon.testing
import pytest

from searchsvc.access.tokens import write_token
from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.access import Role
from searchsvc.domain.allowlists import AllowLists
from searchsvc.domain.definition import IndexDefinition
from searchsvc.engines.memory import MemoryEngine, MemoryStore
from searchsvc.settings import Api
from tests.contract.support import Engines, document
from tests.support.app import app_for
from tests.support.keys import KeyCase, key_case

MAPPING = """
fields:
  name: text^3, suggest
  kind: keyword, facet
  cost: number, sort
  supplier: keyword, facet
  margin: number, hidden
  added: date, sort
group_by: {{of: [kind]}}
ranking:
  default: {default}
  cost:
    - boost: {{field: cost, by: log, weight: 0.5}}
  supplier:
    - boost: {{when: "supplier:acme", weight: 3}}
  margin:
    - boost: {{field: margin, by: value, weight: 1}}
  named:
    - weights: {{name: 5}}
"""
SEARCH = "/v1/indexes/shop/search"
LISTS = (("return", ("name", "kind")),)


class Shop:
    """Three lamps, served under that default ranking, and keys."""

    def __init__(self, made: KeyCase, default: str) -> None:
        self.definition: IndexDefinition = parse_mapping("shop", MAPPING.format(default=default))
        store = MemoryStore()
        engines = Engines(store, MemoryEngine(store))
        engines.serve(
            *(
                document(str(n), name="lamp", kind="a", cost=n, supplier=s, margin=10 * n)
                for n, s in enumerate(("acme", "other", "acme"), 1)
            ),
            definition=self.definition,
        )
        app = app_for(
            store, engines.search, self.definition, door=made.keyring, api=Api(cache_ms=60_000)
        )
        self.made, self.client = made, falcon.testing.TestClient(app)
        self.lists = dict(LISTS)

    def ask(self, secret: str, path: str = SEARCH, body: Any = None, **given: str) -> Any:
        """An answer's JSON."""
        headers = {"X-API-Key": secret}
        if body is not None:
            return self.client.simulate_post(path, json=body, headers=headers).json
        return self.client.simulate_get(path, params=given, headers=headers).json

    def scores(self, secret: str, **given: str) -> list[float | None]:
        """Of the hits of a search for all."""
        return [hit["score"] for hit in self.ask(secret, **given)["hits"]]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[KeyCase]:
    """No key yet."""
    with key_case(tmp_path) as case:
        yield case


def test_a_ranking_by_what_may_not_be_sorted_by(made: KeyCase) -> None:
    """Is unknown, and not among those that are offered; on Algolia's wire, too."""
    shop = Shop(made, "[]")
    some = made.secret("some", Role.SEARCH, fields=AllowLists(shop.lists))
    for name in ("cost", "supplier", "margin"):
        refused = shop.ask(some, ranking=name)
        assert (refused["status"], refused["param"]) == (400, "ranking")
        assert "cost, " not in refused["hint"]
    assert shop.ask(some, "/v1/indexes/shop")["rankings"] == ["default", "named"]
    token = write_token(some, fields={"sort": ("cost", "name")})
    assert shop.ask(token, ranking="cost")["status"] == 400
    sorting = made.secret("sorting", fields=AllowLists({**shop.lists, "sort": ("cost",)}))
    assert None not in shop.scores(sorting, ranking="cost")


@pytest.mark.parametrize(
    "default",
    [
        "[boost: {field: cost, by: log, weight: 1}]",
        "[boost: {when: 'NOT supplier:acme', weight: 1}]",
        "[decay: {field: added, half_life: 9d, weight: 1}]",
    ],
)
def test_the_default_ranking_orders_and_tells_no_score(made: KeyCase, default: str) -> None:
    """Wherever hits are: in groups, of several searches, of Search UI, alike, with a reason."""
    shop = Shop(made, default)
    some = made.secret("some", Role.ANALYST, fields=AllowLists(shop.lists))
    whole = made.secret("whole", Role.ANALYST)
    assert None not in shop.scores(whole)
    assert shop.scores(some) == [None] * 3
    assert [hit["id"] for hit in shop.ask(some)["hits"]] == [
        hit["id"] for hit in shop.ask(whole)["hits"]
    ]
    (grouped,) = shop.ask(some, group_by="kind", group_size="3")["hits"]
    assert [grouped["score"], *(one["score"] for one in grouped["group"]["hits"])] == [None] * 3
    (one,) = shop.ask(some, "/v1/search", {"searches": [{"index": "shop"}]})["results"]
    assert one["hits"][0]["score"] is None
    alike = shop.ask(some, "/v1/indexes/shop/similar/1")["hits"]
    assert {hit["score"] for hit in alike} <= {None}
    assert shop.ask(some, "/v1/indexes/shop/why/1", q="lamp")["score"] is None
    body = {"state": {"searchTerm": "lamp"}, "queryConfig": {}}
    results = shop.ask(some, "/v1/indexes/shop/ui/search", body)["results"]
    assert [one["_meta"]["score"] for one in results] == [None] * 3


def test_what_is_hidden_is_not_told_by_a_score(made: KeyCase) -> None:
    """To nobody; nor by what an explanation makes of it."""
    shop = Shop(made, "[]")
    whole = made.secret("whole", Role.ANALYST)
    assert shop.scores(whole, ranking="margin") == [None] * 3
    assert None not in shop.scores(whole, ranking="cost")
    given = {"index": "shop", "q": "lamp", "id": "1", "vs": "3", "ranking": "margin"}
    found = shop.ask(whole, "/v1/relevance/explain", **given)
    assert found["hit"]["factor"] == found["other"]["factor"] == 1
    assert found["hit"]["score"] is None
    parts = [sum(part["score"] for part in found[side]["parts"]) for side in ("hit", "other")]
    assert parts[0] == pytest.approx(parts[1])


def test_an_index_as_a_key_sees_it(made: KeyCase) -> None:
    """Its fields with what may be done with them; no count under a token's filter."""
    shop = Shop(made, "[]")
    some = made.secret("some", fields=AllowLists({**shop.lists, "filter": ("cost",)}))
    told = shop.ask(some, "/v1/indexes/shop")
    fields = {field["name"]: field for field in told["fields"]}
    assert set(fields) == {"name", "kind", "cost"}
    assert [fields["cost"][use] for use in ("filter", "sort", "facet")] == [True, False, False]
    assert fields["kind"]["facet"] is True
    assert told["documents"] == 3
    token = write_token(some, filter="kind:a")
    assert shop.ask(token, "/v1/indexes/shop")["documents"] is None
