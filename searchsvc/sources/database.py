"""One SQL database to read from: short autocommit reads, and its failures as our errors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeAlias

from sqlalchemy import CursorResult, Engine, TextClause, bindparam, text
from sqlalchemy.exc import DBAPIError

from searchsvc.domain.document import Mark
from searchsvc.errors import SearchsvcError, SourceError, SourceUnreachable
from searchsvc.ports import SourceTime
from searchsvc.sources.places import line_of, meant

MOST_EXACT = 2**53  # the whole numbers up to here are exact in a double
IS_IT_UP = "check that it runs, and the source's url in searchsvc.yaml"


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL for `text()`, and what it is for: `sql`, `join 'brand'`, `changed 1`."""

    purpose: str
    sql: str


@dataclass(frozen=True, slots=True)
class Table:
    """What a statement answered: rows as the converters left them, bytes still bytes.

    `types` are the database's names of the columns' types, "" where it does not say.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column as an expression names it, and the database's name of its type."""

    sql: str
    type: str


# Whole rows, and the places of the key's columns, to the mark of each row.
Marks: TypeAlias = Callable[[Sequence[Sequence[Any]], Sequence[int]], list[Mark]]


class Driver(Protocol):
    """What differs between databases."""

    mysql: ClassVar[bool]

    @property
    def marks(self) -> Marks | None:
        """What `slot` and `checksum` say of rows; None where only the database can tell."""
        ...

    @property
    def name(self) -> str:
        """The url without its password, for errors."""
        ...

    def engine(self) -> Engine:
        """A lazy engine: read-only sessions in UTC, with time limits."""
        ...

    def types(self, cursor: Any) -> tuple[str, ...]:
        """The type of each column of the cursor's result."""
        ...

    def rows(self, result: CursorResult[Any]) -> Sequence[Sequence[Any]]:
        """All rows of a result."""
        ...

    def remedy(self, error: DBAPIError) -> str:
        """What to look at where trying again later may help; "" where it would not."""
        ...

    def now(self, database: "Database") -> int:
        """The database's clock in µs since 1970."""
        ...

    def time(self, database: "Database") -> SourceTime:
        """The database's clock, and what open transactions leave of it."""
        ...

    @property
    def sees_transactions(self) -> bool:
        """Whether `time` knows of open transactions; else an overlap must cover them."""
        ...

    def checksum(self, columns: Sequence[Column]) -> str:
        """SQL: a CRC-32 of the columns' values, which tells NULL from every value."""
        ...

    def slot(self, columns: Sequence[Column]) -> str:
        """SQL: a whole key itself, within what a double tells apart; else a CRC-32 of the key."""
        ...

    def truth(self, column: Column) -> str:
        """SQL: whether the column's value is true to Python; never NULL."""
        ...

    def floor_divided(self, number: str, by: int) -> str:
        """SQL: the whole number below `number / by`, for negative numbers too."""
        ...


class Database:
    """Reads through one small pool. `file` is the indexer's, for errors to name."""

    def __init__(self, driver: Driver, file: Path | None = None) -> None:
        self.driver = driver
        self.engine = driver.engine()
        self._file = file

    @property
    def mysql(self) -> bool:
        """Whether it speaks MySQL's SQL."""
        return self.driver.mysql

    def quote(self, name: str) -> str:
        """An identifier as this database writes it, quoted where it must be."""
        return self.engine.dialect.identifier_preparer.quote(name)

    def read(self, statement: Statement, values: Mapping[str, object] | None = None) -> Table:
        """All rows of a statement; a list among `values` fills an `IN :name`.

        A connection that was lost is replaced once, since reading twice does no harm.
        """
        try:
            try:
                return self._execute(statement.sql, values or {})
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                return self._execute(statement.sql, values or {})
        except DBAPIError as error:
            # The driver's error is not chained: its text may repeat values, and adds nothing.
            raise self.translated(statement.purpose, error) from None

    def _execute(self, sql: str, values: Mapping[str, object]) -> Table:
        lists = tuple(name for name, value in values.items() if isinstance(value, list))
        with self.engine.connect() as connection:
            result = connection.execute(_clause(sql, lists), dict(values))
            types = self.driver.types(result.cursor)
            names = tuple(result.keys())
            return Table(names, types, self.driver.rows(result))

    def translated(self, purpose: str, error: DBAPIError) -> SearchsvcError:
        """Our error for a failure of the driver; `purpose` says what was asked."""
        said = message_of(error)
        url = self.driver.name
        remedy = self.driver.remedy(error)
        if remedy:
            return SourceUnreachable(f"the database {url} does not answer: {said}", hint=remedy)
        if error.statement is None:  # it failed while connecting
            hint = "check the account and the database's name in the source's url"
            return SourceError(f"the database {url} refuses this account: {said}", hint=hint)
        hint = "run the statement by hand to see what it lacks"
        near = meant(self.engine, error.statement, said)
        return self.refused(f"{purpose}: {said}", f"{near}; {hint}" if near else hint, at=purpose)

    def refused(self, message: str, hint: str = "", *, at: str = "") -> SourceError:
        """A SourceError that begins with the indexer's file, and with the line of what `at` names:
        an argument of Indexer, or `join 'name'`.
        """
        if self._file is None:
            return SourceError(message, hint=hint)
        line = line_of(self._file, at)
        place = f"{self._file}:{line}" if line else str(self._file)
        return SourceError(f"{place}: {message}", hint=hint)

    def close(self) -> None:
        """Close the pool; a later read opens it again."""
        self.engine.dispose()


def message_of(error: DBAPIError) -> str:
    """What the database itself said, on one line."""
    args = getattr(error.orig, "args", ())
    return " ".join(str(args[-1] if args else error.orig).split())


@lru_cache(maxsize=512)
def _clause(sql: str, lists: tuple[str, ...]) -> TextClause:
    """SQLAlchemy's clause; made once, because finding its parameters costs more than binding."""
    return text(sql).bindparams(*(bindparam(name, expanding=True) for name in lists))
