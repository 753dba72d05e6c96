"""Reads the state of every index for /metrics."""

from collections.abc import Iterable

from searchsvc.domain.run import Run
from searchsvc.indexing.status import status_of
from searchsvc.ports import IndexStore, StateStore
from searchsvc.search.service import SearchService
from searchsvc.telemetry.metrics import IndexGauges, RunGauge


def index_gauges(search: SearchService, store: IndexStore, state: StateStore) -> list[IndexGauges]:
    """One per defined index, by name. Blocks while the stores answer."""
    return [_gauges(name, store, state) for name in sorted(search.definitions())]


def _gauges(index: str, store: IndexStore, state: StateStore) -> IndexGauges:
    status = status_of(index, store, state)
    live = status.live
    return IndexGauges(
        index=index,
        version=live.version.name if live else "",
        definition_hash=live.definition_hash if live else "",
        documents=live.documents if live else 0,
        size=live.size if live else 0,
        freshness=status.freshness,
        runs=tuple(_last_runs(status.runs)),
        drift=status.drift,
        dead_letters=status.dead_letters,
    )


def _last_runs(runs: Iterable[Run]) -> Iterable[RunGauge]:
    """The newest finished run of each kind; `runs` come newest first."""
    seen = set()
    for run in runs:
        if run.finished is None or run.kind in seen:
            continue
        seen.add(run.kind)
        yield RunGauge(run.kind, run.status, run.finished.timestamp(), run.seconds or 0.0)
