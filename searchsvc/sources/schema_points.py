"""Columns that are points on earth: MySQL's POINT, and pairs of a latitude and a longitude."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Engine, types
from sqlalchemy.dialects import mysql

_LAT = re.compile(r"(.*?)_?(?:lat|latitude)", re.IGNORECASE)
_LON = re.compile(r"(.*?)_?(?:lon|lng|long|longitude)", re.IGNORECASE)
_NAMES = ("location", "point", "geo")
_OTHERS = (
    "geometry", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon",
    "geometrycollection", "geomcollection",
)  # fmt: skip


class PointType(types.UserDefinedType[Any]):
    """The type of a column of points."""

    cache_ok = True


class GeometryType(types.UserDefinedType[Any]):
    """The type of a column of lines, areas or anything."""

    cache_ok = True


def know_geometries(engine: Engine) -> None:
    """Lets SQLAlchemy tell the types of MySQL's geometries, for which it has none."""
    dialect: Any = engine.dialect
    others = dict.fromkeys(_OTHERS, GeometryType)
    dialect.ischema_names = {**dialect.ischema_names, "point": PointType, **others}


def pairs(numbers: Iterable[str], names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The columns for the latitude and the longitude of each point, by a name for the point.

    `numbers` are the columns that may be either, `names` those that are taken.
    """
    lats, lons = _by_stem(_LAT, numbers), _by_stem(_LON, numbers)
    taken = {name.lower() for name in names}
    found: dict[str, tuple[str, str]] = {}
    for stem, lat in lats.items():
        prefix = f"{lat[: len(stem)]}_" if stem else ""
        free = [name for name in _NAMES if (prefix + name).lower() not in taken]
        if stem in lons and free:
            found[prefix + free[0]] = lat, lons[stem]
    return found


def _by_stem(pattern: re.Pattern[str], names: Iterable[str]) -> dict[str, str]:
    matches = ((name, pattern.fullmatch(name)) for name in names)
    return {match[1].lower(): name for name, match in matches if match}


def joined(name: str, columns: Sequence[tuple[str, Any]], *, is_mysql: bool) -> str:
    """The SQL of the latitude and the longitude as one text; NULL where either is.

    `columns` are their own SQL and types. A FLOAT would be cut to six digits, unless it is
    calculated with.
    """
    parts = [
        f"{sql} + 0e0" if is_mysql and isinstance(type, mysql.FLOAT) else sql
        for sql, type in columns
    ]
    text = f"CONCAT({parts[0]}, ',', {parts[1]})" if is_mysql else " || ',' || ".join(parts)
    return f"{text} AS {name}"
