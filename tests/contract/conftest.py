"""Every engine of ours, to run each contract on. A new engine is one line in ENGINES."""

from collections.abc import Callable
from pathlib import Path

import pytest

from searchsvc.engines.embedded import EmbeddedEngine, EmbeddedStore
from searchsvc.engines.memory import MemoryEngine
from tests.contract.support import Engines


def _memory(_: Path) -> Engines:
    engine = MemoryEngine()
    return Engines(engine.store, engine)


def _embedded(root: Path) -> Engines:
    return Engines(EmbeddedStore(root, writer_memory_mb=15), EmbeddedEngine(root, poll=0.0))


ENGINES: dict[str, Callable[[Path], Engines]] = {"memory": _memory, "embedded": _embedded}


@pytest.fixture(params=sorted(ENGINES))
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Engines:
    """One engine after the other, empty."""
    return ENGINES[request.param](tmp_path)
