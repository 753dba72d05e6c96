"""The embedded engine: tantivy in this process, an immutable directory per version."""

from searchsvc.engines.embedded.index import EmbeddedStore
from searchsvc.engines.embedded.search import EmbeddedEngine

__all__ = ["EmbeddedEngine", "EmbeddedStore"]
