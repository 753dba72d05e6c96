"""How one index stands: what answers, how fresh it is, and what is known to be wrong."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from searchsvc.domain.index import VersionInfo
from searchsvc.domain.run import Run
from searchsvc.ports import IndexStore, StateStore


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """One index now; `live` is None before its first rebuild. `runs` come newest first.

    `freshness` is the age in seconds of the time up to which the live version follows its source,
    `drift` how many documents the last comparison found wrong; None where it is not known.
    """

    live: VersionInfo | None
    freshness: float | None
    drift: int | None
    dead_letters: int
    runs: Sequence[Run]


def status_of(index: str, store: IndexStore, state: StateStore) -> IndexStatus:
    """Asks both stores. Raises EngineError, EngineUnreachable or StateError."""
    live = next((info for info in store.versions(index) if info.live), None)
    watermark = state.watermark(live.version.name) if live else None
    runs = state.runs(index)
    return IndexStatus(
        live=live,
        freshness=None if watermark is None else max(0.0, time.time() - watermark / 1e6),
        drift=next((run.drift for run in runs if run.drift is not None), None),
        dead_letters=state.dead_letter_count(index),
        runs=runs,
    )
