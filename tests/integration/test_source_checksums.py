"""What the database sums up is what its rows carry, on MySQL and on SQLite alike."""

from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest

from searchsvc.domain.document import Tally
from searchsvc.indexing import Indexer, Join
from searchsvc.sources.sql import SqlSource

BIG = 2**53


def source_of(scratch, sql: str, **options) -> SqlSource:
    """A source of that SQL, keyed by `id` unless told otherwise."""
    options.setdefault("key", "id")
    indexer = Indexer(index="things", source="shop", sql=sql, **options)
    return SqlSource(indexer, scratch.url, file=Path("indexers/things.py"))


def carried(source: SqlSource, width: int) -> dict[int, Tally]:
    """The tallies that the marks of all rows add up to."""
    sums: dict[int, list[int]] = defaultdict(list)
    after, limit = None, 3
    while True:
        rows = source.page(after, limit)
        for mark in rows.marks.values():
            sums[mark.slot // width].append(mark.checksum)
        if len(rows.by_id) < limit:
            return {bucket: Tally(len(some), sum(some)) for bucket, some in sums.items()}
        after = rows.last


KEYS = {
    "integers": ("BIGINT", [1, 2, 5, 900, 10_000]),
    "negative integers": ("BIGINT", [-(2**62), -21, -20, -11, -10, -7, -1, 0, 3, 9, 10, 11]),
    "integers beyond a double": ("BIGINT", [BIG - 1, BIG, BIG + 1, BIG + 2]),
    "small integers": ("SMALLINT", [-300, -1, 0, 7, 299]),
    "text": ("VARCHAR(80)", ["", "!", "10", "2", "a b", "Ünï", "日本", "😀"]),
}


@pytest.mark.parametrize("width", [1, 10, 2**24])
@pytest.mark.parametrize("case", KEYS)
def test_tallies_are_the_sums_of_marks(scratch, table, case, width) -> None:
    """Whatever the key, the database's sums by bucket and those of the rows read agree."""
    kind, keys = KEYS[case]
    scratch.run(f"CREATE TABLE {table} (id {kind} PRIMARY KEY, n INTEGER)")
    scratch.insert(table, [(key, n) for n, key in enumerate(keys)])
    source = source_of(scratch, f"SELECT id, n FROM {table}")

    tallies = source.tallies(width)

    assert tallies == carried(source, width)
    assert sum(tally.count for tally in tallies.values()) == len(keys)
    low, high = source.span()
    assert all(low // width <= bucket <= high // width for bucket in tallies)
    source.close()


def test_listings_give_each_row_of_the_buckets(scratch, table) -> None:
    """Ids and checksums of the buckets asked for, and of no other."""
    scratch.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, n INTEGER)")
    scratch.insert(table, [(n, n) for n in range(-5, 30)])
    source = source_of(scratch, f"SELECT id, n FROM {table}")
    marks = source.rows([str(n) for n in range(-5, 30)]).marks

    listed = {id: c for some in source.checksums(10, [-1, 2]) for id, c in some.items()}

    assert set(listed) == {str(n) for n in (*range(-5, 0), *range(20, 30))}
    assert listed == {id: marks[id].checksum for id in listed}
    assert list(source.checksums(10, [])) == []
    source.close()


def test_composite_keys(scratch, table) -> None:
    """A key of several columns has a slot too."""
    scratch.run(f"CREATE TABLE {table} (a INTEGER, b VARCHAR(20), PRIMARY KEY (a, b))")
    scratch.insert(table, [(1, "a"), (1, "b~c"), (2, "%"), (10, ""), (10, "é")])
    source = source_of(scratch, f"SELECT a, b FROM {table}", key=("a", "b"))
    assert source.tallies(2**28) == carried(source, 2**28)
    assert len({mark.slot for mark in source.page(None, 10).marks.values()}) == 5
    source.close()


VALUES = [
    ("name", "'a'", "'b'"),
    ("name", "NULL", "''"),
    ("name", "'a'", "'A'"),
    ("name", "'a'", "'a '"),
    ("name", "'1'", "NULL"),
    ("n", "1", "NULL"),
    ("n", "0", "1"),
    ("price", "1.5", "1.25"),
    ("at", "'2026-01-01 10:00:00'", "'2026-01-01 10:00:01'"),
]


@pytest.mark.parametrize(("column", "before", "after"), VALUES)
def test_any_change_changes_the_checksum(scratch, table, column, before, after) -> None:
    """A silent update shows in the bucket's sum; putting it back restores the sum."""
    at = "DATETIME(6)" if scratch.is_mysql else "TEXT"
    scratch.run(
        f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, name VARCHAR(20), n INTEGER,"
        f" price DOUBLE, at {at})",
        f"INSERT INTO {table} (id, {column}) VALUES (1, {before})",
    )
    source = source_of(scratch, f"SELECT * FROM {table}")
    was = source.tallies(10)
    scratch.run(f"UPDATE {table} SET {column} = {after}")
    assert source.tallies(10) != was
    scratch.run(f"UPDATE {table} SET {column} = {before}")
    assert source.tallies(10) == was == carried(source, 10)
    source.close()


def test_long_values_count_to_their_ends(scratch, table) -> None:
    """What the rows carry is what the database sums up, whatever the length."""
    scratch.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, body TEXT)")
    scratch.insert(table, [(n, "ä'\"\\" * 500 + "x" * n) for n in range(5)])
    source = source_of(scratch, f"SELECT * FROM {table}")
    assert source.tallies(1) == carried(source, 1)
    assert len({tally.checksum for tally in source.tallies(1).values()}) == 5
    source.close()


def test_a_moved_point_changes_the_checksum(mysql, table) -> None:
    """And the sums of rows read are those of the database."""
    mysql.run(
        f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, at POINT)",
        f"INSERT INTO {table} VALUES (1, ST_GeomFromText('POINT(1 2)')), (2, NULL)",
    )
    source = source_of(mysql, f"SELECT * FROM {table}")
    was = source.tallies(10)
    assert was == carried(source, 10)
    mysql.run(f"UPDATE {table} SET at = ST_GeomFromText('POINT(1 3)') WHERE id = 1")
    assert source.tallies(10) != was
    assert source.tallies(10) == carried(source, 10)
    source.close()


def test_values_in_other_columns_differ(scratch, table) -> None:
    """A value that moves to the next column is another row."""
    scratch.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, a VARCHAR(9), b VARCHAR(9))")
    scratch.insert(table, [(1, "x", None), (2, None, "x"), (3, "x", ""), (4, "", "x")])
    source = source_of(scratch, f"SELECT a, b, id * 0 AS same, id FROM {table}")
    sums = {mark.checksum for mark in source.page(None, 10).marks.values()}
    assert len(sums) == 4
    source.close()


SOFT = {
    "a number": ("INTEGER", [None, 0, 1, -1], {"1", "2"}),
    "a date": ("DATETIME", [None, datetime(2026, 1, 1), datetime(1970, 1, 1), None], {"1", "4"}),  # noqa: DTZ001
    "a text": ("VARCHAR(9)", [None, "", "0", "x"], {"1", "2"}),
}


@pytest.mark.parametrize("case", SOFT)
def test_hidden_rows_are_left_out(scratch, table, case) -> None:
    """What Python takes for true in the soft-delete column hides the row here too."""
    kind, values, visible = SOFT[case]
    scratch.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, gone {kind})")
    rows = [(n, str(v) if isinstance(v, datetime) else v) for n, v in enumerate(values, 1)]
    scratch.insert(table, rows)
    source = source_of(scratch, f"SELECT id, gone FROM {table}", soft_delete="gone")

    listed = {id for some in source.checksums(10, [0]) for id in some}

    assert listed == visible
    assert listed == {id for id, row in source.page(None, 10).by_id.items() if not row["gone"]}
    assert source.tallies(10)[0].count == len(visible)
    source.close()


@pytest.fixture
def joined(scratch, table):
    """Products with a brand each and some tags, and the source that joins them."""
    scratch.run(
        f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, brand_id INTEGER)",
        f"CREATE TABLE {table}_b (id INTEGER PRIMARY KEY, name VARCHAR(20))",
        f"CREATE TABLE {table}_t (product_id INTEGER, tag VARCHAR(20), extra VARCHAR(20))",
    )
    scratch.insert(table, [(1, 1), (2, 1), (3, 2), (4, None)])
    scratch.insert(f"{table}_b", [(1, "Nike: run"), (2, None)])
    scratch.insert(f"{table}_t", [(1, "x", "a"), (1, "y", None), (3, "x", "a"), (9, "z", "")])
    source = source_of(
        scratch,
        f"SELECT id, brand_id FROM {table}",
        joins=[
            Join(
                "brand",
                sql=f"SELECT id AS _id, name AS value FROM {table}_b WHERE id IN :ids",
                on="brand_id",
                one=True,
            ),
            Join(
                "tags",
                sql=f"SELECT product_id AS _id, tag, extra FROM {table}_t"
                " WHERE product_id IN :ids ORDER BY tag",
            ),
        ],
    )
    yield source
    source.close()


CHANGES = [
    "UPDATE {t}_b SET name = 'adidas' WHERE id = 1",
    "UPDATE {t}_b SET name = '' WHERE id = 2",
    "DELETE FROM {t}_b WHERE id = 1",
    "UPDATE {t}_t SET tag = 'q' WHERE tag = 'y'",
    "UPDATE {t}_t SET product_id = 2 WHERE tag = 'y'",
    "INSERT INTO {t}_t VALUES (4, 'new', NULL)",
    "DELETE FROM {t}_t WHERE product_id = 3",
]


@pytest.mark.parametrize("change", CHANGES)
def test_joined_rows_count(scratch, table, joined, change) -> None:
    """A change of a joined row, or of its parent, shows in the sums and in what rows carry."""
    was = joined.tallies(1)
    assert was == carried(joined, 1)
    scratch.run(change.format(t=table))
    assert joined.tallies(1) != was
    assert joined.tallies(1) == carried(joined, 1)


def test_columns_added_meanwhile_count(scratch, table) -> None:
    """`SELECT *` of a table that was altered: rows and sums agree on the new column."""
    scratch.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, n INTEGER)")
    scratch.insert(table, [(1, 1)])
    source = source_of(scratch, f"SELECT * FROM {table}")
    assert source.tallies(10) == carried(source, 10)
    scratch.run(f"ALTER TABLE {table} ADD COLUMN late INTEGER")
    scratch.run(f"UPDATE {table} SET late = 5")
    assert source.page(None, 5).by_id["1"]["late"] == 5
    before = source.tallies(10)
    assert before == carried(source, 10)
    scratch.run(f"UPDATE {table} SET late = 6")
    assert source.tallies(10) != before
    source.close()


def test_more_columns_than_a_function_takes(scratch, table) -> None:
    """A wide row has a checksum too, to its last column."""
    names = [f"c{n}" for n in range(250)]
    columns = ", ".join(f"{name} INTEGER" for name in names)
    scratch.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {columns})")
    scratch.run(f"INSERT INTO {table} (id) VALUES (1)")
    source = source_of(scratch, f"SELECT * FROM {table}")
    was = source.tallies(10)
    scratch.run(f"UPDATE {table} SET c249 = 1")
    assert source.tallies(10) != was
    assert source.tallies(10) == carried(source, 10)
    source.close()
