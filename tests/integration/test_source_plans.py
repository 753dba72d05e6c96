"""Statements that would read a large table for every page are refused before they run."""

from pathlib import Path

import pytest

from searchsvc.errors import SourceError
from searchsvc.indexing import Indexer, Join
from searchsvc.sources.sql import SqlSource

ROWS = 2_000
PAGE = 50


@pytest.fixture
def shop(scratch, table):
    """Products with an index on their watermark, tags without any, brands with a key."""
    scratch.run(
        f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, name VARCHAR(20), brand_id INTEGER,"
        f" updated_at DATETIME, touched_at DATETIME)",
        f"CREATE INDEX {table}_u ON {table} (updated_at, id)",
        f"CREATE TABLE {table}_tags (product_id INTEGER, tag VARCHAR(20), at DATETIME)",
        f"CREATE TABLE {table}_brands (id INTEGER PRIMARY KEY, name VARCHAR(20))",
        f"CREATE TABLE {table}_few (product_id INTEGER, tag VARCHAR(20))",
    )
    at = "2026-01-01 10:00:00"
    scratch.insert(table, [(n, f"name {n % 7}", n % 9, at, at) for n in range(ROWS)])
    scratch.insert(f"{table}_tags", [(n, "tag", at) for n in range(ROWS)])
    scratch.insert(f"{table}_brands", [(n, "brand") for n in range(9)])
    scratch.insert(f"{table}_few", [(n, "tag") for n in range(20)])
    if scratch.is_mysql:
        scratch.run(f"ANALYZE TABLE {table}, {table}_tags, {table}_few")
    return table


def check(scratch, sql: str, **options) -> None:
    """Check the plans of an indexer with that SQL."""
    options.setdefault("key", "id")
    indexer = Indexer("things", "shop", sql, page_size=PAGE, **options)
    source = SqlSource(indexer, scratch.url, file=Path("indexers/things.py"))
    try:
        source.check_plans()
    finally:
        source.close()


def join(sql: str, **options) -> Join:
    """A join named tags."""
    return Join("tags", sql=sql, **options)


GOOD = {
    "a table": ("SELECT * FROM {t}", {}),
    "a watermark with an index": ("SELECT * FROM {t}", {"watermark": "updated_at"}),
    "a condition": ("SELECT id, name FROM {t} WHERE name <> 'x'", {}),
    "a key's look-up in another table": (
        "SELECT p.id, b.name FROM {t} p LEFT JOIN {t}_brands b ON b.id = p.brand_id",
        {},
    ),
    "a join by key": (
        "SELECT id, brand_id FROM {t}",
        {"joins": [join("SELECT id AS _id, name AS value FROM {t}_brands WHERE id IN :ids",
                        on="brand_id")]},
    ),
    "a join through a few rows": (
        "SELECT id FROM {t}",
        {"joins": [join("SELECT product_id AS _id, tag AS value FROM {t}_few"
                        " WHERE product_id IN :ids ORDER BY tag")]},
    ),
    "a small table however it is read": (
        "SELECT product_id AS id, COUNT(*) AS n FROM {t}_few GROUP BY product_id",
        {},
    ),
}  # fmt: skip


def filled(options: dict, table: str) -> dict:
    """The options with the table's name in every statement."""
    joins = [
        Join(j.name, sql=j.sql.format(t=table), on=j.on, changed=j.changed.format(t=table))
        for j in options.get("joins", [])
    ]
    changed = [sql.format(t=table) for sql in options.get("changed", [])]
    return {**options, "joins": joins, "changed": changed}


@pytest.mark.parametrize("case", GOOD)
def test_reads_by_an_index_pass(scratch, shop, case) -> None:
    """Keys, indexed watermarks, and small tables."""
    sql, options = GOOD[case]
    check(scratch, sql.format(t=shop), **filled(options, shop))


BAD = {
    "a watermark without an index": (
        "SELECT * FROM {t}",
        {"watermark": "touched_at"},
        r"changed rows: every read goes through all of .*add an index on \(touched_at, id\)",
    ),
    "a group around the rows": (
        "SELECT name AS id, COUNT(*) AS n FROM {t} GROUP BY name",
        {},
        "sql: every read (goes through all of|sorts).*no GROUP BY",
    ),
    "a key that is computed": (
        "SELECT id + 0 AS id, name FROM {t}",
        {},
        r"sql: every read (goes through all of|sorts).*index on \(id\)",
    ),
    "a join without an index": (
        "SELECT id FROM {t}",
        {"joins": [join("SELECT product_id AS _id, tag AS value FROM {t}_tags"
                        " WHERE product_id IN :ids")]},
        "join 'tags': every read goes through all of .*compares with :ids",
    ),
    "a changed statement without an index": (
        "SELECT id FROM {t}",
        {"changed": ["SELECT product_id FROM {t}_tags WHERE at >= :since"]},
        "changed 1: every read goes through all of .*:since",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_reads_of_everything_are_refused(scratch, shop, case) -> None:
    """With the file, the statement and the remedy."""
    sql, options, message = BAD[case]
    with pytest.raises(SourceError, match=rf"indexers/things\.py.*{message}"):
        check(scratch, sql.format(t=shop), **filled(options, shop))


def test_an_empty_table_has_no_plan(scratch, table) -> None:
    """Nothing can be told yet, so nothing is refused."""
    scratch.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, at DATETIME)")
    check(scratch, f"SELECT * FROM {table}", watermark="at")
