"""PyMySQL as a client of MySQL: pure Python, so it is always there."""

from collections.abc import Callable, Sequence
from typing import Any

from pymysql.converters import conversions
from pymysql.cursors import Cursor
from pymysql.err import MySQLError
from sqlalchemy import URL

from searchsvc.sources.mysql_packets import read_rows
from searchsvc.sources.mysql_values import (
    BINARY_CHARSET,
    DECODERS,
    Field,
    bit_converter,
    converted,
    enum_member,
    set_members,
)


class PyMySQLClient:
    """Connects through PyMySQL. Implements mysql.Client."""

    error: type[Exception] = MySQLError

    def url(self, url: URL) -> URL:
        return url.set(drivername="mysql+pymysql")

    def arguments(self, _: URL) -> dict[str, Any]:
        return {"conv": {**conversions, **DECODERS}, "cursorclass": TypedCursor}


class TypedCursor(Cursor):  # type: ignore[misc]  # PyMySQL ships no types
    """A cursor whose rows are converted by what only the column's flags and length tell."""

    _rows: Sequence[tuple[Any, ...]] | None
    fields: Sequence[Field] = ()

    def _query(self, statement: str) -> None:
        connection = self._get_db()
        self._clear_result()
        connection.query(statement, unbuffered=True)  # the columns; the rows are read below
        self._do_get_result()

    def _do_get_result(self) -> None:
        super()._do_get_result()
        if self.description:
            self._rows = read_rows(self._result)
            self.rowcount = len(self._rows)
        found = self._result.fields if self.description else ()
        self.fields = [_field(one) for one in found]
        if self._rows:
            self._rows = converted(self._rows, [_converter(field) for field in self.fields])


def _field(found: Any) -> Field:
    binary = found.charsetnr == BINARY_CHARSET
    return Field(found.type_code, found.flags, found.length, binary)


def _converter(field: Field) -> Callable[[Any], Any] | None:
    if field.is_set:
        return set_members
    return enum_member if field.is_enum else bit_converter(field)
