"""The API over a given engine, with its telemetry in a folder of its own."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from searchsvc.api.admission import Door
from searchsvc.api.app import create_app
from searchsvc.api.services import Stores, api_services
from searchsvc.definitions.curations import CurationFiles
from searchsvc.domain.definition import IndexDefinition
from searchsvc.ports import Completions, Curations, IndexStore, SearchEngine, StateStore
from searchsvc.search.service import SearchService
from searchsvc.settings import Api
from searchsvc.stores.memory import MemoryJudgmentStore, MemoryStateStore


class HostClock:
    """The time of this host."""

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)


def app_for(
    store: IndexStore,
    engine: SearchEngine,
    *definitions: IndexDefinition,
    state: StateStore | None = None,
    curations: Curations | None = None,
    completions: Completions | None = None,
    door: Door | None = None,
    api: Api | None = None,
) -> Any:
    """The ASGI app that serves these indexes; without a `door` it asks for no keys."""
    folder = Path(tempfile.mkdtemp(prefix="searchsvc-test-"))
    named = {d.name: d for d in definitions}
    curations = curations or CurationFiles(folder / "mappings", named)
    search = SearchService(engine, named, curations=curations, completions=completions)
    state = state or MemoryStateStore(HostClock())
    # Every request is asked of the engine, also where one is repeated to see what has changed.
    settings = api or Api(cache_ms=0)
    stores = Stores(store, state, MemoryJudgmentStore())
    services = api_services(search, stores, curations, settings, folder, engine.close)
    return create_app(services if door is None else replace(services, door=door))
