"""Makes the demo's source: a SQLite database of the running interpreter's own documentation.

    python -m searchsvc.sources.pydocs PATH

The ids of all three tables come from ranges of their own, so that they can share one index.
`updated_at` is ISO 8601 text in UTC with ms; triggers keep it current and note every delete.
"""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import NamedTemporaryFile

from searchsvc.sources.pydocs_walk import Module, modules

_FIRST_MODULE, _FIRST_TOPIC, _FIRST_OBJECT = 1, 10_001, 100_001
_NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"

_TABLES = f"""
CREATE TABLE modules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    doc TEXT NOT NULL DEFAULT '',
    updated_at TEXT NOT NULL DEFAULT ({_NOW})
);
CREATE TABLE objects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    module_id INTEGER NOT NULL REFERENCES modules (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    qualified_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    signature TEXT NOT NULL DEFAULT '',
    doc TEXT NOT NULL DEFAULT '',
    deprecated INTEGER NOT NULL DEFAULT 0,
    updated_at TEXT NOT NULL DEFAULT ({_NOW})
);
CREATE TABLE topics (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL,
    updated_at TEXT NOT NULL DEFAULT ({_NOW})
);
CREATE TABLE deletions (
    id INTEGER PRIMARY KEY,
    deleted_at TEXT NOT NULL
);
CREATE INDEX modules_updated ON modules (updated_at, id);
CREATE INDEX objects_updated ON objects (updated_at, id);
CREATE INDEX objects_module ON objects (module_id);
CREATE INDEX topics_updated ON topics (updated_at, id);
CREATE INDEX deletions_deleted ON deletions (deleted_at, id);
"""
_TRIGGERS = """
CREATE TRIGGER {table}_touch AFTER UPDATE ON {table} WHEN NEW.updated_at IS OLD.updated_at
BEGIN
    UPDATE {table} SET updated_at = {now} WHERE id = NEW.id;
END;
CREATE TRIGGER {table}_delete AFTER DELETE ON {table}
BEGIN
    INSERT OR REPLACE INTO deletions VALUES (OLD.id, {now});
END;
"""


def build_pydocs(path: Path) -> int:
    """Write the database to `path`, replacing what is there; how many rows it holds.

    The file appears when it is complete. Every standard module is imported on the way: run it in
    a process of its own where memory counts.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        unfinished = Path(file.name)
    try:
        with closing(sqlite3.connect(unfinished)) as connection:
            rows = _fill(connection)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _fill(connection: sqlite3.Connection) -> int:
    connection.executescript(_TABLES)
    for table in ("modules", "objects", "topics"):
        connection.executescript(_TRIGGERS.format(table=table, now=_NOW))
    rows = 0
    next_object = _FIRST_OBJECT
    for number, module in enumerate(modules(), _FIRST_MODULE):
        _insert_module(connection, number, module, next_object)
        next_object += len(module.objects)
        rows += 1 + len(module.objects)
    topics = list(_topics())
    connection.executemany("INSERT INTO topics VALUES (?, ?, ?, ?)", topics)
    connection.commit()
    return rows + len(topics)


def _insert_module(
    connection: sqlite3.Connection, id: int, module: Module, first_object: int
) -> None:
    updated = _iso(module.updated)
    row = (id, module.name, module.doc, updated)
    connection.execute("INSERT INTO modules VALUES (?, ?, ?, ?)", row)
    connection.executemany(
        "INSERT INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                number,
                id,
                o.name,
                o.qualified_name,
                o.kind,
                o.signature,
                o.doc,
                o.deprecated,
                updated,
            )
            for number, o in enumerate(module.objects, first_object)
        ),
    )


def _topics() -> Iterator[tuple[int, str, str, str]]:
    """The language reference as `help()` shows it."""
    module = import_module("pydoc_data.topics")
    updated = _iso(datetime.fromtimestamp(Path(str(module.__file__)).stat().st_mtime, UTC))
    for number, (name, text) in enumerate(sorted(module.topics.items()), _FIRST_TOPIC):
        yield number, name, text.strip(), updated


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def main() -> int:
    """Build the database at the path given as the only argument."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m searchsvc.sources.pydocs PATH\n")
        return 2
    rows = build_pydocs(Path(sys.argv[1]))
    sys.stdout.write(f"{rows:,} rows\n")
    sys.stdout.flush()
    # Some standard modules leave threads or exit handlers behind; none of them is needed.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
