"""Reads the tables of a database: keys, types, foreign keys, and which columns tell of changes."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Inspector, inspect, types
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import DBAPIError

from searchsvc.errors import SourceError
from searchsvc.sources.connect import open_database
from searchsvc.sources.database import Database, Statement
from searchsvc.sources.schema_points import PointType, joined, know_geometries, pairs

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WATERMARK = re.compile(
    r"(date_?)?(last_?)?(updated?|modified|changed?|upd|mod)(_?(at|on|time|date|ts|timestamp))?"
    r"|mtime",
    re.IGNORECASE,
)
_SOFT_DELETE = re.compile(
    r"(is_?)?(deleted|removed|trashed)(_?(at|on|time|date))?|date_?deleted", re.IGNORECASE
)
_LONG = 255


class ColumnKind(StrEnum):
    """What a column holds, as far as a search is concerned."""

    TEXT = "text"
    LONG_TEXT = "long text"
    CHOICE = "choice"  # ENUM and SET
    INTEGER = "integer"
    NUMBER = "number"
    BOOL = "bool"
    DATE = "date"
    JSON = "json"
    POINT = "point"
    OTHER = "other"  # binary, other geometries, and what is not known


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `sql` is its name as SQL takes it, quoted where it must be.

    Of a point that is two columns it is what selects them as one.
    """

    name: str
    sql: str
    kind: ColumnKind


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """One column of a table that refers to one column of another."""

    column: str
    table: str
    target: str


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One table. `key` is in the order of its index; `rows` an estimate where that is cheaper.

    `watermark` and `soft_delete` are "" where no column looks like one.
    """

    name: str
    sql: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    watermark: str = ""
    watermark_indexed: bool = False
    soft_delete: str = ""
    rows: int = 0

    def column(self, name: str) -> Column:
        """The column of that name, which the table has."""
        return next(column for column in self.columns if column.name == name)


_SYSTEM = frozenset({"information_schema", "mysql", "performance_schema", "sys"})


def read_schema(url: str) -> list[TableSchema]:
    """The tables behind a URL by name. Raises SourceUnreachable or SourceError."""
    database = open_database(url)
    try:
        _require_name(database)
        counts = _row_counts(database)
        if database.mysql:
            know_geometries(database.engine)
        inspector = inspect(database.engine)
        return [
            _table(database, inspector, name, counts.get(name))
            for name in sorted(inspector.get_table_names())
        ]
    except DBAPIError as error:
        raise database.translated("the schema", error) from None
    finally:
        database.close()


def _require_name(database: Database) -> None:
    """Raises SourceError for a URL of a whole server."""
    if database.mysql and not database.engine.url.database:
        names = [n for n in inspect(database.engine).get_schema_names() if n not in _SYSTEM]
        seen = ", ".join(names) or "none that this account sees"
        hint = f"add one behind the last /; there is {seen}"
        raise SourceError("the source's url names no database", hint=hint)


def _row_counts(database: Database) -> dict[str, int]:
    """MySQL's estimates; SQLite keeps none. Also the first to find out whether anyone answers."""
    if not database.mysql:
        database.driver.now(database)
        return {}
    sql = (
        "SELECT table_name, table_rows FROM information_schema.tables"
        " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
    )
    table = database.read(Statement("row counts", sql))
    return {name: int(rows or 0) for name, rows in table.rows}


def _table(database: Database, inspector: Inspector, name: str, rows: int | None) -> TableSchema:
    found = inspector.get_columns(name)
    columns = _with_points(database, found)
    watermark = _watermark(found, columns)
    if rows is None:
        count = f"SELECT COUNT(*) FROM {_sql(database, name)}"
        rows = int(database.read(Statement(f"count of {name}", count)).rows[0][0])
    return TableSchema(
        name=name,
        sql=_sql(database, name),
        columns=columns,
        key=tuple(inspector.get_pk_constraint(name)["constrained_columns"]),
        foreign_keys=_foreign_keys(inspector, name),
        watermark=watermark,
        watermark_indexed=any(
            (index["column_names"] or [None])[0] == watermark
            for index in inspector.get_indexes(name)
        ),
        soft_delete=next((c.name for c in columns if _marks_deletes(c)), ""),
        rows=rows,
    )


def _with_points(database: Database, found: list[Any]) -> tuple[Column, ...]:
    """The columns, those of a latitude and a longitude as one in place of the former."""
    columns = {
        c["name"]: Column(c["name"], _sql(database, c["name"]), _kind(c["type"])) for c in found
    }
    types = {c["name"]: c["type"] for c in found}
    numbers = [name for name, column in columns.items() if column.kind is ColumnKind.NUMBER]
    for name, pair in pairs(numbers, columns).items():
        parts = [(columns[part].sql, types[part]) for part in pair]
        sql = joined(name, parts, is_mysql=database.mysql)
        columns[pair[0]] = Column(name, sql, ColumnKind.POINT)
        del columns[pair[1]]
    return tuple(columns.values())


def _sql(database: Database, name: str) -> str:
    """The name as SQL takes it: SQLAlchemy would also quote every name with a capital."""
    preparer = database.engine.dialect.identifier_preparer
    if _PLAIN_NAME.fullmatch(name) and name.lower() not in preparer.reserved_words:
        return name
    return preparer.quote_identifier(name)


def _foreign_keys(inspector: Inspector, name: str) -> tuple[ForeignKey, ...]:
    """Those over one column; SQLite may leave out the target, which then is the primary key."""
    keys = []
    for found in inspector.get_foreign_keys(name):
        table = found["referred_table"]
        targets = found["referred_columns"]
        targets = targets or inspector.get_pk_constraint(table)["constrained_columns"]
        if len(found["constrained_columns"]) == len(targets) == 1:
            keys.append(ForeignKey(found["constrained_columns"][0], table, targets[0]))
    return tuple(sorted(keys, key=lambda key: key.column))


def _watermark(found: list[Any], columns: tuple[Column, ...]) -> str:
    """The column that every write moves: the one that the database itself keeps, or by name."""
    for column in found:
        if "on update" in str(column.get("default") or "").lower():
            return str(column["name"])
    named = [c for c in columns if c.kind in _TIMES and _WATERMARK.fullmatch(c.name)]
    named.sort(key=lambda column: column.kind is not ColumnKind.DATE)
    return named[0].name if named else ""


def _marks_deletes(column: Column) -> bool:
    marks = (*_TIMES, ColumnKind.BOOL)
    return column.kind in marks and _SOFT_DELETE.fullmatch(column.name) is not None


def _kind(type: Any) -> ColumnKind:
    kind = next((kind for kinds, kind in _KINDS if isinstance(type, kinds)), ColumnKind.OTHER)
    if kind is ColumnKind.TEXT and (type.length or 0) > _LONG:
        return ColumnKind.LONG_TEXT
    if isinstance(type, mysql.TINYINT) and type.display_width == 1:
        return ColumnKind.BOOL
    if isinstance(type, mysql.BIT):
        return ColumnKind.BOOL if (type.length or 1) == 1 else ColumnKind.INTEGER
    return kind


# SQLite keeps times as text or numbers.
_TIMES = (ColumnKind.DATE, ColumnKind.TEXT, ColumnKind.LONG_TEXT, ColumnKind.INTEGER)
# In this order: an ENUM of SQLAlchemy is a string too, MySQL's SET and LONGTEXT likewise.
_KINDS: tuple[tuple[Any, ColumnKind], ...] = (
    (types.JSON, ColumnKind.JSON),
    ((types.Enum, mysql.SET), ColumnKind.CHOICE),
    (types.Text, ColumnKind.LONG_TEXT),
    (types.String, ColumnKind.TEXT),
    (types.Boolean, ColumnKind.BOOL),
    ((types.Integer, mysql.BIT, mysql.YEAR), ColumnKind.INTEGER),
    ((types.DateTime, types.Date), ColumnKind.DATE),
    (PointType, ColumnKind.POINT),
    ((types.Numeric, types.Float, types.Time), ColumnKind.NUMBER),
)
