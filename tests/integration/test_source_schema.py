"""From a schema to definitions that work unchanged, on MySQL and on SQLite."""

import pytest
from sqlalchemy import make_url

from searchsvc.definitions.indexers import read_indexer
from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.geo import Point
from searchsvc.errors import SourceError, SourceUnreachable
from searchsvc.indexing.converters import compile_converters
from searchsvc.sources.proposal import propose
from searchsvc.sources.rendering import render_indexer, render_mapping
from searchsvc.sources.schema import ColumnKind, read_schema
from searchsvc.sources.sql import SqlSource

TABLES = [
    "CREATE TABLE Artist (ArtistId INTEGER PRIMARY KEY, Name VARCHAR(120))",
    """CREATE TABLE Album (AlbumId INTEGER PRIMARY KEY, Title VARCHAR(160) NOT NULL,
       ArtistId INTEGER NOT NULL, FOREIGN KEY (ArtistId) REFERENCES Artist (ArtistId))""",
    """CREATE TABLE Track (TrackId INTEGER PRIMARY KEY, Name VARCHAR(200), AlbumId INTEGER,
       UnitPrice NUMERIC(10,2), notes TEXT, gain REAL, loud DOUBLE,
       FOREIGN KEY (AlbumId) REFERENCES Album (AlbumId))""",
    "CREATE TABLE Playlist (PlaylistId INTEGER PRIMARY KEY, Name VARCHAR(120))",
    """CREATE TABLE PlaylistTrack (PlaylistId INTEGER, TrackId INTEGER,
       PRIMARY KEY (PlaylistId, TrackId),
       FOREIGN KEY (PlaylistId) REFERENCES Playlist (PlaylistId),
       FOREIGN KEY (TrackId) REFERENCES Track (TrackId))""",
    """CREATE TABLE `order` (region INTEGER, `key` VARCHAR(9), `the name` VARCHAR(30), deleted_at
       DATETIME, last_update DATETIME, PRIMARY KEY (`key`, region))""",
    "CREATE TABLE log (line VARCHAR(200))",
    """CREATE TABLE shop (id INTEGER PRIMARY KEY, name VARCHAR(30), Latitude DECIMAL(9,6),
       Longitude DECIMAL(9,6), depot_lat DOUBLE, depot_lng DOUBLE)""",
    "INSERT INTO shop VALUES (1, 'Berlin', 52.52, 13.405, NULL, 13.5)",
    "INSERT INTO Artist VALUES (12, 'Black Sabbath')",
    "INSERT INTO Album VALUES (16, 'Paranoid', 12)",
    """INSERT INTO Track VALUES (1, 'Iron Man', 16, 0.99, 'long', 0.5, 2),
       (2, 'Alone', NULL, 1, NULL, NULL, NULL)""",
    "INSERT INTO Playlist VALUES (1, 'Music'), (2, 'Metal')",
    "INSERT INTO PlaylistTrack VALUES (1, 1), (2, 1)",
    "INSERT INTO `order` VALUES (1, 'a', 'first', NULL, '2026-01-01 00:00:00')",
]


@pytest.fixture
def filled(scratch):
    """The tables, made once in each database."""
    if not scratch.is_mysql or not scratch.value(
        "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()"
    ):
        scratch.run(*TABLES)
    return scratch


def test_every_proposal_works_unchanged(filled, tmp_path):
    """Mapping and indexer of each table load, fit each other, and make documents of its rows."""
    proposal = propose(read_schema(filled.url))
    sources = {}
    for index in proposal.indexes:
        definition = parse_mapping(index.index, render_mapping(index))
        file = tmp_path / f"{index.index}.py"
        file.write_text(render_indexer(index, "shop"))
        indexer = read_indexer(file, [index.index], ["shop"]).indexer
        source = SqlSource(indexer, filled.url, file=file)
        assert set(source.columns()) == {field.name for field in definition.fields}
        convert = compile_converters(definition)
        rows = source.page(None, 10).by_id
        sources[index.index] = {id: convert(row)[0] for id, row in rows.items()}
        source.close()

    assert sources["track"]["1"]["artist"] == "Black Sabbath"
    assert sources["track"]["1"]["album"] == "Paranoid"
    assert sources["track"]["1"]["playlists"] == ["Metal", "Music"]
    assert "album" not in sources["track"]["2"]
    assert sources["album"]["16"]["artist"] == "Black Sabbath"
    assert sources["order"]["a~1"]["the_name"] == "first"
    assert sources["shop"]["1"] == {"id": "1", "name": "Berlin", "location": Point(52.52, 13.405)}
    assert set(sources) == {"artist", "album", "track", "playlist", "order", "shop"}
    assert [line.partition(":")[0] for line in proposal.skipped] == ["PlaylistTrack", "log"]


def test_what_a_schema_tells(filled):
    """Keys come in the key's order; watermark, soft delete and a missing index are seen."""
    tables = {table.name: table for table in read_schema(filled.url)}
    order = tables["order"]

    assert order.key == ("key", "region")
    assert (order.watermark, order.watermark_indexed) == ("last_update", False)
    assert order.soft_delete == "deleted_at"
    assert order.column("the name").sql != "the name"
    assert tables["Track"].column("notes").kind is ColumnKind.LONG_TEXT
    assert tables["Track"].column("UnitPrice").sql == "UnitPrice"
    assert tables["Track"].column("gain").kind is ColumnKind.NUMBER
    assert tables["Track"].column("loud").kind is ColumnKind.NUMBER
    assert [key.table for key in tables["PlaylistTrack"].foreign_keys] == ["Playlist", "Track"]
    warnings = next(i.warnings for i in propose([order]).indexes)
    assert "CREATE INDEX" in warnings[0]


def test_the_watermark_that_the_database_keeps(mysql, table):
    """On MySQL, ON UPDATE CURRENT_TIMESTAMP tells the watermark whatever its name."""
    mysql.run(
        f"CREATE TABLE {table} (id INT PRIMARY KEY, name VARCHAR(9), updated_at DATETIME,"
        " flag TINYINT(1), kind ENUM('a','b'), extra JSON, seen BIT(1), body BLOB,"
        " place POINT, area POLYGON,"
        " touched TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, KEY (touched))"
    )
    found = next(t for t in read_schema(mysql.url) if t.name == table)
    mysql.run(f"DROP TABLE {table}")

    assert (found.watermark, found.watermark_indexed) == ("touched", True)
    kinds = {column.name: column.kind for column in found.columns}
    assert kinds["flag"] is kinds["seen"] is ColumnKind.BOOL
    assert kinds["kind"] is ColumnKind.CHOICE
    assert kinds["place"] is ColumnKind.POINT
    assert kinds["body"] is kinds["area"] is ColumnKind.OTHER


def test_a_server_without_a_database_is_told(mysql, table):
    """With the databases that the account sees."""
    mysql.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY)")
    url = make_url(mysql.url)
    server = url.set(database="").render_as_string(hide_password=False)
    with pytest.raises(SourceError, match=f"names no database; add one .*{url.database}"):
        read_schema(server)


def test_a_password_with_a_bare_sign_is_told_and_not_shown():
    """What would be taken for a host must not come back in a message."""
    with pytest.raises(SourceError, match="more than one '@'; write special") as caught:
        read_schema("mysql://reader:half@secret/tail@127.0.0.1:3306/shop")
    assert "secret" not in str(caught.value)
    assert "tail" not in str(caught.value)


def test_a_schema_that_cannot_be_reached(tmp_path):
    """A missing file is unreachable, not an empty schema."""
    with pytest.raises(SourceUnreachable):
        read_schema(f"sqlite:///{tmp_path / 'none.db'}")
