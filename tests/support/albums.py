"""Two indexes as strangers have them: names in humps, long words, values that repeat a title."""

from datetime import UTC, datetime
from typing import Any

import orjson

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.document import Document, digest
from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.engines.memory import MemoryEngine, MemoryStore
from tests.support.app import app_for

LONG = "Llanfairpwllgwyngyll" * 12
ALBUMS = IndexDefinition(
    name="albums",
    fields=(
        Field("Title", FieldType.TEXT, weight=8, suggest=True, highlight=True),
        Field("Notes", FieldType.TEXT, weight=1, snippet=30),
        Field("Artist", FieldType.KEYWORD, weight=2, facet=True, suggest=True),
        Field("BandName", FieldType.KEYWORD, facet=True),
        Field("BillingCity", FieldType.KEYWORD, facet=True),
        Field("RecordedLive", FieldType.BOOL, facet=True),
    ),
)
ARTISTS = IndexDefinition(
    name="artists", fields=(Field("Name", FieldType.TEXT, weight=1, suggest=True),)
)


def albums() -> list[dict[str, Any]]:
    """15 albums of 15 cities; one is named as its band, one has no word that can be broken."""
    made = [
        {
            "Title": f"Album {n:02}", "Artist": f"Singer {n:02}", "BandName": f"Singer {n:02}",
            "BillingCity": f"City {n:02}", "RecordedLive": n % 2 == 0,
        }
        for n in range(13)
    ]  # fmt: skip
    band = {"Artist": "Black Sabbath", "BandName": "Black Sabbath", "RecordedLive": False}
    return [
        *made,
        {"Title": "Black Sabbath", "BillingCity": "Birmingham", **band},
        {"Title": LONG, "Notes": f"{LONG} notes", "BillingCity": LONG, **band},
    ]


def create_album_app() -> Any:
    """The app of one worker that serves both indexes."""
    store = MemoryStore()
    _serve(store, ALBUMS, albums())
    _serve(store, ARTISTS, [{"Name": "Black Sabbath"}])
    return app_for(store, MemoryEngine(store), ALBUMS, ARTISTS)


def _serve(store: MemoryStore, definition: IndexDefinition, rows: list[dict[str, Any]]) -> None:
    version = IndexVersion.new(definition.name, datetime(2026, 8, 23, 10, 15, tzinfo=UTC), 1)
    store.create(version, Recipe(definition))
    with store.writer(version) as writer:
        writer.write([_document(n, row) for n, row in enumerate(rows, 1)])
        writer.commit()
    store.swap(version)


def _document(number: int, row: dict[str, Any]) -> Document:
    source = orjson.dumps(row)
    return Document(str(number), 1, row, source, digest(source))
