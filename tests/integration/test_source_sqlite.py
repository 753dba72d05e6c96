"""What only SQLite has: files that are missing, locked or no database, and times as text."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL

from searchsvc.errors import SourceError, SourceUnreachable
from searchsvc.indexing import Indexer
from searchsvc.sources.pydocs import build_pydocs
from searchsvc.sources.sql import SqlSource

INSTANT = 1_772_359_200_500_000  # 2026-03-01T10:00:00.5Z


def _source(scratch, sql: str, **options) -> SqlSource:
    options.setdefault("key", "id")
    indexer = Indexer(index="things", source="shop", sql=sql, **options)
    return SqlSource(indexer, scratch.url, file=Path("indexers/things.py"))


@pytest.mark.parametrize(
    "stored",
    [
        "2026-03-01 10:00:00",
        "2026-03-01 10:00:00.500",
        "2026-03-01T10:00:00.500Z",
        "2026-03-01T10:00:00Z",
        "2026-03-01T10:00:00.500000+00:00",
        1_772_359_200.5,
        1_772_359_200,
        1_772_359_200_500,
    ],
)
def test_times_as_sqlite_keeps_them(sqlite, stored):
    """ISO text of every shape and epoch numbers of every unit are compared as times."""
    sqlite.run("CREATE TABLE t (id INTEGER PRIMARY KEY, at)")
    sqlite.insert("t", [(1, stored)])
    source = _source(sqlite, "SELECT id, at FROM t", watermark="at")

    assert list(source.changed(INSTANT)) == [["1"]]
    assert list(source.changed(INSTANT + 1_000_000)) == []
    source.close()


@pytest.mark.parametrize("stored", ["yesterday", "2026-03-01T10:00:00+02:00", 1e30])
def test_watermarks_that_are_no_times(sqlite, stored):
    """What cannot be compared with a time is an error that shows the value."""
    sqlite.run("CREATE TABLE t (id INTEGER PRIMARY KEY, at)")
    sqlite.insert("t", [(1, stored)])
    source = _source(sqlite, "SELECT id, at FROM t", watermark="at")

    with pytest.raises(SourceError, match="the watermark column 'at' holds"):
        list(source.changed(0))
    source.close()


def test_a_missing_file_is_not_created(sqlite, tmp_path):
    """A path without a file is unreachable, and stays without one."""
    source = _source(sqlite, "SELECT 1 AS id")

    with pytest.raises(SourceUnreachable, match="unable to open"):
        source.page(None, 1)

    assert list(tmp_path.iterdir()) == []
    source.close()


def test_a_file_that_is_no_database(sqlite, tmp_path):
    """Another kind of file is the operator's error."""
    (tmp_path / "source.db").write_text("no database at all, though long enough to be read " * 20)
    source = _source(sqlite, "SELECT id FROM t")

    with pytest.raises(SourceError, match="not a database"):
        source.page(None, 1)
    source.close()


def test_a_source_writes_nothing(tmp_path):
    """A path with odd characters opens, and reading leaves the file as it was."""
    odd = tmp_path / "a b%20#é?.db"
    with closing(sqlite3.connect(odd)) as connection:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)")
        connection.execute("INSERT INTO t VALUES (3)")
        connection.commit()
    before = odd.read_bytes()
    url = URL.create("sqlite", database=str(odd)).render_as_string()
    source = SqlSource(Indexer("i", "s", "SELECT id FROM t", "id"), url)

    assert list(source.page(None, 5).by_id) == ["3"]
    assert odd.read_bytes() == before
    source.close()


def test_the_demos_database(tmp_path):
    """The interpreter's documentation: thousands of rows, and triggers that tell of changes."""
    path = tmp_path / "pydocs.db"
    rows = build_pydocs(path)

    with closing(sqlite3.connect(path)) as connection:
        one = connection.execute
        names = {name for (name,) in one("SELECT qualified_name FROM objects")}
        assert {"json.load", "os.path.join", "asyncio.gather", "re.compile"} <= names
        assert "concurrent.futures.ThreadPoolExecutor" in names
        tables = ("modules", "objects", "topics")
        counts = [one(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in tables]
        assert sum(counts) == rows > 5000
        old = one("SELECT updated_at FROM objects WHERE qualified_name = 'json.load'").fetchone()
        one("UPDATE objects SET doc = 'new' WHERE qualified_name = 'json.load'")
        new = one("SELECT updated_at FROM objects WHERE qualified_name = 'json.load'").fetchone()
        assert new > old
        one("DELETE FROM topics WHERE name = 'with'")
        assert one("SELECT COUNT(*) FROM deletions").fetchone() == (1,)
    assert [p.name for p in tmp_path.iterdir()] == ["pydocs.db"]


def test_building_twice_gives_the_same_ids(tmp_path):
    """Ids do not depend on the run, so a rebuilt demo keeps its documents' addresses."""
    found = []
    for name in ("a.db", "b.db"):
        build_pydocs(tmp_path / name)
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            sql = "SELECT id, qualified_name, signature, doc FROM objects ORDER BY id"
            found.append(connection.execute(sql).fetchall())
    assert found[0] == found[1]
