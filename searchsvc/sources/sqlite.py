"""SQLite: a file that is only read, its clock, and values as they are stored.

Declared types bind nothing in SQLite, so values pass through: numbers, text and bytes as stored.

Its view of open transactions: none. A reader cannot see since when another connection has been
writing (asking for the write lock would make a writer without a busy timeout fail), and a row's
timestamp is taken when its statement runs, before the commit. So `safe` keeps the same margin as
a MySQL account that may not see transactions, and the indexer's overlap covers longer ones. One
writer at a time, and short ones by the nature of SQLite, make a small overlap enough.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote
from zlib import crc32

from sqlalchemy import URL, CursorResult, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from searchsvc.domain.document import Mark
from searchsvc.ports import SourceTime
from searchsvc.sources.database import IS_IT_UP, MOST_EXACT, Column, Database, Statement

_MARGIN = 2_000_000
_MOST_ARGUMENTS = 100  # of one function call
# One statement reads the clock once, so seconds and milliseconds belong together.
_NOW = Statement(
    "the clock",
    "SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000000"
    " + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000",
)
_TRANSIENT = ("unable to open", "locked", "busy", "disk i/o")


class SQLiteDriver:
    """How to open a SQLite file."""

    mysql: ClassVar[bool] = False
    sees_transactions = False

    def __init__(self, url: URL) -> None:
        self._url = url

    @property
    def name(self) -> str:
        return self._url.render_as_string(hide_password=True)

    def engine(self) -> Engine:
        engine = create_engine(self._existing(), isolation_level="AUTOCOMMIT", hide_parameters=True)
        event.listen(engine, "connect", _begin_session)
        return engine

    def _existing(self) -> URL:
        """The url such that a missing file is an error, and not a new empty database."""
        name = self._url.database
        if not name or name == ":memory:" or name.startswith("file:"):
            return self._url
        path = quote(str(Path(name).absolute()))
        query = {**self._url.query, "mode": "rw", "uri": "true"}
        return self._url.set(database=f"file:{path}", query=query)

    def types(self, cursor: Any) -> tuple[str, ...]:
        return ("",) * len(cursor.description)

    def rows(self, result: CursorResult[Any]) -> Sequence[Sequence[Any]]:
        return result.all()

    def remedy(self, error: DBAPIError) -> str:
        if not isinstance(error.orig, sqlite3.OperationalError):
            return ""
        said = str(error.orig).lower()
        return IS_IT_UP if any(sign in said for sign in _TRANSIENT) else ""

    def now(self, database: Database) -> int:
        return int(database.read(_NOW).rows[0][0])

    def time(self, database: Database) -> SourceTime:
        now = self.now(database)
        return SourceTime(now, now - _MARGIN)

    def checksum(self, columns: Sequence[Column]) -> str:
        names = [column.sql for column in columns]
        if len(names) <= _MOST_ARGUMENTS:
            return f"searchsvc_checksum({', '.join(names)})"
        parts = [columns[n : n + _MOST_ARGUMENTS] for n in range(0, len(names), _MOST_ARGUMENTS)]
        return f"searchsvc_checksum({', '.join(self.checksum(part) for part in parts)})"

    def slot(self, columns: Sequence[Column]) -> str:
        return f"searchsvc_slot({', '.join(column.sql for column in columns)})"

    def marks(self, rows: Sequence[Sequence[Any]], key: Sequence[int]) -> list[Mark]:
        # The functions that SQLite would call are ours: without it, a row is converted once.
        if len(key) == 1:
            return [Mark(_slot(row[key[0]]), _row_checksum(row)) for row in rows]
        return [Mark(_slot(*(row[n] for n in key)), _row_checksum(row)) for row in rows]

    def truth(self, column: Column) -> str:
        return f"searchsvc_truth({column.sql})"

    def floor_divided(self, number: str, by: int) -> str:
        # Division cuts towards zero, so the number is first brought down to a multiple.
        return f"({number} - (({number} % {by}) + {by}) % {by}) / {by}"


def _begin_session(connection: Any, _record: object) -> None:
    connection.create_function("searchsvc_checksum", -1, _checksum, deterministic=True)
    connection.create_function("searchsvc_slot", -1, _slot, deterministic=True)
    connection.create_function("searchsvc_truth", 1, bool, deterministic=True)
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA query_only = ON")


def _checksum(*values: object) -> int:
    """CRC-32 of the values as Python writes them, so that 1, '1' and NULL differ."""
    return crc32(repr(values).encode())


def _slot(*key: object) -> int:
    first = key[0]
    if len(key) == 1 and isinstance(first, int) and abs(first) <= MOST_EXACT:
        return first
    return _checksum(*key)


def _row_checksum(row: Sequence[Any]) -> int:
    """The checksum of a whole row, as SQLite gets it from `SQLiteDriver.checksum`."""
    if len(row) <= _MOST_ARGUMENTS:
        return crc32(repr(tuple(row)).encode())  # a row of SQLAlchemy's would cut long values
    parts = [row[n : n + _MOST_ARGUMENTS] for n in range(0, len(row), _MOST_ARGUMENTS)]
    return _checksum(*(_row_checksum(part) for part in parts))
