"""MySQL and MariaDB through PyMySQL: session, clock, and values that mean the same everywhere.

| column | value |
|---|---|
| DATETIME, TIMESTAMP | aware datetime, UTC; zero and impossible dates None |
| DATE | date; zero and impossible dates None |
| TIME | seconds with their sign: int, float where it holds µs |
| BIT(1) | bool; BIT(n) int |
| TINYINT(1) | int, since 2 is allowed in it; a bool field takes 0 and 1 |
| DECIMAL | Decimal |
| SET | sorted list; ENUM text, None for the invalid '' |
| BINARY, BLOB | bytes, which `sql.py` hands on as base64 |
| JSON | text; GEOMETRY None |
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from pymysql.constants import FIELD_TYPE, FLAG
from pymysql.converters import conversions
from pymysql.cursors import Cursor
from pymysql.err import MySQLError
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from searchsvc.errors import SourceError
from searchsvc.ports import SourceTime
from searchsvc.sources.database import MOST_EXACT, Column, Database, Statement
from searchsvc.sources.watermarks import micros_of

# A change is committed at most this long after its statement's time, unless its transaction is
# open: then innodb_trx shows the transaction (or the indexer's overlap covers it).
_MARGIN = 2_000_000
_TRANSACTION_MARGIN = 1_000_000  # trx_started is cut to whole seconds
_HOUR = 3_600_000_000
_ACCESS_DENIED = 1227
_BINARY_CHARSET = 63

# Too many connections, shutting down, aborted or killed connections, and the client's own 2xxx.
_UNREACHABLE = frozenset(
    {0, 1040, 1042, 1053, 1077, 1079, 1152, 1153, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1317}
    | {1927, 2002, 2003, 2004, 2005, 2006, 2012, 2013, 2014, 2026, 2027, 2045, 2055, 4031}
)

_NOW = Statement("the clock", "SELECT NOW(6)")
# The view may be 0.1 s old, which the margin covers. trx_started is in the server's own zone,
# whatever the session's; SYSTEM needs no zone tables.
_OLDEST = Statement(
    "open transactions",
    "SELECT CONVERT_TZ(MIN(trx_started), 'SYSTEM', '+00\\:00') FROM information_schema.innodb_trx"
    " WHERE trx_is_read_only = 0 AND trx_mysql_thread_id <> CONNECTION_ID()",
)


class MySQLDriver:
    """How to connect to MySQL and MariaDB. `seconds` is the longest that one statement may take."""

    mysql: ClassVar[bool] = True

    def __init__(self, url: URL, *, seconds: int = 300) -> None:
        self._url = url.set(drivername="mysql+pymysql")
        self._seconds = seconds
        self._sees_transactions: bool | None = None

    @property
    def name(self) -> str:
        return self._url.render_as_string(hide_password=True)

    def engine(self) -> Engine:
        engine = create_engine(
            self._url,
            isolation_level="AUTOCOMMIT",
            pool_pre_ping=True,
            pool_recycle=1800,
            pool_size=2,
            hide_parameters=True,
            connect_args={
                "charset": "utf8mb4",
                "connect_timeout": 10,
                "read_timeout": self._seconds + 30,
                "write_timeout": 60,
                "conv": {**conversions, **_DECODERS},
                "cursorclass": TypedCursor,
            },
        )
        event.listen(engine, "connect", self._begin_session)
        return engine

    def _begin_session(self, connection: Any, _record: object) -> None:
        """Times in UTC, no writes, no read view that lives on, no endless statement."""
        is_mariadb = "MariaDB" in connection.get_server_info()
        limit = (
            f"max_statement_time = {self._seconds}"
            if is_mariadb
            else f"max_execution_time = {self._seconds * 1000}"
        )
        with connection.cursor() as cursor:
            cursor.execute(f"SET SESSION time_zone = '+00:00', {limit}")
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY")

    def types(self, cursor: Any) -> tuple[str, ...]:
        return tuple(type_name(field) for field in cursor.fields)

    def is_unreachable(self, error: DBAPIError) -> bool:
        args = error.orig.args if isinstance(error.orig, MySQLError) else ()
        return error.connection_invalidated or bool(args and args[0] in _UNREACHABLE)

    @property
    def sees_transactions(self) -> bool:
        return self._sees_transactions is not False

    def now(self, database: Database) -> int:
        return micros_of(database.read(_NOW).rows[0][0])

    def time(self, database: Database) -> SourceTime:
        now = self.now(database)
        oldest = self._oldest_transaction(database, now)
        safe = now - _MARGIN
        return SourceTime(now, safe if oldest is None else min(safe, oldest - _TRANSACTION_MARGIN))

    def checksum(self, columns: Sequence[Column]) -> str:
        return checksum(columns)

    def slot(self, columns: Sequence[Column]) -> str:
        if len(columns) > 1 or "int" not in columns[0].type:
            return checksum(columns)
        key = columns[0].sql
        if "bigint" not in columns[0].type:
            return key
        exact = f"{key} BETWEEN {-MOST_EXACT} AND {MOST_EXACT}"
        return f"CASE WHEN {exact} THEN {key} ELSE CRC32({key}) END"

    def truth(self, column: Column) -> str:
        nothing = "''" if column.type in _STRINGS else "0"
        return f"({column.sql} IS NOT NULL AND {column.sql} <> {nothing})"

    def floor_divided(self, number: str, by: int) -> str:
        return f"FLOOR({number} / {by})"

    def _oldest_transaction(self, database: Database, now: int) -> int | None:
        """When the oldest open transaction that may write began, in µs; None where none is seen."""
        if not self.sees_transactions:
            return None
        try:
            started = database.read(_OLDEST).rows[0][0]
        except SourceError as error:
            if "PROCESS" not in error.message:
                raise
            self._sees_transactions = False
            return None
        self._sees_transactions = True
        if started is None:
            return None
        # In the hour that summer time repeats, the later reading can lie ahead of the clock.
        began = micros_of(started)
        return began if began <= now else began - _HOUR


def checksum(columns: Sequence[Column]) -> str:
    """CRC32 over the values' bytes between separators; 0 where they are more than one packet."""
    values = ", ".join(f"IFNULL({_bytes(column)}, 0x1E)" for column in columns)
    return f"IFNULL(CRC32(CONCAT_WS(0x1F, {values})), 0)"


def _bytes(column: Column) -> str:
    # MySQL's own JSON has no bytes before it is text.
    kind = "CHAR" if column.type == "json" else "BINARY"
    return f"CAST({column.sql} AS {kind})"


class TypedCursor(Cursor):  # type: ignore[misc]  # PyMySQL ships no types
    """A cursor whose rows are converted by what only the column's flags and length tell."""

    _rows: Sequence[Sequence[Any]] | None

    @property
    def fields(self) -> Sequence[Any]:
        """The description of each column as the server sent it."""
        return self._result.fields or ()

    def _do_get_result(self) -> None:
        super()._do_get_result()
        if not self._rows:
            return
        converters = [(i, c) for i, f in enumerate(self.fields) if (c := _by_flags(f))]
        if converters:
            self._rows = tuple(_convert(row, converters) for row in self._rows)


def _convert(
    row: Sequence[Any], converters: Sequence[tuple[int, Callable[[Any], Any]]]
) -> tuple[Any, ...]:
    values = list(row)
    for position, convert in converters:
        if values[position] is not None:
            values[position] = convert(values[position])
    return tuple(values)


def _by_flags(field: Any) -> Callable[[Any], Any] | None:
    if field.type_code == FIELD_TYPE.BIT:
        return _bit if field.length == 1 else _bits
    if field.flags & FLAG.SET or field.type_code == FIELD_TYPE.SET:
        return _set
    if field.flags & FLAG.ENUM or field.type_code == FIELD_TYPE.ENUM:
        return _enum
    return None


def _bits(value: bytes) -> int:
    return int.from_bytes(value, "big")


def _bit(value: bytes) -> bool:
    return value != b"\0"


def _set(value: str) -> list[str]:
    return sorted(value.split(",")) if value else []


def _enum(value: str) -> str | None:
    return value or None


def _datetime(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except ValueError:
        return None


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _seconds(value: str) -> float:
    """`-838:59:59.5` as seconds; whole ones as int."""
    hours, minutes, rest = value.lstrip("-").split(":")
    whole, _, fraction = rest.partition(".")
    span = timedelta(
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(whole),
        microseconds=int(fraction.ljust(6, "0")[:6] or 0),
    )
    seconds = span.total_seconds() * (-1 if value.startswith("-") else 1)
    return int(seconds) if seconds.is_integer() else seconds


def _nothing(_: object) -> None:
    return None


_DECODERS: dict[int, Callable[[Any], Any]] = {
    FIELD_TYPE.DATETIME: _datetime,
    FIELD_TYPE.TIMESTAMP: _datetime,
    FIELD_TYPE.DATE: _date,
    FIELD_TYPE.NEWDATE: _date,
    FIELD_TYPE.TIME: _seconds,
    FIELD_TYPE.GEOMETRY: _nothing,
}

_NAMES = {
    FIELD_TYPE.TINY: "tinyint",
    FIELD_TYPE.SHORT: "smallint",
    FIELD_TYPE.INT24: "mediumint",
    FIELD_TYPE.LONG: "int",
    FIELD_TYPE.LONGLONG: "bigint",
    FIELD_TYPE.YEAR: "year",
    FIELD_TYPE.FLOAT: "float",
    FIELD_TYPE.DOUBLE: "double",
    FIELD_TYPE.DECIMAL: "decimal",
    FIELD_TYPE.NEWDECIMAL: "decimal",
    FIELD_TYPE.BIT: "bit",
    FIELD_TYPE.DATETIME: "datetime",
    FIELD_TYPE.TIMESTAMP: "timestamp",
    FIELD_TYPE.DATE: "date",
    FIELD_TYPE.NEWDATE: "date",
    FIELD_TYPE.TIME: "time",
    FIELD_TYPE.JSON: "json",
    FIELD_TYPE.GEOMETRY: "geometry",
    FIELD_TYPE.NULL: "null",
}
_STRINGS = frozenset({"varchar", "text", "varbinary", "blob", "enum", "set", "json"})
_BLOBS = frozenset(
    {FIELD_TYPE.TINY_BLOB, FIELD_TYPE.BLOB, FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB}
)


def type_name(field: Any) -> str:
    """The SQL name of a result column's type, as far as a result tells it."""
    if field.flags & FLAG.SET or field.type_code == FIELD_TYPE.SET:
        return "set"
    if field.flags & FLAG.ENUM or field.type_code == FIELD_TYPE.ENUM:
        return "enum"
    name = _NAMES.get(field.type_code)
    if name is not None:
        return f"{name} unsigned" if "int" in name and field.flags & FLAG.UNSIGNED else name
    is_binary = field.charsetnr == _BINARY_CHARSET
    if field.type_code in _BLOBS:
        return "blob" if is_binary else "text"
    return "varbinary" if is_binary else "varchar"
