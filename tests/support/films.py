"""A few dozen films on the memory engine, and an app that serves them, for tests over HTTP."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from searchsvc.access.keyring import Keyring
from searchsvc.access.secret import Sealer
from searchsvc.api.app import create_app
from searchsvc.api.services import ApiServices, Stores, api_services
from searchsvc.definitions.curations import CurationFiles
from searchsvc.domain.definition import Cut, Field, FieldType, Groups, IndexDefinition, Sort
from searchsvc.domain.document import Document, digest
from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.engines.memory import MemoryEngine, MemoryStore
from searchsvc.search.service import SearchService
from searchsvc.settings import Api
from searchsvc.stores.judgments import SqlJudgmentStore
from searchsvc.stores.keys import SqlKeyStore
from searchsvc.stores.sql import SqlStateStore
from searchsvc.telemetry.events import EventLog
from searchsvc.telemetry.searches import SearchLog
from tests.support.keys import SECRET

FILMS = IndexDefinition(
    name="films",
    fields=(
        Field("title", FieldType.TEXT, weight=8, suggest=True, highlight=True),
        Field("plot", FieldType.TEXT, weight=1, snippet=30, highlight=True),
        Field("genre", FieldType.KEYWORD, weight=2, facet=True, suggest=True),
        Field("country", FieldType.KEYWORD, facet=True),
        Field("year", FieldType.NUMBER, facet=True, cut=Cut(width=10.0), sort=True),
        Field("shelf", FieldType.PATH, facet=True, separator=" > "),
        Field("restored", FieldType.BOOL, facet=True),
    ),
    sorts=(("newest", Sort("year", descending=True)), ("oldest", Sort("year"))),
    groups=Groups(fields=("country", "genre")),
)


REELS = IndexDefinition(
    name="films",
    fields=(
        Field("title", FieldType.TEXT, weight=8, highlight=True),
        Field("series", FieldType.KEYWORD),
        Field("note", FieldType.TEXT, weight=1, hidden=True),
        Field("vault", FieldType.GEO),
    ),
    sorts=(("closest", Sort("vault")),),
    groups=Groups(fields=("series",), default="series"),
)


class _Clock:
    """The time of this host."""

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)


_WORDS = ("Night", "River", "Garden", "Winter", "Harbour", "Lantern", "Orchard", "Station")
_GENRES = ("Drama", "Comedy", "Documentary", "Thriller")
_COUNTRIES = ("France", "Japan", "Kenya")
_PLOTS = (
    "A keeper of lanterns walks the {0} every evening until a stranger asks for the way.",
    "Two sisters inherit a house by the {0} and find that the neighbours know more than they say.",
    "What grows at the edge of the {0} when nobody looks: a year told in four seasons.",
)


def films() -> list[dict[str, Any]]:
    """48 films with repeated genres, countries and years, and one that tries to be markup."""
    made = [
        {
            "title": f"The {word} of {_WORDS[(n + shift) % 8]}s",
            "plot": _PLOTS[n % 3].format(word.lower()),
            "genre": _GENRES[(n + shift) % 4],
            "country": _COUNTRIES[(n + shift) % 3],
            "year": 1950 + 7 * shift + n,
            "shelf": f"Archive {shift % 2} > Box {n}",
            "restored": n % 2 == 0,
        }
        for shift in range(1, 7)
        for n, word in enumerate(_WORDS)
    ]
    made[0]["title"] = "The Night of <img src=x onerror=alert(1)> Rivers"
    return made


def reels() -> list[dict[str, Any]]:
    """1,010 reels of as many series, and one more of the first."""
    made = [{"title": f"Reel {n}", "series": f"series-{n:04}"} for n in range(1, 1011)]
    again = {"title": "Reel 1, again", "series": "series-0001", "note": "nitrate"}
    return [*made, again]


def film_engine(
    definition: IndexDefinition = FILMS, rows: Sequence[dict[str, Any]] = ()
) -> tuple[MemoryStore, MemoryEngine]:
    """A store with one live version of the films, or others, and the engine that searches it."""
    store = MemoryStore()
    version = IndexVersion.new("films", datetime(2026, 8, 23, 10, 15, tzinfo=UTC), 1)
    store.create(version, Recipe(definition))
    with store.writer(version) as writer:
        writer.write([_document(n, film) for n, film in enumerate(rows or films(), 1)])
        writer.commit()
    store.swap(version)
    return store, MemoryEngine(store)


def film_services(
    data_dir: Path, definition: IndexDefinition = FILMS, rows: Sequence[dict[str, Any]] = ()
) -> ApiServices:
    """The services of an app that serves the films, or others."""
    store, engine = film_engine(definition, rows)
    state = SqlStateStore(f"sqlite:///{data_dir / 'state.db'}", _Clock())

    judgments = SqlJudgmentStore(f"sqlite:///{data_dir / 'state.db'}")

    async def close() -> None:
        await engine.close()
        judgments.close()
        state.close()

    (data_dir / "mappings" / "films").mkdir(parents=True, exist_ok=True)
    curations = CurationFiles(data_dir / "mappings", {"films": definition})
    search = SearchService(engine, {"films": definition}, curations=curations)
    services = api_services(
        search,
        Stores(store, state, judgments),
        curations,
        Api(edit=True, cache_ms=0),
        data_dir,
        close,
    )
    logs, secret = data_dir / "logs", b"films" * 8
    return replace(
        services, searches=SearchLog(logs, secret, 30), events=EventLog(logs, secret, 30)
    )


def create_film_app() -> Any:
    """The app of one worker; its data folder is in FILMS_DATA."""
    return create_app(film_services(Path(os.environ["FILMS_DATA"])))


def create_guarded_film_app() -> Any:
    """The same app, which asks for the keys that lie in that folder."""
    folder = Path(os.environ["FILMS_DATA"])
    keyring = Keyring(SqlKeyStore(f"sqlite:///{folder / 'keys.db'}"), Sealer(SECRET))
    keyring.look()
    return create_app(replace(film_services(folder), door=keyring))


def create_reel_app() -> Any:
    """An app whose films are reels, one hit for each series."""
    return create_app(film_services(Path(os.environ["FILMS_DATA"]), REELS, reels()))


def _document(number: int, film: dict[str, Any]) -> Document:
    source = orjson.dumps(film)
    return Document(f"film/{number}", 1, film, source, digest(source))
