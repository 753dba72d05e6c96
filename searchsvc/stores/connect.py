"""Opens the state store's database with the settings that the store relies on."""

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from searchsvc.errors import StateError

_BUSY_SECONDS = 10  # how long a statement waits for another process of the same SQLite file


def connect(url: str) -> tuple[Engine, str]:
    """The engine of `url`, and its name without the password."""
    try:
        parsed = make_url(url)
        is_sqlite = parsed.get_backend_name() == "sqlite"
        engine = _open_sqlite(parsed) if is_sqlite else _open_server(parsed)
    except (ArgumentError, ImportError) as error:
        raise StateError(
            "the state store's URL cannot be used",
            hint="set state_url to a form like sqlite:///state.db or mysql+pymysql://user@host/db",
        ) from error
    return engine, parsed.render_as_string(hide_password=True)


def _open_server(url: URL) -> Engine:
    # Short transactions that see each other's commits; a dropped connection is replaced.
    return create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")


def _open_sqlite(url: URL) -> Engine:
    if url.database and not url.database.startswith((":memory:", "file:")):
        _make(Path(url.database))
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        # Readers beside a writer, and no fsync per commit: kill -9 loses nothing either way.
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous = NORMAL").close()

    return engine


def _make(path: Path) -> None:
    """Let nobody but its owner read the file; SQLite makes those beside it with the same mode.

    One that is there already keeps what its group may do. Raises StateError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _create(path)
        for one in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
            if one.exists() and (mode := one.stat().st_mode) & 0o007:
                one.chmod(mode & 0o770)
    except PermissionError:
        pass  # SQLite tells what it cannot do with a file of somebody else
    except OSError as error:
        reason = f"{error.filename or path}: {str(error.strerror).lower()}"
        done = "written" if path.exists() else "made"
        raise StateError(f"the state store cannot be {done}: {reason}") from error


def _create(path: Path) -> None:
    """Make the file where there is none, and open no other one.

    With any descriptor of a file that it closes, a process loses all locks that it has on it; those
    of SQLite too, to whom another process would then seem to be alone.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return


def _write_ahead(connection: Any) -> None:
    """Switch a new file to its write-ahead log; SQLite does not wait for others that do so too."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.02)
        else:
            return
