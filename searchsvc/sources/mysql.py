"""MySQL and MariaDB through either of two clients: sessions, the clock, SQL of their own."""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

from sqlalchemy import URL, CursorResult, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from searchsvc.errors import SourceError
from searchsvc.ports import SourceTime
from searchsvc.sources.database import IS_IT_UP, MOST_EXACT, Column, Database, Statement
from searchsvc.sources.mysql_values import type_name
from searchsvc.sources.watermarks import micros_of

# A change is committed at most this long after its statement's time, unless its transaction is
# open: then innodb_trx shows the transaction (or the indexer's overlap covers it).
_MARGIN = 2_000_000
_TRANSACTION_MARGIN = 1_000_000  # trx_started is cut to whole seconds
_HOUR = 3_600_000_000

# Shutting down, aborted or killed connections, and the client's own 2xxx.
_UNREACHABLE = frozenset(
    {0, 1042, 1053, 1077, 1079, 1152, 1153, 1158, 1159, 1160, 1161, 1205, 1213, 1317}
    | {1927, 2002, 2003, 2004, 2005, 2006, 2012, 2013, 2014, 2026, 2027, 2045, 2055, 4031}
)
# Too many connections: of all, of one account, or of what the account may do.
_FULL = frozenset({1040, 1203, 1226})
_MAKE_ROOM = (
    "let others hold fewer connections, or raise max_connections or the account's limit;"
    " runs are tried again as they fall due"
)

_NOW = Statement("the clock", "SELECT NOW(6)")
# The view may be 0.1 s old, which the margin covers. trx_started is in the server's own zone,
# whatever the session's; SYSTEM needs no zone tables.
_OLDEST = Statement(
    "open transactions",
    "SELECT CONVERT_TZ(MIN(trx_started), 'SYSTEM', '+00\\:00') FROM information_schema.innodb_trx"
    " WHERE trx_is_read_only = 0 AND trx_mysql_thread_id <> CONNECTION_ID()",
)


_STRINGS = frozenset({"varchar", "text", "varbinary", "blob", "enum", "set", "json"})


class Client(Protocol):
    """A library that speaks with MySQL. Its cursors have `fields`, one for each column."""

    @property
    def error(self) -> type[Exception]:
        """What all its errors are; their first argument is MySQL's number."""
        ...

    def url(self, url: URL) -> URL:
        """The url by which SQLAlchemy connects through it."""
        ...

    def arguments(self, url: URL) -> dict[str, Any]:
        """What its connections need to give the values that `mysql_values` describes."""
        ...


class MySQLDriver:
    """How to connect to MySQL and MariaDB. `seconds` is the longest that one statement may take.

    The url's own `read_timeout`, `write_timeout` and `connect_timeout` go before ours.
    """

    mysql: ClassVar[bool] = True
    marks = None  # the server's own text of a value decides, which its rows do not show

    def __init__(self, url: URL, client: Client, *, seconds: int = 300) -> None:
        self._url = client.url(url)
        self._client = client
        # Of a statement that nobody waits for any more, the server should know too.
        self._seconds = min(seconds, _timeout(url, "read_timeout", seconds))
        self._timeouts = {
            "connect_timeout": _timeout(url, "connect_timeout", 10),
            "read_timeout": _timeout(url, "read_timeout", seconds + 30),
            "write_timeout": _timeout(url, "write_timeout", 60),
        }
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
                **self._timeouts,
                **self._client.arguments(self._url),
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

    def rows(self, result: CursorResult[Any]) -> Sequence[Sequence[Any]]:
        # The client holds them all by now, so nothing can fail that SQLAlchemy would have to
        # translate; to make rows of its own out of them takes it half as long as reading them.
        cursor: Any = result.cursor
        rows = list(cursor.fetchall())
        result.close()
        return rows

    def remedy(self, error: DBAPIError) -> str:
        args = error.orig.args if isinstance(error.orig, self._client.error) else ()
        number = args[0] if args else None
        if number in _FULL:
            return _MAKE_ROOM
        return IS_IT_UP if error.connection_invalidated or number in _UNREACHABLE else ""

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


def _timeout(url: URL, name: str, default: int) -> int:
    """The seconds that the url gives that timeout, or the default."""
    text = url.query.get(name, str(default))
    if isinstance(text, str) and text.isdecimal() and int(text) > 0:
        return int(text)
    raise SourceError(
        f"the source's url has no usable {name}", hint=f"write whole seconds: {name}=60"
    )


def checksum(columns: Sequence[Column]) -> str:
    """CRC32 over the values' bytes between separators; 0 where they are more than one packet."""
    values = ", ".join(f"IFNULL({_bytes(column)}, 0x1E)" for column in columns)
    return f"IFNULL(CRC32(CONCAT_WS(0x1F, {values})), 0)"


def _bytes(column: Column) -> str:
    if column.type == "geometry":
        return f"ST_AsBinary({column.sql})"
    # MySQL's own JSON has no bytes before it is text.
    kind = "CHAR" if column.type == "json" else "BINARY"
    return f"CAST({column.sql} AS {kind})"
