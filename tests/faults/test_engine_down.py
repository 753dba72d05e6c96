"""An engine that is killed: in the middle of a rebuild, and while people type."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import falcon.testing
import pytest

from searchsvc.bootstrap_suggestions import collected
from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.domain.query import SearchQuery, Term
from searchsvc.domain.run import RunKind, RunStatus
from searchsvc.errors import EngineError, EngineUnreachable
from searchsvc.ports import SearchEngine
from searchsvc.search.service import SearchService
from searchsvc.suggestions.build import Builder
from searchsvc.suggestions.completer import Completer
from tests.contract.support import document
from tests.faults.conftest import ROWS
from tests.faults.shop import Place, Shop
from tests.support.app import app_for
from tests.support.servers import DISTRIBUTIONS, Server, lacking


@pytest.fixture
def server() -> Iterator[Server]:
    """An OpenSearch of this test's own."""
    distribution = DISTRIBUTIONS["opensearch"]
    why = lacking(distribution)
    if why:
        pytest.skip(why)
    made = Server(distribution)
    made.start()
    yield made
    made.stop()


def found(engine: SearchEngine) -> int:
    """How many documents hold a word that all of them hold."""
    query = SearchQuery("shop", "thing", (Term("thing"),), limit=1)
    return asyncio.run(engine.search(query)).total


@pytest.mark.timeout(300)
def test_the_engine_is_killed_and_started_again(server: Server, tmp_path: Path) -> None:
    """Run and searches say that it is unreachable; both go on once it is back, by themselves."""
    shop = Shop(tmp_path, Place("opensearch", server.url, "", patience=1.0))
    shop.fill(ROWS)
    opened, engine = shop.open(checkpoint_seconds=0.0), shop.engine()
    opened.runner().rebuild()
    assert found(engine) == ROWS
    shop.rename(1, "thing renamed")
    kills = iter([server.kill])

    def reached(name: str) -> None:
        if name == "after-checkpoint":
            next(kills, lambda: None)()

    with pytest.raises(EngineUnreachable, match="does not answer"):
        opened.runner(reached).rebuild()
    (broken,) = opened.state.runs("shop", 1, RunKind.REBUILD)
    assert broken.status is RunStatus.FAILED
    assert broken.error.startswith("engine_unreachable: ")
    assert broken.counts.balanced
    with pytest.raises(EngineUnreachable):
        found(engine)
    server.restart()
    assert found_again(engine) == ROWS
    run = opened.runner().rebuild()
    assert run.status is RunStatus.SUCCEEDED
    assert run.version == broken.version
    assert run.counts.read < ROWS
    assert opened.held() == shop.wanted()
    assert found(engine) == ROWS
    assert opened.orphans() == []
    opened.close()
    asyncio.run(engine.close())


def found_again(engine: SearchEngine) -> int:
    """As soon as the server has opened its files again; until then its error is clear."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return found(engine)
        except (EngineUnreachable, EngineError):
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.1)


SHELF = IndexDefinition(
    "shelf",
    (
        Field("title", FieldType.TEXT, weight=1.0, suggest=True),
        Field("genre", FieldType.KEYWORD, facet=True, suggest=True, weight=1.0),
    ),
)


@pytest.mark.timeout(300)
def test_suggestions_while_the_engine_is_down(server: Server, tmp_path: Path) -> None:
    """The file answers what has no filter, with nothing where it knows nothing; a filter is 503."""
    place = Place("opensearch", server.url, "", patience=1.0)
    store, version = place.store(), IndexVersion.new("shelf", datetime.now(UTC), 1)
    store.create(version, Recipe(SHELF))
    with store.writer(version) as writer:
        writer.write([document("1", title="Dune", genre="novel"), document("2", title="Emma")])
        writer.commit()
    store.swap(version)
    other = place.engine()
    search = SearchService(other, {"shelf": SHELF})
    Builder(store, search, other.close, tmp_path, collected, lambda _: {"emma": 5}).build("shelf")
    engine = place.engine()
    app = app_for(store, engine, SHELF, completions=Completer(tmp_path))
    client = falcon.testing.TestClient(app)

    def suggest(query: str) -> falcon.testing.Result:
        return client.simulate_get("/v1/indexes/shelf/suggest", query_string=query)

    before = {query: comparable(suggest(query)) for query in ("q=du", "q=emm", "q=nov", "q=dnue")}
    assert before["q=dnue"]["correction"] == {"query": "dune"}
    assert [one["text"] for one in before["q=emm"]["queries"]] == ["emma"]
    assert suggest("q=du&filter=genre:novel").json["hits"]
    server.kill()
    assert {query: comparable(suggest(query)) for query in before} == before
    assert comparable(suggest("q=zebra"))["hits"] == []
    for query in ("q=du&filter=genre:novel", "q=du&filter=genre:poem"):
        refused = suggest(query)
        assert (refused.status_code, refused.json["code"]) == (503, "engine_unreachable")
    asyncio.run(engine.close())
    store.close()


def comparable(answer: falcon.testing.Result) -> dict[str, object]:
    """An answer, which is none of an error, without its times."""
    assert answer.status_code == 200
    return {name: answer.json[name] for name in ("queries", "values", "hits", "correction")}
