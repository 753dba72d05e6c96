"""Scratch databases: a new one per test module, on MySQL or in a SQLite file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool

from tests.support.mariadb import require_mysqlclient


@dataclass
class Scratch:
    """A database to write into. `url` is what a source reads it by."""

    url: str
    engine: Engine

    @property
    def is_mysql(self) -> bool:
        """Whether MySQL's types and SQL may be used."""
        return self.engine.dialect.name == "mysql"

    def run(self, *statements: str) -> None:
        """Run each statement and commit; on MySQL a per cent sign is written twice."""
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def insert(self, table: str, rows: list[tuple[object, ...]]) -> None:
        """Insert rows of positional values."""
        mark = "%s" if self.is_mysql else "?"
        marks = ", ".join([mark] * len(rows[0]))
        with self.engine.begin() as connection:
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", rows)

    def value(self, statement: str) -> object:
        """The first column of the first row."""
        with self.engine.connect() as connection:
            return connection.exec_driver_sql(statement).scalar()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection with an open transaction, for the test to commit."""
        with self.engine.connect() as connection:
            yield connection


@pytest.fixture(scope="module")
def mysql(mysql_url) -> Iterator[Scratch]:
    """A new database on the MySQL of the tests, dropped at the end."""
    server = create_engine(make_url(mysql_url), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    name = f"searchsvc_test_{uuid4().hex[:12]}"
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    url = make_url(mysql_url).set(database=name).update_query_dict({"charset": "utf8mb4"})
    engine = create_engine(url, poolclass=NullPool)
    try:
        yield Scratch(url.render_as_string(hide_password=False), engine)
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name}")
        server.dispose()


@pytest.fixture(scope="module")
def mysqldb(mysql) -> Scratch:
    """The same database, as mysqlclient reads it."""
    require_mysqlclient()
    return replace(mysql, url=mysql.url.replace("+pymysql", "+mysqldb"))


@pytest.fixture(params=["mysql", "mysqldb"])
def server(request) -> Scratch:
    """MySQL through either client, for what only MySQL has."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def sqlite(tmp_path: Path) -> Scratch:
    """A new SQLite file."""
    url = f"sqlite:///{tmp_path / 'source.db'}"
    return Scratch(url, create_engine(url, poolclass=NullPool))


@pytest.fixture(params=["mysql", "mysqldb", "sqlite"])
def scratch(request) -> Scratch:
    """Either database, MySQL through either client, for what must be the same on all."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def table() -> str:
    """A table name that no other test uses."""
    return f"t_{uuid4().hex[:8]}"


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement that any engine executes while the test runs."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, _parameters, _context, _many) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)
