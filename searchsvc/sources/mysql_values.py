"""Values of MySQL's column types, the same whichever client reads them.

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
| JSON | text |
| POINT | a dict of lat and lon; other geometries None |
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from struct import Struct
from typing import Any

from pymysql.constants import FIELD_TYPE, FLAG

BINARY_CHARSET = 63
# A point's SRID, and then its WKB: the byte order, what it is, x and y.
_GEOMETRY = Struct("<IBIdd")
_IS_POINT = (1, 1)  # little-endian, a point


@dataclass(frozen=True, slots=True)
class Field:
    """What a result tells of one of its columns; the text of a `binary` one is bytes."""

    type_code: int
    flags: int
    length: int
    binary: bool

    @property
    def is_set(self) -> bool:
        """Whether it is a SET, which a server sends as flagged text."""
        return bool(self.flags & FLAG.SET) or self.type_code == FIELD_TYPE.SET

    @property
    def is_enum(self) -> bool:
        """Whether it is an ENUM, likewise."""
        return bool(self.flags & FLAG.ENUM) or self.type_code == FIELD_TYPE.ENUM


def type_name(field: Field) -> str:
    """The SQL name of a result column's type, as far as a result tells it."""
    if field.is_set:
        return "set"
    if field.is_enum:
        return "enum"
    name = _NAMES.get(field.type_code)
    if name is not None:
        return f"{name} unsigned" if "int" in name and field.flags & FLAG.UNSIGNED else name
    if field.type_code in _BLOBS:
        return "blob" if field.binary else "text"
    return "varbinary" if field.binary else "varchar"


def converted(
    rows: Sequence[tuple[Any, ...]], converters: Sequence[Callable[[Any], Any] | None]
) -> Sequence[tuple[Any, ...]]:
    """The rows with each column's converter applied; without any, the very same rows."""
    used = [(position, convert) for position, convert in enumerate(converters) if convert]
    return tuple(_convert(row, used) for row in rows) if used else rows


def _convert(
    row: tuple[Any, ...], converters: Sequence[tuple[int, Callable[[Any], Any]]]
) -> tuple[Any, ...]:
    values = list(row)
    for position, convert in converters:
        if values[position] is not None:
            values[position] = convert(values[position])
    return tuple(values)


def bit_converter(field: Field) -> Callable[[Any], Any] | None:
    """Makes the value of a BIT column from its bytes; None for other columns.

    Apart from the decoders because the length of the column decides.
    """
    if field.type_code != FIELD_TYPE.BIT:
        return None
    return _bit if field.length == 1 else _bits


def _bits(value: bytes) -> int:
    return int.from_bytes(value, "big")


def _bit(value: bytes) -> bool:
    return value != b"\0"


def set_members(value: str | bytes) -> list[str]:
    """A SET as its sorted members."""
    return sorted(_text(value).split(",")) if value else []


@lru_cache(maxsize=4096)  # a column has few
def enum_member(value: str | bytes) -> str | None:
    """An ENUM as text; '' stands for a value that the column did not allow."""
    return _text(value) or None


def _text(value: str | bytes) -> str:
    # Members are names, also where their charset is binary.
    return value if isinstance(value, str) else value.decode(errors="replace")


def _datetime(value: str) -> datetime | None:
    try:
        # Several times as fast as to replace the zone of a naive one.
        return datetime.fromisoformat(value + "+00:00")
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


def _point(value: bytes) -> dict[str, float] | None:
    """A POINT, which is stored with the longitude first, whatever its SRID."""
    if len(value) != _GEOMETRY.size:
        return None
    _, order, kind, lon, lat = _GEOMETRY.unpack(value)
    return {"lat": lat, "lon": lon} if (order, kind) == _IS_POINT else None


# By the type alone; numbers are as either client reads them anyway.
DECODERS: dict[int, Callable[[Any], Any]] = {
    FIELD_TYPE.DATETIME: _datetime,
    FIELD_TYPE.TIMESTAMP: _datetime,
    FIELD_TYPE.DATE: _date,
    FIELD_TYPE.NEWDATE: _date,
    FIELD_TYPE.TIME: _seconds,
    FIELD_TYPE.GEOMETRY: _point,
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
_BLOBS = frozenset(
    {FIELD_TYPE.TINY_BLOB, FIELD_TYPE.BLOB, FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB}
)
