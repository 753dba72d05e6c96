"""Versions that go live one after the other under load: no request fails, no page mixes two."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from searchsvc.definitions.mappings import read_mapping
from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.engines.elastic import ElasticStore
from tests.contract.support import START, document
from tests.support.command import RunningCommand, running
from tests.support.engines import open_elastic
from tests.support.server import free_port
from tests.support.shop import Shop

KIND = "opensearch"
SECONDS, EVERY = 20.0, 2.0
QUERY = "/v1/indexes/products/search?q=bicycle&facets=brand&per_page=20"
DOCUMENT = "/v1/indexes/products/docs/1"
SUGGEST = "/v1/indexes/products/suggest?q=bic"


class Load:
    """Searches by a few threads; `versions` counts the answers of each version."""

    def __init__(self, url: str, threads: int = 3) -> None:
        self._url = url
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._search) for _ in range(threads)]
        self.wrong: list[str] = []
        self.versions: Counter[str] = Counter()

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _search(self) -> None:
        with httpx.Client(base_url=self._url, timeout=10, trust_env=False) as client:
            while not self._stop.is_set():
                try:
                    self._judge(client.get(QUERY))
                    self._judge_document(client.get(DOCUMENT))
                    client.get(SUGGEST).raise_for_status()
                except httpx.HTTPError as error:
                    self.wrong.append(repr(error))

    def _judge(self, told: httpx.Response) -> None:
        """Every document and facet of a page bears the name of the version that it names."""
        if told.status_code != 200:
            self.wrong.append(told.text)
            return
        answer = told.json()
        version = answer["version"]
        brands = {hit["doc"]["brand"] for hit in answer["hits"]}
        counted = [(each["value"], each["count"]) for each in answer["facets"]["brand"]["values"]]
        if brands != {version} or counted != [(version, 40)] or len(answer["hits"]) != 20:
            self.wrong.append(f"{version}: {brands} {counted}")
        self.versions[version] += 1

    def _judge_document(self, told: httpx.Response) -> None:
        """A document by its id, too."""
        told.raise_for_status()
        answer = told.json()
        if answer["doc"]["brand"] != answer["version"]:
            self.wrong.append(f"{answer['version']}: {answer['doc']}")


@pytest.fixture
def serving(tmp_path: Path, server_url) -> Iterator[tuple[RunningCommand, ElasticStore, Shop]]:
    """`searchsvc serve` of a project on a server, with a first version live."""
    url = server_url(KIND)
    shop = Shop.new(tmp_path)
    with open_elastic(KIND, url) as (store, _):
        engine = {"kind": KIND, "hosts": [url], "prefix": store._names.prefix, "replicas": 0}
        settings = shop.settings.read_text(encoding="utf-8")
        shop.settings.write_text(f"{settings}engine: {json.dumps(engine)}\n", encoding="utf-8")
        go_live(store, shop, 1)
        port = free_port()
        with running("serve", "--port", port, port=port, folder=shop.folder) as command:
            command.wait_for(lambda: command.get("/readyz").is_success, 60)
            yield command, store, shop


def go_live(store: ElasticStore, shop: Shop, number: int) -> IndexVersion:
    """A new version whose documents all bear its name, swapped to."""
    version = IndexVersion.new("products", START, number)
    definition = read_mapping(shop.mapping)
    store.create(version, Recipe(definition))
    with store.writer(version) as writer:
        for n in range(40):
            values = {"name": f"bicycle {n}", "brand": version.name, "price": float(n)}
            writer.write([document(str(n), **values)])
        writer.commit()
    store.swap(version)
    return version


@pytest.mark.timeout(180)
def test_a_swap_every_two_seconds_under_load(serving) -> None:
    """0 errors, also where the old version is dropped at once and still being asked."""
    command, store, shop = serving
    number, ends = 1, time.monotonic() + SECONDS
    with Load(command.url) as load:
        while time.monotonic() < ends:
            begun = time.monotonic()
            old = store.live("products")
            number += 1
            go_live(store, shop, number)
            if number % 2:
                store.drop(old)
            time.sleep(max(0.0, begun + EVERY - time.monotonic()))
    assert load.wrong == [], command.text[-3000:]
    assert len(load.versions) >= number - 1
    assert sum(load.versions.values()) > 100
