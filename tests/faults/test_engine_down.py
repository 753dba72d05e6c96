"""An engine that is killed in the middle of a rebuild, and started again."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchsvc.domain.query import SearchQuery, Term
from searchsvc.domain.run import RunKind, RunStatus
from searchsvc.errors import EngineError, EngineUnreachable
from searchsvc.ports import SearchEngine
from tests.faults.conftest import ROWS
from tests.faults.shop import Place, Shop
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
