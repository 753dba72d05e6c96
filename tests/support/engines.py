"""Every engine that the same tests run on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from searchsvc.engines.embedded.index import EmbeddedStore
from searchsvc.engines.embedded.search import EmbeddedEngine
from searchsvc.engines.memory import MemoryEngine, MemoryStore
from searchsvc.ports import IndexStore, SearchEngine

ENGINES = ("memory", "embedded")


@contextmanager
def open_engine(name: str, folder: Path) -> Iterator[tuple[IndexStore, SearchEngine]]:
    """The write and the read side of that engine, empty."""
    if name == "memory":
        store = MemoryStore()
        yield store, MemoryEngine(store)
        return
    yield EmbeddedStore(folder), EmbeddedEngine(folder)
