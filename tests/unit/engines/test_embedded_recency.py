"""Hits of the embedded engine ranked by their age: what is looked at, and what comes behind it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tantivy import Query

from searchsvc.domain.definition import Boost, Decay
from searchsvc.engines.embedded.index import EmbeddedStore
from searchsvc.engines.embedded.live import LiveSnapshots
from searchsvc.engines.embedded.recency import Recent
from searchsvc.engines.embedded.schema import ID
from searchsvc.engines.embedded.search import EmbeddedEngine
from tests.contract.support import PRODUCTS, START, Engines, document

NOW = int(START.timestamp() * 1_000_000)
DECAY = Decay("added", 43_200.0, 5.0)


@pytest.fixture
def snapshot(tmp_path):
    """Sixty documents, each less boosted and more recent than the one before."""
    engines = Engines(EmbeddedStore(tmp_path, writer_memory_mb=15), EmbeddedEngine(tmp_path))
    definition = replace(PRODUCTS, boosts=(Boost("price", 0.01, by="value"),), decays=(DECAY,))
    engines.serve(
        *(
            document(f"{n:02}", name="lamp", price=60 - n, added=START - timedelta(hours=60 - n))
            for n in range(60)
        ),
        definition=definition,
    )
    return LiveSnapshots(tmp_path, 0.0).get("products")


def ids(snapshot, start: int, limit: int, candidates: int) -> list[str]:
    """The ids of one page; the boosts are the only scores."""
    recent = Recent(
        snapshot, Query.all_query(), "_boost", [DECAY], NOW, plain=False, candidates=candidates
    )
    found = recent.page(start, limit)
    return [str(snapshot.searcher.doc(address).get_first(ID)) for _, address in found]


def test_only_so_many_are_ranked_anew(snapshot) -> None:
    """The best of them without age, with it; those behind them follow as they were."""
    whole = ids(snapshot, 0, 60, candidates=20)
    assert sorted(whole[:20]) == [f"{n:02}" for n in range(20)]
    assert whole[:20] != sorted(whole[:20])
    assert whole[20:] == [f"{n:02}" for n in range(20, 60)]


@pytest.mark.parametrize("limit", [1, 7, 20, 33])
def test_pages_are_disjoint_and_complete(snapshot, limit) -> None:
    """Before and behind the last that is ranked anew, and across it."""
    pages = [ids(snapshot, start, limit, candidates=20) for start in range(0, 60 + limit, limit)]
    assert [id for page in pages for id in page] == ids(snapshot, 0, 60, candidates=20)


def test_more_are_looked_at_until_no_other_can_be_better(snapshot) -> None:
    """The most recent document is the least boosted, and the first."""
    assert ids(snapshot, 0, 1, candidates=60) == ["59"]
    assert ids(snapshot, 0, 60, candidates=10_000) == ids(snapshot, 0, 60, candidates=60)
