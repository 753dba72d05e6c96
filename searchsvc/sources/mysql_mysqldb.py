"""mysqlclient as a client of MySQL: reads in C, several times as fast; imported where it is there.

Its values are those of PyMySQL, and so is how it connects: no socket file unless the url names
one, no second statement in one query, no file of ours for a server that asks for it.
"""

from collections.abc import Callable, Sequence
from typing import Any

from MySQLdb import MySQLError
from MySQLdb.constants import FIELD_TYPE, FLAG
from MySQLdb.converters import conversions
from MySQLdb.cursors import Cursor
from sqlalchemy import URL

from searchsvc.sources.mysql_values import (
    DECODERS,
    Field,
    bit_converter,
    converted,
    enum_member,
    set_members,
)

# The first that fits the column's flags; BINARY is set where the charset is binary.
_TEXT = ((FLAG.SET, set_members), (FLAG.ENUM, enum_member), (FLAG.BINARY, bytes), (None, str))
_TEXT_TYPES = (
    FIELD_TYPE.STRING, FIELD_TYPE.VAR_STRING, FIELD_TYPE.VARCHAR, FIELD_TYPE.TINY_BLOB,
    FIELD_TYPE.BLOB, FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB,
)  # fmt: skip
_CONVERSIONS: dict[Any, Any] = {
    **conversions,
    **DECODERS,
    **dict.fromkeys(_TEXT_TYPES, _TEXT),
    FIELD_TYPE.SET: set_members,
    FIELD_TYPE.ENUM: enum_member,
    FIELD_TYPE.JSON: str,
    FIELD_TYPE.BIT: bytes,
}


class MySQLdbClient:
    """Connects through mysqlclient. Implements mysql.Client."""

    error: type[Exception] = MySQLError

    def url(self, url: URL) -> URL:
        """The C library takes `localhost` for the socket file, whatever the port."""
        host = url.host or "localhost"
        if "unix_socket" in url.query:
            host = "localhost"
        elif host == "localhost":
            host = "127.0.0.1"
        return url.set(drivername="mysql+mysqldb", host=host)

    def arguments(self, url: URL) -> dict[str, Any]:
        arguments = {
            "conv": _CONVERSIONS,
            "cursorclass": TypedCursor,
            "use_unicode": False,  # True would replace our conversions of text
            "binary_prefix": True,
            "multi_statements": False,
            "local_infile": False,
        }
        if "ssl_ca" in url.query and "ssl_mode" not in url.query:
            arguments["ssl_mode"] = "VERIFY_IDENTITY"  # else the library encrypts, and trusts all
        return arguments


class TypedCursor(Cursor):  # type: ignore[misc]  # mysqlclient ships no types
    """A cursor whose rows are converted by what only the column's length tells."""

    _rows: Sequence[tuple[Any, ...]]
    fields: Sequence[Field] = ()

    def _post_get_result(self) -> None:
        self.fields = _fields(self.description, self.description_flags, self._result)
        super()._post_get_result()
        self._rows = converted(self._rows, [bit_converter(field) for field in self.fields])


def _fields(description: Any, flags: Any, result: Any) -> Sequence[Field]:
    if result is None:
        return ()
    # The charset shows only in which conversion the library has chosen.
    chosen: Sequence[Callable[[Any], Any]] = result.converter
    return [
        Field(type_code, flag, length, convert is bytes)
        for (_, type_code, _, length, *_), flag, convert in zip(
            description, flags, chosen, strict=True
        )
    ]
