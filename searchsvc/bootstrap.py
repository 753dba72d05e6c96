"""Builds the parts of searchsvc from a project's settings: the only module that names adapters."""

import gc
import os
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from searchsvc import bootstrap_access, bootstrap_relevance, bootstrap_suggestions
from searchsvc.access.keys import Keys
from searchsvc.definitions.curations import CurationFiles
from searchsvc.definitions.fit import check_fit
from searchsvc.definitions.indexers import LoadedIndexer
from searchsvc.definitions.project import Definitions, read_definitions, shipped_folder
from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.index import Recipe
from searchsvc.engines.embedded.index import EmbeddedStore
from searchsvc.engines.embedded.search import EmbeddedEngine
from searchsvc.errors import CheckFailed, UnknownIndex, nearest
from searchsvc.indexing.parts import IndexParts
from searchsvc.indexing.reader import Reader
from searchsvc.indexing.recipe import recipe_of
from searchsvc.indexing.runner import IndexRunner
from searchsvc.indexing.schedule import Schedule
from searchsvc.ports import IndexStore, JudgmentStore, SearchEngine, StateStore
from searchsvc.relevance.golden import GoldenFile
from searchsvc.relevance.judgments import FILE_NAME
from searchsvc.search.cursors import Cursors
from searchsvc.search.service import SearchService
from searchsvc.settings import Api, Project, load
from searchsvc.sources.proposal import Proposal, propose
from searchsvc.sources.rendering import render_indexer, render_mapping
from searchsvc.sources.schema import read_schema
from searchsvc.sources.sql import SqlSource
from searchsvc.stores.judgments import SqlJudgmentStore
from searchsvc.stores.secret import installation_secret
from searchsvc.stores.sql import SqlStateStore
from searchsvc.suggestions.build import Built
from searchsvc.telemetry import events, searches
from searchsvc.telemetry.days import forget
from searchsvc.telemetry.latency_report import LatencyReport
from searchsvc.telemetry.logs import configure_logging

__all__ = [
    "Proposal",
    "Services",
    "build",
    "check_address",
    "latency_report",
    "project_files",
    "propose_project",
    "read_definitions",
    "serve",
    "shipped_folder",
]

PROJECT_VARIABLE = "SEARCHSVC_PROJECT"
_WORKER_APP = "searchsvc.bootstrap:create_worker_app"


class SystemClock:
    """The time of this host."""

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)


class Services:
    """What commands work with. State, sources and runners are made when first asked for."""

    def __init__(self, project: Project, found: Definitions, store: IndexStore) -> None:
        self.project = project
        self.definitions: Mapping[str, IndexDefinition] = found.definitions
        self.indexers: Mapping[str, LoadedIndexer] = found.indexers
        self.store = store
        self._clock = SystemClock()
        self._state: StateStore | None = None
        self._sources: dict[str, SqlSource] = {}
        self._runners: dict[str, IndexRunner] = {}

    @property
    def state(self) -> StateStore:
        """The state store; opening it makes its tables. Raises StateError."""
        if self._state is None:
            self._state = _open_state(self.project)
        return self._state

    def keys(self) -> Keys:
        """What makes and ends API keys; whoever asks closes its store. Raises StateError."""
        url = _resolved(self.project.root, self.project.state_url)
        return bootstrap_access.keys(url, _secret(self.project))

    def judgments(self) -> JudgmentStore:
        """The judgments of every index; whoever asks closes it. Raises StateError."""
        return SqlJudgmentStore(_resolved(self.project.root, self.project.state_url))

    def runner(self, index: str) -> IndexRunner:
        """The runs of one index. Raises UnknownIndex when no indexer fills it."""
        if index not in self._runners:
            self._runners[index] = self._make_runner(index)
        return self._runners[index]

    def schedule(self) -> Schedule:
        """When every indexer is due; not started yet."""
        return Schedule([self.runner(index) for index in sorted(self.indexers)])

    def check(self, index: str) -> list[str]:
        """Run every statement of the indexer once, without reading a row; what it warns of.

        Raises SourceError, SourceUnreachable, or DefinitionError for a column without a field,
        a field without a column, or a line of judgments.csv that is none.
        """
        loaded = self._loaded(index)
        source = self._source(loaded)
        check_fit(loaded, self.definitions[index], source.columns())
        source.check_plans()
        self._golden(index).check()
        return source.warnings()

    def check_curation(self, index: str) -> None:
        """Raises CheckFailed where synonyms.txt or rules.yaml cannot be used."""
        files = CurationFiles(self.project.mappings, {index: self.definitions[index]})
        if found := files.problems(index):
            raise CheckFailed(found)

    def open_engine(self) -> SearchEngine:
        """An engine of one's own to search by; whoever asks closes it."""
        return _engine(self.project)[1]

    def build_suggestions(self, index: str) -> Built:
        """Make the file that completes what is typed in the live version of `index`.

        Raises NotServing, LeaseHeld or an engine's error.
        """
        curations = CurationFiles(self.project.mappings, self.definitions)
        engine = self.open_engine()
        search = SearchService(engine, self.definitions, curations=curations)
        builder = bootstrap_suggestions.builder(self.project, self.store, engine, search)
        return builder.build(index)

    def log_to_console(self) -> None:
        """Let the log reach standard error, as settings.logging says."""
        _log_as_set(self.project)

    def close(self) -> None:
        """End the connections to sources, the engine and the state store."""
        for source in self._sources.values():
            source.close()
        self.store.close()
        if self._state is not None:
            self._state.close()

    def _loaded(self, index: str) -> LoadedIndexer:
        if index not in self.indexers:
            hint = (
                f"add indexers/{index}.py"
                if index in self.definitions
                else nearest(index, self.indexers)
            )
            raise UnknownIndex(f"no indexer fills index '{index}'", hint=hint)
        return self.indexers[index]

    def _source(self, loaded: LoadedIndexer) -> SqlSource:
        indexer = loaded.indexer
        if indexer.index not in self._sources:
            url = _resolved(self.project.root, self.project.settings.sources[indexer.source].url)
            self._sources[indexer.index] = SqlSource(indexer, url, file=loaded.file)
        return self._sources[indexer.index]

    def _make_runner(self, index: str) -> IndexRunner:
        loaded = self._loaded(index)
        definition, source = self.definitions[index], self._source(loaded)
        reader = Reader(loaded.indexer, definition, source, file=str(loaded.file))
        parts = IndexParts(
            loaded.indexer, reader, source, self.store, self.state, self._clock,
            self.project.settings.indexing, self._golden(definition.name),
        )  # fmt: skip
        return IndexRunner(parts, recipe_of(definition, loaded.indexer, loaded.code))

    def _golden(self, index: str) -> GoldenFile:
        file = self.project.mappings / index / FILE_NAME
        return GoldenFile(file, self.open_engine)


def build(project: Project) -> Services:
    """The services of a project. Raises SettingsError, DefinitionError or CheckFailed."""
    _collect_rarely()
    found = read_definitions(project)
    store, _ = _engine(project)
    return Services(project, found, store)


def _open_state(project: Project) -> StateStore:
    return SqlStateStore(_resolved(project.root, project.state_url))


def _collect_rarely() -> None:
    """Let this process look for unreachable cycles less often.

    Rows, documents and hits are many objects at once and form no cycles; to look through them
    at every 700th costs a twelfth of a rebuild.
    """
    gc.set_threshold(50_000, 20, 50)


def _engine(project: Project) -> tuple[IndexStore, SearchEngine]:
    """The write and the read side of the project's engine."""
    settings = project.settings.engine
    if settings.kind != "embedded":
        from searchsvc.engines.elastic.connect import connect  # noqa: PLC0415 - only who has it

        return connect(settings, project.root)
    folder = project.data_dir / "indexes"
    return EmbeddedStore(folder, settings.writer_memory_mb), EmbeddedEngine(folder)


def native_body(definition: IndexDefinition) -> dict[str, Any]:
    """What an index of `definition` is created with on OpenSearch or Elasticsearch."""
    from searchsvc.engines.elastic.schema import body  # noqa: PLC0415 - as above

    return body(Recipe(definition))


def _resolved(root: Path, url: str) -> str:
    """A SQLite file's path is meant from the project's folder, wherever the command runs."""
    prefix = "sqlite:///"
    path = url.removeprefix(prefix)
    if not url.startswith(prefix) or not path or path.startswith((":", "/", "file:")):
        return url
    return f"{prefix}{root / path}"


def propose_project(root: Path, url: str) -> Proposal:
    """What could be indexed of the database at `url`. Raises SourceUnreachable or SourceError."""
    return propose(read_schema(_resolved(root, url)))


def project_files(proposal: Proposal, source: str) -> dict[str, str]:
    """The texts of a proposal's mappings and indexers, by their paths in a project."""
    files = {}
    for index in proposal.indexes:
        files[f"mappings/{index.index}/mapping.yaml"] = render_mapping(index)
        files[f"indexers/{index.index}.py"] = render_indexer(index, source)
    return files


def _log_as_set(project: Project) -> None:
    """Let the log reach standard error, as settings.logging says."""
    configure_logging(project.settings.logging.level, project.settings.logging.format)


def create_worker_app() -> Any:
    """The ASGI app of one worker process, for the project that the server's process named."""
    # Only a process that serves needs the API and its libraries: a third of a command's start.
    from searchsvc.api.app import create_app  # noqa: PLC0415
    from searchsvc.api.services import Relevance, Stores, api_services  # noqa: PLC0415

    project = load(Path(os.environ[PROJECT_VARIABLE]))
    _log_as_set(project)
    found = read_definitions(project)
    store, engine = _engine(project)
    state = _open_state(project)

    curations = CurationFiles(
        project.mappings, found.definitions, project.data_dir / "logs" / "audit.jsonl"
    )
    curations.follow()

    url = _resolved(project.root, project.state_url)
    door = bootstrap_access.door(project, url, _secret(project))
    judgments = SqlJudgmentStore(url)

    compare = bootstrap_relevance.compare_beside(project)

    async def close() -> None:
        door.close()
        compare.close()
        judgments.close()
        curations.close()
        await engine.close()
        state.close()

    _collect_rarely()
    search = SearchService(
        engine, found.definitions, _cursors(project), curations,
        completions=bootstrap_suggestions.completer(project),
        max_cost=project.settings.api.max_cost or None,
    )  # fmt: skip
    stores = Stores(store, state, judgments)
    services = api_services(
        search, stores, curations, project.settings.api, project.data_dir, close,
        Relevance(bootstrap_relevance.room(project), compare),
    )  # fmt: skip
    app = create_app(replace(services, door=door, **_logs(project)))
    # What start-up has made stays to the end, so the collector need not look through it again.
    gc.collect()
    gc.freeze()
    return app


def _logs(project: Project) -> dict[str, Any]:
    """Where searches and events are remembered, if they are; what is too old goes."""
    folder, secret, wanted = project.data_dir / "logs", _secret(project), project.settings.analytics
    for name in (searches.NAME, events.NAME):
        forget(folder, name, wanted.days, datetime.now(UTC).date())
    if not wanted.log:
        return {}
    return {
        "searches": searches.SearchLog(folder, secret, wanted.days),
        "events": events.EventLog(folder, secret, wanted.days),
    }


def _cursors(project: Project) -> Cursors:
    """Cursors that every worker of this installation reads."""
    return Cursors(_secret(project))


def _secret(project: Project) -> bytes:
    given = project.settings.api.secret
    return given.encode() if given else installation_secret(project.data_dir)


def check_address(project: Project, port: int | None) -> Api:
    """The settings to serve with; `port` stands in for api.port.

    Raises SettingsError when nothing can listen there, and for an address that others can reach
    where no key is asked for.
    """
    from searchsvc.api.server import check_port  # noqa: PLC0415 - as above

    settings = project.settings.api
    bootstrap_access.check_keys(project, _resolved(project.root, project.state_url))
    chosen = settings if port is None else msgspec.structs.replace(settings, port=port)
    check_port(chosen.host, chosen.port)
    return chosen


def serve(
    project: Project,
    *,
    port: int | None = None,
    on_started: Callable[[], None] | None = None,
    on_stop: Callable[[], None] | None = None,
) -> None:
    """Serve the project's API until SIGTERM or Ctrl-C. Raises SettingsError or StateError."""
    from searchsvc.api.server import serve as serve_api  # noqa: PLC0415 - as above

    chosen = check_address(project, port)
    # A worker that could not open these would only be started again and again.
    _open_state(project).close()
    _cursors(project)
    os.environ[PROJECT_VARIABLE] = str(project.root)
    with closing(build(project)) as built:
        keeper = bootstrap_suggestions.keeper(project, built.definitions, built.store, built.state)
        ender = bootstrap_relevance.experiment_ender(project)
        tasks = bootstrap_relevance.keeper(project, built.state, SystemClock())
        learner = bootstrap_relevance.learner(project, built.definitions, SystemClock())
        serve_api(
            _WORKER_APP, chosen, project.data_dir,
            on_started=_each(ender.start, tasks.start, learner.start, keeper.start, on_started),
            on_stop=_each(ender.stop, tasks.stop, learner.stop, keeper.stop, on_stop),
        )  # fmt: skip


def _each(*steps: Callable[[], None] | None) -> Callable[[], None]:
    """Takes the steps that there are, one after the other."""

    def all_of_them() -> None:
        for step in steps:
            if step is not None:
                step()

    return all_of_them


def latency_report(project: Project, minutes: int) -> list[dict[str, Any]]:
    """Percentiles in milliseconds by route, index and stage, of the last 1, 5 or 60 minutes."""
    report = LatencyReport(project.data_dir / "latency")
    return [row.in_ms() for row in report.window(minutes)]
