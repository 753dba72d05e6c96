"""What only MySQL and MariaDB have: column types, open transactions, accounts, lost servers."""

import subprocess
import sys
import textwrap
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import make_url

from searchsvc.errors import SourceError, SourceUnreachable
from searchsvc.indexing import Indexer
from searchsvc.sources.database import Database, Statement
from searchsvc.sources.mysql import MySQLDriver
from searchsvc.sources.mysql_clients import client_of
from searchsvc.sources.sql import SqlSource
from tests.support.mariadb import MariaDB, find_mariadb, free_port, require_mysqlclient


def _source(url: str, sql: str, **options) -> SqlSource:
    options.setdefault("key", "id")
    indexer = Indexer(index="things", source="shop", sql=sql, **options)
    return SqlSource(indexer, url, file=Path("indexers/things.py"))


_DIGITS = "12345678901234567890.123456789012345678"
_POINT = "ST_GeomFromText('POINT(1 2)')"
_LINE = "ST_GeomFromText('LINESTRING(1 2, 3 4)')"
TYPES = {
    "TINYINT": [("-128", -128), ("127", 127)],
    "TINYINT(1)": [("0", 0), ("2", 2), ("-1", -1)],
    "BOOLEAN": [("TRUE", 1), ("FALSE", 0)],
    "SMALLINT UNSIGNED": [("65535", 65535)],
    "MEDIUMINT": [("-8388608", -8388608)],
    "INT ZEROFILL": [("42", 42)],
    "BIGINT": [("-9223372036854775808", -(2**63))],
    "BIGINT UNSIGNED": [("18446744073709551615", 2**64 - 1), ("9007199254740993", 2**53 + 1)],
    "DECIMAL(38,18)": [(d, Decimal(d)) for d in (_DIGITS, "-0.000000000000000001")],
    "DECIMAL(10,0)": [("42", Decimal(42))],
    "FLOAT": [("0.1", 0.1), ("-1.5", -1.5)],
    "DOUBLE": [("1e308", 1e308), ("0.1", 0.1), ("5e-324", 5e-324)],
    "BIT(1)": [("b'1'", True), ("b'0'", False)],
    "BIT(8)": [("b'10000001'", 129), ("b'0'", 0)],
    "BIT(64)": [("18446744073709551615", 2**64 - 1)],
    "DATE": [("'1000-01-01'", date(1000, 1, 1)), ("'9999-12-31'", date(9999, 12, 31)),
             ("'0000-00-00'", None), ("'2024-00-15'", None), ("'2024-02-00'", None)],
    "DATETIME": [("'2026-03-29 02:30:00'", datetime(2026, 3, 29, 2, 30, tzinfo=UTC)),
                 ("'0000-00-00 00:00:00'", None), ("'2024-00-15 10:00:00'", None)],
    "DATETIME(6)": [("'9999-12-31 23:59:59.999999'",
                     datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
                    ("'0000-00-00 00:00:00.000000'", None)],
    "DATETIME(1)": [("'2026-01-01 00:00:00.5'", datetime(2026, 1, 1, 0, 0, 0, 500000, tzinfo=UTC))],
    "TIMESTAMP(3) NULL": [("FROM_UNIXTIME(1772359200.125)",
                           datetime(2026, 3, 1, 10, 0, 0, 125000, tzinfo=UTC)), ("0", None)],
    "TIME": [("'838:59:59'", 3020399), ("'-838:59:59'", -3020399), ("'-01:00:00'", -3600),
             ("'-00:00:01'", -1), ("'00:00:00'", 0), ("'24:00:00'", 86400)],
    "TIME(6)": [("'-00:00:00.500000'", -0.5), ("'10:00:00.000001'", 36000.000001),
                ("'01:00:00'", 3600)],
    "YEAR": [("2026", 2026), ("0", 0)],
    "CHAR(5)": [("'ab'", "ab"), ("''", "")],
    "VARCHAR(40)": [("'😀 日本 e\u0301'", "😀 日本 e\u0301"), ("'0000-00-00'", "0000-00-00"),
                    ("'12:30'", "12:30")],
    "VARCHAR(40) CHARACTER SET latin1": [("'naïve €'", "naïve €")],
    "LONGTEXT": [("REPEAT('😀', 20000)", "😀" * 20000)],
    "BINARY(4)": [("x'00ff'", "AP8AAA==")],
    "VARBINARY(8)": [("x'00ff'", "AP8="), ("''", "")],
    "LONGBLOB": [("x'fffe00'", "//4A")],
    "ENUM('b','a')": [("'a'", "a"), ("'nonsense'", None)],
    "SET('z','x','y')": [("'x,z'", ["x", "z"]), ("''", []), ("'z,y,x'", ["x", "y", "z"])],
    "JSON": [("""'{"a": [1, 2.50, "😀", 12345678901234567890123]}'""",
              '{"a": [1, 2.50, "😀", 12345678901234567890123]}'), ("'null'", "null")],
    "POINT": [(_POINT, {"lat": 2.0, "lon": 1.0})],
    "GEOMETRY": [(_POINT, {"lat": 2.0, "lon": 1.0}), (_LINE, None)],
}  # fmt: skip


@pytest.mark.parametrize("kind", TYPES)
def test_values_of_each_column_type(server, table, kind):
    """Each type's hostile values mean the same thing that the database says, and NULL is None."""
    server.run(f"CREATE TABLE {table} (id INT PRIMARY KEY AUTO_INCREMENT, v {kind})")
    with server.transaction() as connection:
        # Lax, as old servers are: this is how zero dates and invalid ENUM values come about.
        connection.exec_driver_sql("SET SESSION sql_mode = '', time_zone = '+00:00'")
        for text, _ in TYPES[kind]:
            connection.exec_driver_sql(f"INSERT IGNORE INTO {table} (v) VALUES ({text})")
        connection.exec_driver_sql(f"INSERT INTO {table} (v) VALUES (NULL)")
        connection.commit()
    source = _source(server.url, f"SELECT id, v FROM {table}")

    values = [row["v"] for row in source.page(None, 50).by_id.values()]

    expected = [value for _, value in TYPES[kind]] + [None]
    assert values == expected
    assert [type(value) for value in values] == [type(value) for value in expected]
    source.close()


@pytest.mark.parametrize("kind", ["ENUM('b','a')", "DOUBLE", "TIME", "BIT(8)"])
def test_keys_that_cannot_be_paged_by(server, table, kind):
    """A key whose order and comparison differ, or that compares inexactly, is refused."""
    server.run(f"CREATE TABLE {table} (a INT, id {kind})")
    source = _source(server.url, f"SELECT a, id FROM {table}", key=("a", "id"))

    with pytest.raises(SourceError, match=r"the key 'id' is a .* cannot be paged"):
        source.columns()
    source.close()


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("DECIMAL(20,2)", ["-1.50", "0.00", "10.00", "123456789012345678.99"]),
        ("DATE", ["1999-12-31", "2026-01-01"]),
        ("DATETIME(6)", ["2026-01-01T00:00:00", "2026-01-01T00:00:00.000001"]),
        ("BIGINT UNSIGNED", ["1", "18446744073709551614", "18446744073709551615"]),
    ],
)
def test_keys_of_other_types(server, table, kind, keys):
    """Decimals, dates and unsigned integers page and come back by their ids."""
    server.run(f"CREATE TABLE {table} (id {kind} PRIMARY KEY)")
    server.insert(table, [(key,) for key in keys])
    source = _source(server.url, f"SELECT id FROM {table}")

    first = source.page(None, 1)
    rest = source.page(first.last, 10)

    assert [*first.by_id, *rest.by_id] == keys
    assert list(source.rows(keys).by_id) == keys
    source.close()


def test_an_open_transaction_holds_safe_back(server, table):
    """A row that commits late has a watermark that `safe` had not passed."""
    server.run(f"CREATE TABLE {table} (id INT PRIMARY KEY, at DATETIME(6)) ENGINE=InnoDB")
    source = _source(server.url, f"SELECT id, at FROM {table}", watermark="at")
    with server.transaction() as writer:
        writer.exec_driver_sql("SET SESSION time_zone = '+00:00'")
        writer.exec_driver_sql(f"INSERT INTO {table} VALUES (1, NOW(6))")
        for _ in range(2):
            writer.exec_driver_sql("DO SLEEP(2)")
        held = source.time()
        assert source.sees_transactions
        assert held.now - held.safe > 4_000_000
        assert list(source.changed(held.safe)) == []
        writer.commit()

    assert list(source.changed(held.safe)) == [["1"]]
    time.sleep(0.3)  # InnoDB shows a view of its transactions for 0.1 s
    free = source.time()
    assert free.now - free.safe == 2_000_000
    source.close()


def test_without_the_right_to_see_transactions(server, table):
    """An account without PROCESS is told apart, and `safe` keeps its margin."""
    url = make_url(server.url)
    server.run(f"CREATE TABLE {table} (id INT PRIMARY KEY)")
    # An anonymous account of localhost would stand before one of any host.
    accounts = [f"'{table}'@'localhost'", f"'{table}'@'%%'"]
    for account in accounts:
        server.run(
            f"CREATE USER {account} IDENTIFIED BY 's3cret'",
            f"GRANT SELECT ON {url.database}.* TO {account}",
        )
    own = url.set(username=table, password="s3cret").render_as_string(hide_password=False)
    source = _source(own, f"SELECT id FROM {table}")

    first = source.time()

    assert not source.sees_transactions
    assert first.now - first.safe == 2_000_000
    assert source.page(None, 1).last is None
    assert source.warnings() == []  # nothing is read again and again
    source.close()
    follows = _source(own, f"SELECT id FROM {table}", every="30s", watermark="id")
    assert any("GRANT PROCESS" in warning for warning in follows.warnings())
    follows.close()
    server.run(f"DROP USER {', '.join(accounts)}")


def test_the_session(server):
    """Sessions are in UTC and utf8mb4, read only, hold no read view, and end endless statements."""
    limit = "@@max_statement_time" if _is_mariadb(server) else "@@max_execution_time"
    level = "@@tx_isolation" if _is_mariadb(server) else "@@transaction_isolation"
    only = "@@tx_read_only" if _is_mariadb(server) else "@@transaction_read_only"
    source = _source(
        server.url.replace("charset=utf8mb4", "charset=latin1"),
        f"SELECT 1 AS id, @@session.time_zone AS zone, {level} AS level, {only} AS read_only,"
        f" {limit} AS seconds, @@character_set_results AS charset, @@autocommit AS autocommit",
    )

    row = source.page(None, 1).by_id["1"]

    assert (row["zone"], row["level"]) == ("+00:00", "READ-COMMITTED")
    assert (row["read_only"], row["autocommit"], row["charset"]) == (1, 1, "utf8mb4")
    assert row["seconds"] in (300.0, 300_000)
    source.close()


def _is_mariadb(server) -> bool:
    return "MariaDB" in str(server.value("SELECT VERSION()"))


def test_a_killed_connection_is_replaced(server, table):
    """A pooled connection that the server dropped costs nobody an error."""
    server.run(f"CREATE TABLE {table} (id INT PRIMARY KEY)")
    server.insert(table, [(1,)])
    source = _source(server.url, f"SELECT id, CONNECTION_ID() AS connection FROM {table}")
    first = source.page(None, 1).by_id["1"]["connection"]

    server.run(f"KILL {first}")

    second = source.page(None, 1).by_id["1"]["connection"]
    assert second != first
    source.close()


@pytest.mark.parametrize("library", ["pymysql", "mysqldb"])
def test_a_server_that_goes_and_comes_back(tmp_path, library):
    """While the server is down reads say so, without the password; then they work again."""
    binary = find_mariadb()
    if binary is None:
        pytest.skip("no MariaDB to stop and start: install mariadb-server")
    if library == "mysqldb":
        require_mysqlclient()
    server = MariaDB(binary, tmp_path)
    server.start()
    url = server.url.replace("root@", "root:@").replace("+pymysql", f"+{library}") + "/mysql"
    source = _source(url, "SELECT 7 AS id")
    assert list(source.page(None, 1).by_id) == ["7"]

    server.stop()
    with pytest.raises(SourceUnreachable, match="does not answer"):
        source.page(None, 1)
    server.start()
    try:
        assert list(source.page(None, 1).by_id) == ["7"]
    finally:
        source.close()
        server.stop()


def test_no_password_in_errors(server):
    """Neither a dead port, nor a refused account, nor a bad url shows the password."""
    url = make_url(server.url).set(username="nobody", password="hunter2&x")
    dead = url.set(port=free_port())
    for bad, kind in ((dead, SourceUnreachable), (url, SourceError)):
        source = _source(bad.render_as_string(hide_password=False), "SELECT 1 AS id")
        with pytest.raises(kind) as raised:
            source.page(None, 1)
        assert "hunter2" not in str(raised.value) + repr(raised.value) + repr(
            raised.value.__cause__
        )
        source.close()
    with pytest.raises(SourceError) as refused:
        _source("mysql//root:hunter2@nowhere", "SELECT 1 AS id")
    assert "hunter2" not in str(refused.value)


def test_a_statement_that_takes_too_long(server):
    """The server ends it, and the error names the statement; the next one works."""
    url = make_url(server.url)
    database = Database(MySQLDriver(url, client_of(url), seconds=1))
    columns = "information_schema.columns"
    endless = f"SELECT COUNT(*) FROM {columns} a, {columns} b, {columns} c, {columns} d"

    with pytest.raises(SourceError, match=r"^endless: .*(max_statement_time|execution time)"):
        database.read(Statement("endless", endless))

    assert database.read(Statement("short", "SELECT 1")).rows == [(1,)]
    database.close()


_COPY = """
    import resource, sys
    from searchsvc.indexing import Indexer
    from searchsvc.sources.sql import SqlSource

    sql = "SELECT id, body, at FROM " + sys.argv[2]
    source = SqlSource(Indexer("i", "s", sql, "id", watermark="at"), sys.argv[1])
    after, rows = None, 0
    while True:
        page = source.page(after, 2000)
        rows += len(page.by_id)
        if rows == 2000:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if len(page.by_id) < 2000:
            break
        after = page.last
    changed = sum(len(batch) for batch in source.changed(0))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(rows, changed, (peak - before) // 1024)
"""


def test_memory_does_not_grow_with_the_table(server, table):
    """Reading 200,000 rows and their changes takes at most 40 MiB more than reading 2,000."""
    server.run(
        f"CREATE TABLE {table} (id INT PRIMARY KEY, body VARCHAR(255), at DATETIME, KEY (at, id))",
        f"INSERT INTO {table} WITH RECURSIVE digits AS (SELECT 0 AS d UNION ALL SELECT d + 1 FROM"
        " digits WHERE d < 9) SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d"
        " + 100000 * g.d, REPEAT('lorem ipsum ', 20), '2026-01-01' FROM digits a, digits b,"
        " digits c, digits e, digits f, digits g WHERE g.d < 2",
    )
    program = [sys.executable, "-c", textwrap.dedent(_COPY), server.url, table]

    done = subprocess.run(program, check=True, capture_output=True, text=True)

    rows, changed, grown = map(int, done.stdout.split())
    assert (rows, changed) == (200_000, 200_000)
    assert grown < 40
