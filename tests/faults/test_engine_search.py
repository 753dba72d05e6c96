"""Searches whose engine answers with nonsense: a clear 503, never a 500 or a wrong result."""

import asyncio
from collections.abc import Iterator
from typing import Any

import falcon.testing
import pytest

from searchsvc.domain.index import Recipe
from tests.contract.support import PRODUCTS, document, version
from tests.faults.shop import Place
from tests.support.app import app_for
from tests.support.engines import SERVERS, open_elastic
from tests.support.http_proxy import (
    HttpProxy,
    cut_reply,
    http_proxy,
    lost_reply,
    lost_request,
    says,
)

SEARCH = "/v1/indexes/products/search"
ROUTES = {
    "search": f"{SEARCH}?q=lamp&facets=brand&highlight=true",
    "filter and sort": f"{SEARCH}?filter=in_stock:true&sort=price",
    "suggest": "/v1/indexes/products/suggest?q=lam",
    "a document": "/v1/indexes/products/docs/1",
}
OTHER_ROUTES = {
    "indexes": "/v1/indexes",
    "index": "/v1/indexes/products",
    "versions": "/v1/indexes/products/versions",
}
NONSENSE = {
    "HTML": says(b"<html>Welcome to the hotel</html>"),
    "nothing": says(b""),
    "half the JSON": cut_reply,
    "other JSON": says({"hello": ["world", None]}),
    "a list": says([1, "x", {}]),
    "a word": says("hello"),
    "an empty object": says({}),
    "64 MiB": says(b'{"pad":"' + b"x" * (64 << 20) + b'"}'),
    "no UTF-8": says(b'{"hits":{"\xff\xfe":1}}'),
    "a proxy's 404": says(b"<html>404 page not found</html>", 404),
    "a proxy's 502": says(b"<html>Bad gateway</html>", 502),
    "a lost reply": lost_reply,
    "a lost request": lost_request,
}
LIES = {
    "hits alone": says({"hits": {"total": {"value": 3}, "hits": []}}),
    "no answers": says({"responses": []}),
    "answers without buckets": says(
        {"responses": [{"hits": {"total": {"value": 1}, "hits": []}}] * 2}
    ),
    "buckets without counts": says(
        {
            "hits": {"total": {"value": 1}, "hits": []},
            "aggregations": {"f0": {"values": {"buckets": [{"key": 1}]}}},
        }
    ),
}


@pytest.fixture(scope="module", params=SERVERS)
def served(request, server_url) -> Iterator[tuple[falcon.testing.TestClient, HttpProxy]]:
    """The API over an engine behind a proxy, with twenty documents."""
    kind = request.param
    url = server_url(kind)
    with open_elastic(kind, url) as (store, _), http_proxy(url) as proxy:
        store.create(version(), Recipe(PRODUCTS))
        with store.writer(version()) as writer:
            for n in range(20):
                values = {"name": f"lamp {n}", "brand": f"b{n % 3}", "price": n, "in_stock": True}
                writer.write([document(str(n), **values)])
            writer.commit()
        store.swap(version())
        place = Place(kind, proxy.url, store._names.prefix)
        behind, engine = place.store(), place.engine()
        yield falcon.testing.TestClient(app_for(behind, engine, PRODUCTS)), proxy
        asyncio.run(engine.close())
        behind.close()


@pytest.fixture
def api(served) -> Iterator[tuple[falcon.testing.TestClient, HttpProxy]]:
    """The same, and nothing is spoilt any more afterwards."""
    yield served
    served[1].clear()


@pytest.mark.parametrize("fault", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_a_clear_503(api, fault) -> None:
    """On every route that searches; the next request is answered rightly again."""
    client, proxy = api
    right = {path: comparable(client, path) for path in ROUTES.values()}
    proxy.rule(fault, "POST")
    for path in ROUTES.values():
        told = client.simulate_get(path)
        assert told.status_code == 503, f"{path}: {told.text}"
        assert told.headers["content-type"] == "application/problem+json"
        assert told.json["code"] in ("engine_error", "engine_unreachable")
    proxy.clear()
    assert {path: comparable(client, path) for path in ROUTES.values()} == right


@pytest.mark.parametrize("fault", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_about_the_live_version(api, fault) -> None:
    """What was live goes on answering searches; whatever else asks the engine is a clear 503."""
    client, proxy = api
    right = {path: comparable(client, path) for path in ROUTES.values()}
    proxy.rule(fault, "GET")
    assert {path: comparable(client, path) for path in ROUTES.values()} == right
    for path in OTHER_ROUTES.values():
        told = client.simulate_get(path)
        assert told.status_code == 503, f"{path}: {told.text}"
        assert told.json["code"] in ("engine_error", "engine_unreachable")
    proxy.clear()
    assert all(client.simulate_get(path).status_code == 200 for path in OTHER_ROUTES.values())


@pytest.mark.parametrize("fault", LIES.values(), ids=LIES)
def test_an_answer_with_holes_is_no_crash(api, fault) -> None:
    """Where an answer could be one, it may be taken for one; it is never an internal error."""
    client, proxy = api
    proxy.rule(fault, "POST")
    for path in (*ROUTES.values(), *OTHER_ROUTES.values()):
        told = client.simulate_get(path)
        assert told.status_code in (200, 404, 503), f"{path}: {told.text}"


def comparable(client: falcon.testing.TestClient, path: str) -> dict[str, Any]:
    """A good answer without what differs from one request to the next."""
    told = client.simulate_get(path)
    assert told.status_code == 200, f"{path}: {told.text}"
    return {key: value for key, value in told.json.items() if key not in ("took_ms", "timing")}
