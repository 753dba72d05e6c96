"""Rows become documents of a versioned index. `indexers/*.py` import `Indexer` and `Join` here."""

from searchsvc.indexing.indexer import Indexer, Join

__all__ = ["Indexer", "Join"]
