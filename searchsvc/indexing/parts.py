"""What every run on one index works with."""

from dataclasses import dataclass

from searchsvc.indexing.indexer import Indexer
from searchsvc.indexing.reader import Reader
from searchsvc.ports import Clock, GoldenQueries, IndexStore, RowSource, StateStore
from searchsvc.settings import Indexing


@dataclass(frozen=True, slots=True)
class IndexParts:
    """The collaborators of one index; `reader` reads from `source`. `golden` may be absent."""

    indexer: Indexer
    reader: Reader
    source: RowSource
    store: IndexStore
    state: StateStore
    clock: Clock
    settings: Indexing
    golden: GoldenQueries | None = None
