"""Golden queries asked of two versions side by side."""

from pathlib import Path

import pytest

from searchsvc.domain.index import IndexVersion
from searchsvc.engines.memory import MemoryEngine, MemoryStore
from searchsvc.errors import DefinitionError
from searchsvc.relevance.golden import GoldenFile
from tests.contract.support import Engines, document

JUDGMENTS = "query,id,rating\nlamp,1,2\nlamp,2,1\nchair,3,1\nnothing,4,1\n"


@pytest.fixture
def engines() -> Engines:
    store = MemoryStore()
    return Engines(store, MemoryEngine(store))


def golden(engines: Engines, folder: Path, text: str = JUDGMENTS) -> GoldenFile:
    file = folder / "judgments.csv"
    file.write_text(text, encoding="utf-8")
    return GoldenFile(file, lambda: engines.search)


def versions(engines: Engines) -> tuple[IndexVersion, IndexVersion]:
    """The live one finds both lamps and the chair, the other one lamp and no chair."""
    lamps = document("1", name="lamp"), document("2", name="lamp")
    new = engines.create(2)
    engines.write(new, document("1", name="torch"), lamps[1])
    return engines.serve(*lamps, document("3", name="chair")), new


def test_both_sides_are_asked(engines: Engines, tmp_path: Path) -> None:
    """Each by its own documents, though one of them is not live; relevance, misses and times."""
    live, new = versions(engines)
    found = golden(engines, tmp_path).compare(live, new)
    assert found is not None
    assert found.queries == 3
    assert found.live.ndcg == pytest.approx(2 / 3)
    assert found.candidate.ndcg == pytest.approx((1 / (2 + 0.63093)) / 3, abs=1e-4)
    assert found.live.empty == {"nothing"}
    assert found.newly_empty == ["chair"]
    assert found.live.p95 > 0 < found.candidate.p95


def test_a_version_is_as_good_as_itself(engines: Engines, tmp_path: Path) -> None:
    """Nothing but the times may differ."""
    live, _ = versions(engines)
    found = golden(engines, tmp_path).compare(live, live)
    assert found is not None
    assert (found.live.ndcg, found.newly_empty) == (found.candidate.ndcg, [])


def test_without_judgments_nothing_is_compared(engines: Engines, tmp_path: Path) -> None:
    """No file, or one without a line."""
    live, new = versions(engines)
    assert GoldenFile(tmp_path / "none.csv", lambda: engines.search).compare(live, new) is None
    assert golden(engines, tmp_path, "query,id,rating\n").compare(live, new) is None


def test_some_of_many_queries_are_asked(engines: Engines, tmp_path: Path) -> None:
    """Two hundred at most, from the first to the last."""
    live, new = versions(engines)
    lines = "".join(f"word{n},1,1\n" for n in range(401))
    found = golden(engines, tmp_path, f"query,id,rating\n{lines}").compare(live, new)
    assert found is not None
    assert found.queries == 134
    assert {"word0", "word399"} <= found.live.empty


def test_a_bad_line_is_an_error_before_anything_is_asked(engines: Engines, tmp_path: Path) -> None:
    """As `check` tells it."""
    live, new = versions(engines)
    bad = golden(engines, tmp_path, "query,id,rating\nlamp,1,good\n")
    with pytest.raises(DefinitionError, match="no judgment"):
        bad.compare(live, new)
    with pytest.raises(DefinitionError, match="no judgment"):
        bad.check()
