"""The contract's reference: every version in dicts, every search a scan. For tests and docs."""

from searchsvc.engines.memory.index import MemoryStore
from searchsvc.engines.memory.search import MemoryEngine

__all__ = ["MemoryEngine", "MemoryStore"]
