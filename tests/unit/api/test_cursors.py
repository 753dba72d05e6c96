"""Walking through a search over HTTP: pages, swaps, dropped versions, cursors that do not fit."""

import falcon.testing
import pytest

from searchsvc.engines.memory import MemoryEngine, MemoryStore
from tests.contract.support import PRODUCTS, Engines, document
from tests.support.app import app_for

SEARCH = "/v1/indexes/products/search"


@pytest.fixture
def engines() -> Engines:
    """The memory engine with seven lamps, the live version."""
    store = MemoryStore()
    made = Engines(store, MemoryEngine(store))
    made.serve(*(document(f"{n}", name="lamp", brand=f"b{n}", price=n) for n in range(7)))
    return made


@pytest.fixture
def client(engines) -> falcon.testing.TestClient:
    """A client of an app that serves them."""
    return falcon.testing.TestClient(app_for(engines.store, engines.search, PRODUCTS))


def ask(client, **parameters):
    """The answer to one search."""
    return client.simulate_post(SEARCH, json={"q": "lamp", "per_page": 3, **parameters})


def test_a_walk_ends_with_null(client) -> None:
    """Each answer has the cursor of the next page; a page that is not full has none."""
    found, cursor = [], ""
    for size in (3, 3, 1):
        body = ask(client, cursor=cursor).json
        found += [hit["id"] for hit in body["hits"]]
        assert (len(body["hits"]), body["total"]["value"]) == (size, 7)
        assert body["page"] == (None if cursor else 1)
        cursor = body["next_cursor"]
    assert cursor is None
    assert sorted(found) == [str(n) for n in range(7)]


def test_a_cursor_in_a_query_string(client) -> None:
    """It needs no encoding."""
    cursor = ask(client).json["next_cursor"]
    query = f"q=lamp&per_page=3&cursor={cursor}"
    assert len(client.simulate_get(SEARCH, query_string=query).json["hits"]) == 3


def test_a_walk_stays_on_its_version(client, engines) -> None:
    """Whatever goes live, its pages come from where it began; once that is dropped, it is told."""
    first = ask(client).json
    engines.serve(document("new", name="lamp"), number=2)
    second = ask(client, cursor=first["next_cursor"])
    assert second.json["version"] == first["version"] == second.headers["x-index-version"]
    assert "new" not in {hit["id"] for hit in second.json["hits"]}
    assert ask(client).json["hits"][0]["id"] == "new"
    engines.store.drop(engines.store.versions("products")[0].version)
    gone = ask(client, cursor=first["next_cursor"])
    assert (gone.status_code, gone.json["code"]) == (410, "cursor_expired")
    assert first["version"] in gone.json["message"]
    assert "first page" in gone.json["hint"]


def test_a_version_is_searched_by_its_own_definition(client, engines) -> None:
    """Also where the live one has no such sort any more."""
    cursor = ask(client, sort="brand:desc").json["next_cursor"]
    fields = tuple(f for f in PRODUCTS.fields if f.name != "brand")
    engines.serve(definition=type(PRODUCTS)("products", fields), number=2)
    found = ask(client, sort="brand:desc", cursor=cursor)
    assert [hit["id"] for hit in found.json["hits"]] == ["3", "2", "1"]


@pytest.mark.parametrize(
    "other", [{"q": "lamps"}, {"filter": "price>1"}, {"sort": "price:asc"}, {"match": "any"}]
)
def test_a_cursor_is_of_one_search(client, other) -> None:
    """With other parameters it is refused; how hits are shown may change."""
    cursor = ask(client).json["next_cursor"]
    refused = ask(client, cursor=cursor, **other)
    assert (refused.status_code, refused.json["param"]) == (400, "cursor")
    assert "another search" in refused.json["message"]
    shown = {"facets": "*", "fields": "price", "highlight": False, "per_page": 1}
    assert ask(client, cursor=cursor, **shown).status_code == 200


def test_a_cursor_that_was_changed(client) -> None:
    """It, one of another app, and one with a page are bad parameters."""
    cursor = ask(client).json["next_cursor"]
    changed = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    for bad, parameters in ((changed, {}), (cursor, {"page": 2}), ("ü", {})):
        refused = ask(client, cursor=bad, **parameters)
        assert (refused.status_code, refused.json["code"]) == (400, "bad_parameter")
