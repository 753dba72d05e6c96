"""Reads the state of every index for /metrics."""

import time
from collections.abc import Iterable

from searchsvc.domain.index import VersionInfo
from searchsvc.domain.run import Run
from searchsvc.ports import IndexStore, StateStore
from searchsvc.search.service import SearchService
from searchsvc.telemetry.metrics import IndexGauges, RunGauge


def index_gauges(search: SearchService, store: IndexStore, state: StateStore) -> list[IndexGauges]:
    """One per defined index, by name. Blocks while the stores answer."""
    return [_gauges(name, store, state) for name in sorted(search.definitions())]


def _gauges(index: str, store: IndexStore, state: StateStore) -> IndexGauges:
    live = next((info for info in store.versions(index) if info.live), None)
    runs = state.runs(index)
    return IndexGauges(
        index=index,
        version=live.version.name if live else "",
        definition_hash=live.definition_hash if live else "",
        documents=live.documents if live else 0,
        size=live.size if live else 0,
        freshness=_freshness(live, state) if live else None,
        runs=tuple(_last_runs(runs)),
        drift=next((run.drift for run in runs if run.drift is not None), None),
        dead_letters=state.dead_letter_count(index),
    )


def _freshness(live: VersionInfo, state: StateStore) -> float | None:
    watermark = state.watermark(live.version.name)
    return None if watermark is None else max(0.0, time.time() - watermark / 1e6)


def _last_runs(runs: Iterable[Run]) -> Iterable[RunGauge]:
    """The newest finished run of each kind; `runs` come newest first."""
    seen = set()
    for run in runs:
        if run.finished is None or run.kind in seen:
            continue
        seen.add(run.kind)
        yield RunGauge(run.kind, run.status, run.finished.timestamp(), run.seconds or 0.0)
