"""What every SQL source must do, on MySQL and on SQLite alike."""

import time
from pathlib import Path

import pytest

from searchsvc.errors import DefinitionError, SourceError
from searchsvc.indexing import Indexer, Join
from searchsvc.sources.sql import SqlSource

BIG = 2**53


def _source(scratch, sql: str, **options) -> SqlSource:
    options.setdefault("key", "id")
    indexer = Indexer(index="things", source="shop", sql=sql, **options)
    return SqlSource(indexer, scratch.url, file=Path("indexers/things.py"))


def _pages(source, limit: int) -> list[str]:
    ids: list[str] = []
    after = None
    while True:
        page = source.page(after, limit)
        ids += page.by_id
        if len(page.by_id) < limit:
            return ids
        after = page.last


KEYS = {
    "integers with gaps": ("BIGINT", [1, 2, 5, 900, 10_000]),
    "negative integers": ("BIGINT", [-(2**62), -7, -1, 0, 3]),
    "integers that a float cannot tell apart": ("BIGINT", [BIG, BIG + 1, BIG + 2, BIG + 3]),
    "text": ("VARCHAR(80)", ["", "!", "10", "2", "a b", "a~b", "x%41", "Ünï", "日本", "😀"]),
    "text that looks like SQL": ("VARCHAR(80)", ["';--", "a:b", ":ids", "%s", "\\", "`"]),
}


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize("case", KEYS)
def test_pages_hold_each_row_once(scratch, table, case, limit):
    """Paging in steps of any size yields every row once, and ids find their rows again."""
    kind, keys = KEYS[case]
    scratch.run(f"CREATE TABLE {table} (id {kind} PRIMARY KEY, n INTEGER)")
    scratch.insert(table, [(key, n) for n, key in enumerate(keys)])
    source = _source(scratch, f"SELECT id, n FROM {table}")

    ids = _pages(source, limit)

    assert sorted(ids) == sorted(str(key) for key in keys)
    assert set(source.rows(ids).by_id) == set(ids)
    assert source.existing([*ids, "not there"]) == set(ids)
    assert source.count() == len(keys)
    source.close()


@pytest.mark.parametrize("limit", [1, 2, 4])
def test_composite_keys(scratch, table, limit):
    """Parts of a composite key are escaped, compared each by its type, and paged in key order."""
    scratch.run(f"CREATE TABLE {table} (a INTEGER, b VARCHAR(20), PRIMARY KEY (a, b))")
    keys = [(1, "a"), (1, "b~c"), (2, "%"), (2, "~"), (10, ""), (10, "é"), (-3, "z")]
    scratch.insert(table, keys)
    source = _source(scratch, f"SELECT a, b FROM {table}", key=("a", "b"))

    ids = _pages(source, limit)

    assert len(ids) == len(set(ids)) == len(keys)
    assert {"1~b%7Ec", "2~%25", "10~", "10~%C3%A9", "-3~z"} <= set(ids)
    found = source.rows(ids).by_id
    assert {(row["a"], row["b"]) for row in found.values()} == set(keys)
    assert source.rows(["1", "x~a", "1~a~b", "01~a"]).by_id == {}
    source.close()


def test_an_id_is_exact(scratch, table):
    """What a collation calls equal is still another id: case and blanks count."""
    kind = "VARCHAR(20) COLLATE utf8mb4_general_ci" if scratch.is_mysql else "TEXT COLLATE NOCASE"
    scratch.run(f"CREATE TABLE {table} (id {kind} PRIMARY KEY)")
    scratch.insert(table, [("Abc",), ("b",), ("C",), ("d",)])
    source = _source(scratch, f"SELECT id FROM {table}")

    assert _pages(source, 1) == ["Abc", "b", "C", "d"]
    assert source.existing(["abc", "b ", "Abc"]) == {"Abc"}
    assert list(source.rows(["ABC", "d"]).by_id) == ["d"]
    source.close()


def test_ids_that_cannot_be_keys(scratch, table):
    """An id of the wrong form names no row; as a place to go on from it is refused."""
    scratch.run(f"CREATE TABLE {table} (id BIGINT PRIMARY KEY)")
    scratch.insert(table, [(7,)])
    source = _source(scratch, f"SELECT id FROM {table}")

    odd = ["x", "", "07", " 7", "7.0", "1e9", "9" * 40, "\ud800", "7; DROP"]
    assert source.rows(odd).by_id == {}
    assert source.existing([*odd, "7"]) == {"7"}
    with pytest.raises(SourceError, match="'x' cannot be the id of a row"):
        source.page("x", 5)
    source.close()


def test_a_key_that_comes_twice(scratch, table):
    """Two rows of one key are an error, also when the page ends between them."""
    scratch.run(f"CREATE TABLE {table} (n INTEGER PRIMARY KEY, id INTEGER)")
    scratch.insert(table, [(1, 5), (2, 6), (3, 6)])
    source = _source(scratch, f"SELECT id, n FROM {table}")

    for limit in (2, 10):
        with pytest.raises(SourceError, match=r"things\.py: the SQL yields the key '6' twice"):
            source.page(None, limit)
    source.close()


def test_a_key_that_is_null(scratch, table):
    """A NULL key is an error that names the column."""
    scratch.run(f"CREATE TABLE {table} (n INTEGER PRIMARY KEY, id INTEGER)")
    scratch.insert(table, [(1, 5), (2, None)])
    source = _source(scratch, f"SELECT id, n FROM {table}")

    with pytest.raises(SourceError, match="the key 'id' is NULL"):
        source.page(None, 10)
    source.close()


def test_sql_as_people_write_it(scratch, table):
    """Colons, comments, a closing semicolon, WITH and per cent signs all survive."""
    scratch.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, name VARCHAR(40))")
    scratch.insert(table, [(1, "50 %"), (2, "x")])
    sql = f"""
        -- don't stop at this: :nothing;
        WITH things AS (SELECT id, name FROM {table})
        SELECT id, name, '12:30' AS at, 'a::b' AS casts, '$.a:b' AS path, ':ids' AS word,
               'it''s; "so"' AS said /* ; */
        FROM things WHERE name LIKE '%' ; -- the end
    """
    source = _source(scratch, sql)

    row = source.page(None, 1).by_id["1"]

    assert row == {
        "id": 1, "name": "50 %", "at": "12:30", "casts": "a::b", "path": "$.a:b",
        "word": ":ids", "said": 'it\'s; "so"',
    }  # fmt: skip
    source.close()


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("DELETE FROM things", "begins with DELETE"),
        ("SELECT 1 AS id; DROP TABLE things", "more than one statement"),
        ("SELECT 'open AS id", "never closes"),
        ("  -- nothing", "begins with nothing"),
    ],
)
def test_only_one_select_is_taken(scratch, sql, message):
    """Anything but one SELECT is refused with file and key before a connection is made."""
    with pytest.raises(DefinitionError, match=message) as raised:
        _source(scratch, sql)
    assert raised.value.file == "indexers/things.py"
    assert raised.value.key == "sql"
    assert raised.value.hint


def _joined(scratch, table):
    scratch.run(
        f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, brand_id INTEGER)",
        f"CREATE TABLE {table}_b (id INTEGER PRIMARY KEY, name VARCHAR(20), updated_at CHAR(19))",
        f"CREATE TABLE {table}_tags (thing INTEGER, tag VARCHAR(20), n INTEGER)",
    )
    scratch.insert(
        f"{table}_b", [(1, "acme", "2026-01-01 00:00:00"), (2, None, "2026-01-02 00:00:00")]
    )
    scratch.insert(table, [(n, (1, 2, 3, None)[n % 4]) for n in range(200)])
    scratch.insert(f"{table}_tags", [(n % 100, f"tag {n}", n) for n in range(200)])
    tags = f"SELECT thing AS _id, tag AS value FROM {table}_tags WHERE thing IN :ids ORDER BY n"
    rows = (
        f"SELECT thing AS _id, tag, n, ':x' AS y FROM {table}_tags WHERE thing IN :ids ORDER BY n"
    )
    brand = f"SELECT id AS _id, name AS value FROM {table}_b WHERE id IN (:ids)"
    joins = [
        Join("brand", brand.replace("(:ids)", ":ids"), on="brand_id", one=True),
        Join("tags", tags),
        Join("tagged", rows),
    ]
    return _source(scratch, f"SELECT id, brand_id FROM {table}", joins=joins)


def test_joins_by_shape(scratch, table):
    """One value or None, a list of values, a list of rows; a missing or NULL parent is none."""
    source = _joined(scratch, table)
    rows = source.page(None, 200).by_id

    assert [rows[str(n)]["brand"] for n in range(4)] == ["acme", None, None, None]
    assert rows["5"]["tags"] == ["tag 5", "tag 105"]
    assert rows["5"]["tagged"][1] == {"tag": "tag 105", "n": 105, "y": ":x"}
    assert rows["150"]["tags"] == rows["150"]["tagged"] == []
    assert source.columns()["brand"] == "one value"
    source.close()


def test_joins_cost_two_statements_each(scratch, table, statements):
    """A batch of 200 rows with three joins is read by as many statements as one of 2 rows."""
    source = _joined(scratch, table)
    source.rows(["1"])

    def cost(ids: list[str]) -> int:
        statements.clear()
        assert len(source.rows(ids).by_id) == len(ids)
        return len(statements)

    few = cost(["1", "2"])
    assert few == cost([str(n) for n in range(200)])
    assert few == 8  # the clock, the rows, and checksums and values of three joins
    source.close()


def test_changes_by_watermark_cross_page_borders(scratch, table):
    """Rows of one instant are all found, however the pages fall."""
    kind = "DATETIME(6)" if scratch.is_mysql else "TEXT"
    scratch.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, at {kind})")
    scratch.insert(table, [(n, "2026-03-01 10:00:00.500000") for n in range(20)])
    scratch.insert(table, [(99, "2026-03-01 09:59:59.999999"), (100, None)])
    source = _source(scratch, f"SELECT id, at FROM {table}", watermark="at", page_size=7)
    instant = 1_772_359_200_500_000  # 2026-03-01T10:00:00.5Z

    batches = list(source.changed(instant))

    assert all(len(batch) <= 7 for batch in batches)
    ids = [id for batch in batches for id in batch]
    assert sorted(ids, key=int) == [str(n) for n in range(20)]
    assert list(source.changed(instant + 1_000_000)) == []
    assert "99" in {id for batch in source.changed(instant - 1_000_000) for id in batch}
    source.close()


@pytest.mark.parametrize("per_second", [1, 1000, 1_000_000])
def test_watermarks_as_numbers(scratch, table, per_second):
    """Seconds, ms and µs since 1970 are told apart by their size."""
    scratch.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, at BIGINT)")
    scratch.insert(table, [(1, 1_772_359_200 * per_second), (2, 1_772_359_300 * per_second)])
    source = _source(scratch, f"SELECT id, at FROM {table}", watermark="at")

    assert list(source.changed(1_772_359_200_000_000)) == [["1", "2"]]
    assert list(source.changed(1_772_359_201_000_000)) == [["2"]]
    source.close()


def test_changed_statements(scratch, table):
    """Deletions and joined tables name keys in bounded batches; NULL keys are passed over."""
    kind = "DATETIME(6)" if scratch.is_mysql else "TEXT"
    scratch.run(
        f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, at {kind})",
        f"CREATE TABLE {table}_gone (id INTEGER, at {kind})",
    )
    at = "2026-03-01 10:00:00"
    scratch.insert(f"{table}_gone", [(n % 50, at) for n in range(100)] + [(None, at)])
    scratch.insert(f"{table}_gone", [(999, "2026-02-01 10:00:00")])
    gone = f"SELECT id FROM {table}_gone WHERE at >= :since AND '12:30' <> ':since';"
    join = Join("x", f"SELECT id AS _id, at AS value FROM {table} WHERE id IN :ids", changed=gone)
    source = _source(
        scratch, f"SELECT id, at FROM {table}", changed=[gone], joins=[join], page_size=20
    )

    batches = list(source.changed(1_772_359_200_000_000))

    assert [len(batch) for batch in batches] == [20, 20, 10] * 2
    assert {id for batch in batches for id in batch} == {str(n) for n in range(50)}
    source.close()


def test_the_clock_is_the_databases(scratch, table):
    """`now` is µs since 1970 UTC, and `safe` lies behind it."""
    scratch.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY)")
    source = _source(scratch, f"SELECT id FROM {table}")

    first, second = source.time(), source.time()

    assert abs(first.now / 1e6 - time.time()) < 5
    assert first.safe <= first.now - 2_000_000
    assert first.now <= second.now
    assert source.page(None, 1).read_at >= second.now
    source.close()


def test_text_of_every_plane(scratch, table):
    """Four-byte characters, NUL and combining marks come back as they were written."""
    scratch.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, name VARCHAR(80))")
    text = "naïve 日本 😀 e\u0301 \0 \\ ' \" % : 𝔘"
    scratch.insert(table, [(1, text)])
    source = _source(scratch, f"SELECT id, name FROM {table}")

    assert source.page(None, 1).by_id["1"]["name"] == text
    source.close()


def test_bytes_become_base64(scratch, table):
    """Binary values are text that JSON can hold; as a key they are hexadecimal."""
    kind = "VARBINARY(16)" if scratch.is_mysql else "BLOB"
    scratch.run(f"CREATE TABLE {table} (id {kind} PRIMARY KEY)")
    scratch.insert(table, [(b"\x00\xff",), (b"\x01",)])
    source = _source(scratch, f"SELECT id FROM {table}")

    assert _pages(source, 1) == ["00ff", "01"]
    assert source.rows(["00ff"]).by_id == {"00ff": {"id": "AP8="}}
    source.close()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sql": "SELECT id, nme FROM {t}"}, r"things\.py: sql: .*nme"),
        ({"sql": "SELECT id FROM {t}_nope"}, r"things\.py: sql: .*_nope"),
        ({"key": "idd"}, r"the key 'idd' is not among .*did you mean 'id'"),
        ({"watermark": "nmae"}, r"the watermark 'nmae' is not among .*did you mean 'name'"),
        ({"soft_delete": "gone"}, r"the soft_delete column 'gone' is not"),
        ({"joins": [Join("b", "SELECT x AS _id FROM {t} WHERE x IN :ids")]}, "join 'b': .*x"),
        ({"joins": [Join("b", "SELECT id, name FROM {t} WHERE id IN :ids")]}, "AS _id"),
        ({"joins": [Join("b", "SELECT id AS _id, 1 AS value FROM {t} WHERE id IN :ids", on="nam")]},
         "join 'b' is on 'nam', .*did you mean 'name'"),
        ({"joins": [Join("name", "SELECT id AS _id, 1 AS value FROM {t} WHERE id IN :ids")]},
         "hides the column"),
        ({"changed": ["SELECT nope FROM {t} WHERE name >= :since"]}, r"py: changed 1: .*nope"),
        ({"changed": ["SELECT id, name FROM {t} WHERE name >= :since"]}, "select only .* key: id"),
    ],
)  # fmt: skip
def test_columns_finds_what_does_not_fit(scratch, table, options, message):
    """`columns` runs every statement, and says which one fails, in which file, and what is near."""
    scratch.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, name VARCHAR(9))")
    options = {"sql": "SELECT id, name FROM {t}", **options}
    options["sql"] = options["sql"].format(t=table)
    options["changed"] = [sql.format(t=table) for sql in options.get("changed", [])]
    options["joins"] = [
        Join(j.name, j.sql.format(t=table), on=j.on) for j in options.get("joins", [])
    ]
    source = _source(scratch, **options)

    with pytest.raises(SourceError, match=message):
        source.columns()
    source.close()


def test_columns_by_name(scratch, table):
    """`columns` names every column of a row, in order, and reads none."""
    scratch.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, name VARCHAR(9), note TEXT)")
    source = _source(scratch, f"SELECT id, name, note FROM {table}")

    columns = source.columns()

    assert list(columns) == ["id", "name", "note"]
    assert list(columns.values()) == (["int", "varchar", "text"] if scratch.is_mysql else [""] * 3)
    source.close()


def test_an_empty_table(scratch, table):
    """No rows are no error anywhere."""
    scratch.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, at BIGINT)")
    source = _source(scratch, f"SELECT id, at FROM {table}", watermark="at")

    assert source.page(None, 5).last is None
    assert source.rows(["1"]).by_id == {}
    assert source.rows([]).by_id == {}
    assert source.existing(["1"]) == set()
    assert list(source.changed(0)) == []
    assert source.count() == 0
    source.close()
