"""Chooses the driver for a source's URL."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from searchsvc.errors import SourceError, nearest
from searchsvc.sources.database import Database, Driver
from searchsvc.sources.mysql import MySQLDriver
from searchsvc.sources.mysql_clients import client_of
from searchsvc.sources.sqlite import SQLiteDriver

_MYSQL = ("mysql", "mariadb")
_KNOWN = (*_MYSQL, "sqlite")
_LIBRARIES = ("", "pymysql", "mysqldb", "pysqlite")


def open_database(url: str, file: Path | None = None) -> Database:
    """The database of a URL, not connected yet; `file` is the indexer's, for errors to name."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The text is not repeated: it may hold a password.
        hint = "like: mysql://user:password@host/database, or sqlite:///path/to/file.db"
        raise SourceError("the source's url cannot be read", hint=hint) from None
    if "@" in f"{parsed.host or ''}{parsed.database or ''}" and not _is_file(parsed):
        hint = "write special characters of the password as %40 for @, %2F for /, %3A for :"
        raise SourceError("the source's url has more than one '@'", hint=hint)
    return Database(_driver(parsed), file)


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _driver(url: URL) -> Driver:
    kind, _, library = url.drivername.partition("+")
    if kind not in _KNOWN:
        message = f"the source's url begins with '{kind}', which cannot be read from"
        raise SourceError(message, hint=nearest(kind, _KNOWN))
    if library not in _LIBRARIES:
        message = f"the source's url names '{library}', which is not used here"
        raise SourceError(message, hint=f"write {kind}://…")
    return MySQLDriver(url, client_of(url)) if kind in _MYSQL else SQLiteDriver(url)
