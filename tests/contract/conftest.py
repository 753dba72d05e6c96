"""Every engine of ours, to run each contract on. A new engine is one line in ENGINES."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.contract.support import Engines

from searchsvc.engines.embedded import EmbeddedEngine, EmbeddedStore
from searchsvc.engines.memory import MemoryEngine, MemoryStore


def _memory(_: Path) -> Engines:
    store = MemoryStore()
    return Engines(store, MemoryEngine(store))


def _embedded(root: Path) -> Engines:
    return Engines(EmbeddedStore(root, writer_memory_mb=15), EmbeddedEngine(root, poll=0.0))


ENGINES: dict[str, Callable[[Path], Engines]] = {"memory": _memory, "embedded": _embedded}


@pytest.fixture(params=sorted(ENGINES))
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engines]:
    """One engine after the other, empty."""
    yield ENGINES[request.param](tmp_path)
