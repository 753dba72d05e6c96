"""A whole project on OpenSearch and Elasticsearch: rebuild, follow, compare, roll back, search."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from searchsvc.bootstrap import build
from searchsvc.domain.document import Document
from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.domain.query import SearchQuery, Term
from searchsvc.domain.run import Drift, RunStatus
from searchsvc.engines.elastic.connect import connect
from searchsvc.errors import EngineError, UnknownVersion
from searchsvc.settings import load
from tests.support.command import run_command
from tests.support.engines import SERVERS, open_elastic
from tests.support.shop import Shop


@pytest.fixture(params=SERVERS)
def project(request, tmp_path, server_url):
    """A shop in SQLite whose index lies on a server; its names go away afterwards."""
    url = server_url(request.param)
    shop = Shop.new(tmp_path)
    with open_elastic(request.param, url) as (store, _):
        engine = {
            "kind": request.param, "hosts": [url], "prefix": store._names.prefix, "replicas": 0,
            "allow_http": True,
        }  # fmt: skip
        settings = shop.settings.read_text(encoding="utf-8")
        shop.settings.write_text(f"{settings}engine: {json.dumps(engine)}\n", encoding="utf-8")
        yield shop


def found(project, text: str) -> set[str]:
    """The ids of the documents that hold a word, asked as a server's worker asks."""
    store, engine = connect(project.settings.engine, project.root)
    query = SearchQuery("products", text, (Term(text),), limit=100)
    try:
        return {hit.id for hit in asyncio.run(engine.search(query)).hits}
    finally:
        asyncio.run(engine.close())
        store.close()


def test_an_index_follows_its_table(project) -> None:
    """Copied, followed, compared and rolled back: after each the index equals the table."""
    loaded = load(project.folder, {})
    services = build(loaded)
    try:
        runner = services.runner("products")
        assert runner.rebuild().status is RunStatus.SUCCEEDED
        (info,) = runner.versions()
        assert (info.documents, info.live) == (40, True)
        first = info.version
        project.execute("INSERT INTO products (name, brand, price) VALUES ('lamp', 'b', 1.5)")
        assert runner.increment().counts.indexed >= 1
        assert found(loaded, "lamp") == {"41"}
        project.execute("DELETE FROM products WHERE id = 41")
        project.execute("UPDATE products SET name = 'candle' WHERE id = 1")
        _, drift = runner.reconcile()
        assert (drift.extra, drift.different, drift.missing) == (1, 1, 0)
        assert found(loaded, "lamp") == set()
        assert found(loaded, "candle") == {"1"}
        project.execute("DELETE FROM products WHERE id = 2")
        project.rename(3, "torch")
        # The increment that a verify begins with has taken the update.
        assert runner.verify()[1] == Drift(missing=0, different=0, extra=1)
        assert runner.verify(repair=True)[1].total == 1
        assert runner.verify()[1] == Drift()
        assert found(loaded, "torch") == {"3"}
        runner.rebuild()
        assert [info.documents for info in runner.versions()] == [39, 39]
        runner.rollback()
        assert [info.version for info in runner.versions() if info.live] == [first]
        assert found(loaded, "candle") == {"1"}
    finally:
        services.close()


def test_a_version_that_was_dropped_is_not_written_to(project) -> None:
    """A writer that is still open makes no index anew, and says that it cannot write."""
    loaded = load(project.folder, {})
    services = build(loaded)
    other, engine = connect(loaded.settings.engine, loaded.root)
    try:
        version = IndexVersion.new("products", datetime.now(UTC), 1)
        services.store.create(version, Recipe(services.definitions["products"]))
        late = Document("1", 1, {"name": "late"}, b'{"name":"late"}', 1)
        with services.store.writer(version) as writer:
            other.drop(version)
            writer.write([late])
            with pytest.raises((EngineError, UnknownVersion)):
                writer.commit()
        assert services.store.versions("products") == []
    finally:
        asyncio.run(engine.close())
        other.close()
        services.close()


def test_show_prints_the_native_body(tmp_path) -> None:
    """What an index is created with can be read before any server is there."""
    ended = run_command(
        "show", "products", "--engine", "opensearch", folder=Shop.new(tmp_path).folder
    )
    body = json.loads(ended.out)
    assert body["mappings"]["properties"]["brand"]["properties"]["value"] == {"type": "keyword"}
