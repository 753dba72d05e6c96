"""Says where in an indexer's file an error lies, and what an unknown name was meant to be."""

import re
from pathlib import Path

from sqlalchemy import Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from searchsvc.errors import nearest

_JOIN = re.compile(r"join '(\w+)'")
# As SQLite and MySQL say it; a name may be qualified.
_COLUMN = re.compile(r"(?:no such column: |Unknown column ')([\w.]+)")
_TABLE = re.compile(r"(?:no such table: |Table ')([\w.]+)")


def line_of(file: Path, at: str) -> int | None:
    """The line of what `at` begins with: an argument of Indexer, or `join 'name'`.

    None where it cannot be told.
    """
    try:
        text = file.read_text(encoding="utf-8") if at else ""
    except (OSError, UnicodeDecodeError):
        return None
    join = _JOIN.match(at)
    argument = re.escape(at.partition(" ")[0])
    pattern = rf"Join\(\s*(?:name\s*=\s*)?['\"]{join[1]}['\"]" if join else rf"\b{argument}\s*="
    found = re.search(pattern, text)
    return text.count("\n", 0, found.start()) + 1 if found else None


def meant(engine: Engine, sql: str, said: str) -> str:
    """A hint for the unknown column or table that the database named; "" for any other error."""
    try:
        return _meant(engine, sql, said)
    except SQLAlchemyError:
        return ""  # the hint is a courtesy, the error is told in any case


def _meant(engine: Engine, sql: str, said: str) -> str:
    table, column = _TABLE.search(said), _COLUMN.search(said)
    found = table or column
    if found is None:
        return ""
    inspector = inspect(engine)
    known = {*inspector.get_table_names(), *inspector.get_view_names()}
    if column:
        tables = known.intersection(re.findall(r"\w+", sql))
        known = {column["name"] for name in tables for column in inspector.get_columns(name)}
    return nearest(found[1].rpartition(".")[2], known)
