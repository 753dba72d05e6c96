"""The same rows through PyMySQL and through mysqlclient: equal to the byte, whatever they hold."""

import json
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.document import Document
from searchsvc.indexing import Indexer, Join
from searchsvc.indexing.reader import Reader
from searchsvc.sources.sql import SqlSource


def whole(low: int, high: int):
    """Integers that are often at an end of their range."""
    return st.sampled_from([low, high, 0, 1]) | st.integers(low, high)


def digits(before: int, after: int):
    """Decimal numbers as text, with up to so many digits on either side of the point."""
    return st.from_regex(rf"-?[0-9]{{1,{before}}}(\.[0-9]{{0,{after}}})?", fullmatch=True)


def of_time(fraction: str):
    """Times as text between MySQL's limits, with up to the digits of `fraction`."""
    return st.from_regex(
        rf"-?([0-7]?[0-9]?[0-9]):[0-5][0-9]:[0-5][0-9]{fraction}", fullmatch=True
    ) | st.sampled_from(["838:59:59", "-838:59:59", "-00:00:01"])


UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
WORDS = st.sampled_from(
    ["", "2026-01-01", "12:30", "0", "x,y", "%s", ":ids", "\\", "'", "\0", "😀"]
)
TEXTS = UNICODE | WORDS
PLAIN = st.text("abcäöüßéñ €\0\\'\"%:", max_size=20)  # latin1 has these
BYTES = st.binary(max_size=16) | st.sampled_from([b"", b"\0", b"\xff\xfe", b"abc"])
DATES = st.dates().map(str) | st.sampled_from(["0000-00-00", "2024-00-15", "2024-02-00"])
MOMENTS = st.datetimes().map(lambda at: at.isoformat(" ")) | st.sampled_from(
    ["0000-00-00 00:00:00", "2024-00-15 10:00:00", "9999-12-31 23:59:59.999999"]
)
SECONDS = st.integers(0, 2**31 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False).map(float) | UNICODE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(UNICODE, inner, max_size=3),
    max_leaves=8,
).filter(lambda value: "Infinity" not in json.dumps(value))
JSON = st.builds(json.dumps, NESTED, ensure_ascii=st.booleans(), indent=st.none() | st.just(1))
BITS = whole(0, 2**64 - 1)

# Column: its type, the type of its field, its values, and how one stands in an INSERT.
COLUMNS = {
    "c_tiny": ("TINYINT", "number", whole(-128, 127)),
    "c_flag": ("TINYINT(1)", "number", whole(-1, 2)),
    "c_small": ("SMALLINT UNSIGNED", "number", whole(0, 65535)),
    "c_medium": ("MEDIUMINT", "number", whole(-(2**23), 2**23 - 1)),
    "c_fill": ("INT(9) ZEROFILL", "number", whole(0, 2**32 - 1)),
    "c_big": ("BIGINT", "number", whole(-(2**63), 2**63 - 1)),
    "c_unsigned": ("BIGINT UNSIGNED", "number", whole(0, 2**64 - 1)),
    "c_decimal": ("DECIMAL(38,18)", "number", digits(20, 18)),
    "c_rounded": ("DECIMAL(10,0)", "text", digits(9, 0)),
    "c_filled": ("DECIMAL(12,4) ZEROFILL", "number", digits(8, 4)),
    "c_float": ("FLOAT", "number", st.floats(width=32, allow_nan=False, allow_infinity=False)),
    "c_double": ("DOUBLE", "number", FLOATS),
    "c_bit": ("BIT(1)", "bool", whole(0, 1)),
    "c_byte": ("BIT(8)", "number", whole(0, 255)),
    "c_bits": ("BIT(64)", "number", BITS),
    "c_date": ("DATE", "date", DATES),
    "c_datetime": ("DATETIME", "date", MOMENTS),
    "c_exact": ("DATETIME(6)", "date", MOMENTS),
    "c_stamp": ("TIMESTAMP(3) NULL", "date", SECONDS),
    "c_time": ("TIME", "number", of_time("")),
    "c_fraction": ("TIME(6)", "number", of_time(r"(\.[0-9]{0,6})?")),
    "c_year": ("YEAR", "number", st.integers(1901, 2155) | st.just(0)),
    "c_char": ("CHAR(40)", "text", TEXTS),
    "c_text": ("VARCHAR(40)", "text", TEXTS),
    "c_exactly": ("VARCHAR(40) COLLATE utf8mb4_bin", "text", TEXTS),
    "c_latin": ("VARCHAR(40) CHARACTER SET latin1", "text", PLAIN),
    "c_long": ("LONGTEXT", "text", TEXTS),
    "c_binary": ("BINARY(16)", "text", BYTES),
    "c_bytes": ("VARBINARY(16)", "text", BYTES),
    "c_blob": ("LONGBLOB", "text", BYTES),
    "c_enum": ("ENUM('b','a','ä 😀')", "text", st.sampled_from(["a", "b", "ä 😀", "", "none"])),
    "c_enum_bytes": ("ENUM('b','a') CHARACTER SET binary", "text", st.sampled_from("ab ")),
    "c_set": ("SET('z','x','ä')", "text", st.sets(st.sampled_from("zxä")).map(",".join)),
    "c_set_bytes": ("SET('z','x') CHARACTER SET binary", "text",
                    st.sets(st.sampled_from("zx")).map(",".join)),
    "c_json": ("JSON", "json", JSON),
    "c_point": ("POINT", "geo", st.just("POINT(1 2)")),
}  # fmt: skip
WRITTEN = {"c_stamp": "FROM_UNIXTIME(:c_stamp)", "c_point": "ST_GeomFromText(:c_point)"}
ROWS = st.lists(
    st.fixed_dictionaries({name: st.none() | column[2] for name, column in COLUMNS.items()}),
    min_size=1,
    max_size=8,
)
MAPPING = "fields:\n" + "".join(f"  {name}: {field}\n" for name, (_, field, _) in COLUMNS.items())


class Tables:
    """A table of every column type, and what either client makes of it."""

    def __init__(self, mysql, mysqldb) -> None:
        self._mysql = mysql
        self._name = f"t_{uuid4().hex[:8]}"
        columns = ", ".join(f"{name} {kind}" for name, (kind, _, _) in COLUMNS.items())
        mysql.run(f"CREATE TABLE {self._name} (id INT PRIMARY KEY, {columns})")
        joined = f"SELECT id AS _id, c_text, c_bytes, c_set FROM {self._name} WHERE id IN :ids"
        self._indexer = Indexer(
            "things", "shop", f"SELECT * FROM {self._name}", "id", joins=[Join("more", joined)]
        )
        self.sources = [SqlSource(self._indexer, url) for url in (mysql.url, mysqldb.url)]

    def fill(self, rows: list[dict[str, object]]) -> None:
        """These rows and no other, written as old servers let one write."""
        names = ", ".join(COLUMNS)
        values = ", ".join(WRITTEN.get(name, f":{name}") for name in COLUMNS)
        insert = text(f"INSERT IGNORE INTO {self._name} (id, {names}) VALUES (:id, {values})")
        with self._mysql.transaction() as connection:
            connection.exec_driver_sql("SET SESSION sql_mode = '', time_zone = '+00:00'")
            connection.exec_driver_sql(f"DELETE FROM {self._name}")
            for number, row in enumerate(rows):
                connection.execute(insert, {"id": number, **row})
            connection.commit()

    def documents(self, source: SqlSource) -> list[str]:
        """Each document to the byte; a row that cannot be one by its reason."""
        definition = parse_mapping("things", MAPPING + "  more: json\n")
        reading = Reader(self._indexer, definition, source).page(None, 100)
        made = [write for write in reading.writes if isinstance(write, Document)]
        return [
            repr((one.id, one.values, one.source, one.digest, one.mark)) for one in made
        ] + sorted(reading.dead.items())


@pytest.fixture(scope="module")
def tables(mysql, mysqldb):
    """One table for all examples."""
    tables = Tables(mysql, mysqldb)
    yield tables
    for source in tables.sources:
        source.close()


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rows=ROWS)
def test_rows_and_documents_are_the_same(tables, rows) -> None:
    """Values with their types, ids, marks, joins, and each document's JSON and digest."""
    tables.fill(rows)
    slow, fast = tables.sources

    one, other = slow.page(None, 100), fast.page(None, 100)

    assert len(one.by_id) == len(rows)
    # As text, since 1, 1.0 and True are equal.
    assert [repr(row) for row in other.by_id.values()] == [repr(row) for row in one.by_id.values()]
    assert list(other.by_id) == list(one.by_id)
    assert other.marks == one.marks
    assert repr(fast.rows(list(one.by_id)).by_id) == repr(one.by_id)
    assert tables.documents(fast) == tables.documents(slow)


def test_types_are_called_the_same(tables) -> None:
    """By which keys, soft deletes and checksums are understood."""
    slow, fast = tables.sources
    assert fast.columns() == slow.columns()
    assert fast.tallies(10) == slow.tallies(10)
    assert fast.columns()["c_exactly"] == "varchar"
    assert fast.columns()["c_bytes"] == "varbinary"
