"""SQLite: a file that is only read, its clock, and values as they are stored.

Declared types bind nothing in SQLite, so values pass through: numbers, text and bytes as stored.

Its view of open transactions: none. A reader cannot see since when another connection has been
writing (asking for the write lock would make a writer without a busy timeout fail), and a row's
timestamp is taken when its statement runs, before the commit. So `safe` keeps the same margin as
a MySQL account that may not see transactions, and the indexer's overlap covers longer ones. One
writer at a time, and short ones by the nature of SQLite, make a small overlap enough.
"""

import sqlite3
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from searchsvc.ports import SourceTime
from searchsvc.sources.database import Database, Statement

_MARGIN = 2_000_000
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

    def is_unreachable(self, error: DBAPIError) -> bool:
        if not isinstance(error.orig, sqlite3.OperationalError):
            return False
        said = str(error.orig).lower()
        return any(sign in said for sign in _TRANSIENT)

    def now(self, database: Database) -> int:
        return int(database.read(_NOW).rows[0][0])

    def time(self, database: Database) -> SourceTime:
        now = self.now(database)
        return SourceTime(now, now - _MARGIN)


def _begin_session(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA query_only = ON")
