"""An app on fakes: a canned engine, stores in memory, telemetry in a folder of the test's own."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import falcon.testing
import pytest

from searchsvc.api.app import create_app
from searchsvc.api.draining import Draining
from searchsvc.api.services import ApiServices, Stores, api_services
from searchsvc.definitions.curations import CurationFiles
from searchsvc.domain.definition import Field, FieldType, IndexDefinition, Sort
from searchsvc.domain.index import IndexVersion, VersionInfo
from searchsvc.domain.query import FacetSearch, SearchQuery, SuggestQuery
from searchsvc.domain.result import (
    Bucket,
    DocumentResult,
    Facet,
    FacetValues,
    Frequencies,
    Hit,
    HitSuggestion,
    LiveIndex,
    SearchResult,
    SuggestResult,
    UnknownWord,
    ValueSuggestion,
)
from searchsvc.domain.run import Counts, Run, RunKind, RunProgress, RunStatus
from searchsvc.search.service import SearchService
from searchsvc.settings import Api
from searchsvc.stores.memory import MemoryJudgmentStore

MADE = datetime(2026, 8, 23, 10, 15, tzinfo=UTC)
VERSION = IndexVersion("books", MADE, 7)
BOOKS = IndexDefinition(
    name="books",
    fields=(
        Field("title", FieldType.TEXT, weight=4, highlight=True, suggest=True),
        Field("genre", FieldType.KEYWORD, facet=True),
        Field("year", FieldType.NUMBER, sort=True),
        Field("secret", FieldType.TEXT, weight=1, hidden=True),
    ),
    sorts=(("newest", Sort("year", descending=True)),),
)
DUNE = Hit("a/b%c", 2.5, b'{"title":"Dune","year":1965}', {"title": "<mark>Dune</mark>"})


@dataclass
class FakeEngine:
    """Finds Dune, whatever is asked; takes `delay` s, raises `error` when it is set.

    Where they are set, `answers` and `suggests` are what it finds.
    """

    error: Exception | None = None
    serving: bool = True
    held: LiveIndex = field(default_factory=lambda: LiveIndex(VERSION, BOOKS))
    delay: float = 0.0
    asked: list[Any] = field(default_factory=list)
    closed: bool = False
    answers: Callable[[SearchQuery], SearchResult] | None = None
    suggests: SuggestResult | None = None

    def live(self, index: str) -> LiveIndex | None:
        return self.held if self.serving and index == "books" else None

    async def search(self, query: SearchQuery) -> SearchResult:
        self._asked(query)
        await asyncio.sleep(self.delay)
        if self.answers is not None:
            return self.answers(query)
        facets = tuple(Facet(f.field, (Bucket("novel", 1),)) for f in query.facets)
        return SearchResult(VERSION, 1, (DUNE,)[: query.limit], facets)

    async def unknown(self, query: SearchQuery) -> tuple[UnknownWord, ...]:
        return tuple(UnknownWord(term.text) for term in query.terms if term.text == "zebra")

    async def suggest(self, query: SuggestQuery) -> SuggestResult:
        self._asked(query)
        if self.suggests is not None:
            return self.suggests
        values = (ValueSuggestion("genre", "novel", 1, "<mark>no</mark>vel"),)
        hits = (HitSuggestion("a/b%c", "title", "Dune", "<mark>Du</mark>ne"),)
        return SuggestResult(VERSION, values, hits)

    async def facet_values(self, query: FacetSearch) -> FacetValues:
        self._asked(query)
        values = (ValueSuggestion("genre", "novel", 1, "<mark>no</mark>vel"),)
        return FacetValues(VERSION, values, 1, complete=True)

    async def document(self, index: str, id: str) -> DocumentResult | None:
        self._asked((index, id))
        return DocumentResult(VERSION, DUNE) if id == DUNE.id else None

    async def frequencies(
        self, version: IndexVersion, words: Mapping[str, Collection[str]]
    ) -> Frequencies:
        self._asked((version, words))
        return Frequencies(9, {name: dict.fromkeys(some, 2) for name, some in words.items()})

    async def close(self) -> None:
        self.closed = True

    def _asked(self, what: Any) -> None:
        self.asked.append(what)
        if self.error is not None:
            raise self.error


class FakeStore:
    """One live version of the books."""

    def versions(self, index: str) -> list[VersionInfo]:
        info = VersionInfo(VERSION, 42, 1000, "abc", live=True)
        return [info] if index == "books" else []

    def count(self, version: IndexVersion) -> int:
        return 42 if version == VERSION else 0


@dataclass
class FakeState:
    """One finished run, one still running; raises `error` when it is set."""

    error: Exception | None = None
    calls: int = 0
    progress: RunProgress | None = None

    def runs(self, index: str | None = None, limit: int = 50) -> list[Run]:
        self.calls += 1
        if self.error is not None:
            raise self.error
        first = Run(
            1, "books", RunKind.REBUILD, VERSION.name, RunStatus.SUCCEEDED, MADE,
            MADE.replace(minute=16), Counts(read=42, indexed=42), "boom\nSELECT secret",
        )  # fmt: skip
        running = {"status": RunStatus.RUNNING, "finished": None, "progress": self.progress}
        second = replace(first, id=2, error="", **running)
        return [second, first][:limit] if index in (None, "books") else []

    def run(self, id: int) -> Run | None:
        return next((run for run in self.runs() if run.id == id), None)

    def dead_letter_count(self, index: str) -> int:
        return 3 if index == "books" else 0

    def watermark(self, version: str) -> int | None:
        return 1_000_000 if version == VERSION.name else None


@dataclass
class App:
    """The client of an app, and the fakes behind it."""

    client: falcon.testing.TestClient
    engine: FakeEngine
    state: FakeState
    services: ApiServices
    data_dir: Path


@pytest.fixture
def api(tmp_path: Path) -> Iterator[App]:
    """An app that serves the books and defines the songs."""
    engine, state = FakeEngine(), FakeState()
    defined = {"books": BOOKS, "songs": replace(BOOKS, name="songs")}
    (tmp_path / "mappings" / "books").mkdir(parents=True)
    curations = CurationFiles(tmp_path / "mappings", defined, tmp_path / "logs" / "audit.jsonl")
    search = SearchService(engine, defined, curations=curations)
    stores = Stores(FakeStore(), state, MemoryJudgmentStore())
    api = Api(slow_ms=250, cache_ms=0)
    services = api_services(search, stores, curations, api, tmp_path, close=engine.close)
    services = replace(services, draining=Draining(tmp_path / "run", 1))
    client = falcon.testing.TestClient(create_app(services))
    yield App(client, engine, state, services, tmp_path)
    services.slow_log.close()
    services.latency.close()
