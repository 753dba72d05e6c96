"""A point in time in the form that a watermark column holds it, always rounded down.

Databases with a datetime type take a datetime. SQLite has none: there the column's own latest
value shows whether it holds ISO text or an epoch number, and in which unit.
"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from searchsvc.errors import SourceError

Form: TypeAlias = Literal["datetime", "date", "text", "text-t", "number"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:(?P<mark>[ T])\d\d:\d\d.*?(?P<zone>Z|[+-]\d\d:?\d\d)?)?")
# The largest plausible number of each unit: seconds reach the year 5138, and so do the others.
_UNITS = ((10**11, 1), (10**14, 1_000), (10**17, 1_000_000))


@dataclass(frozen=True, slots=True)
class Watermark:
    """How a column holds time; `per_second` is a number's unit: 1, 1000 or 1000000."""

    form: Form
    per_second: int = 1

    def at(self, micros: int) -> object:
        """The µs since 1970 as this column's value: what to bind, not later than asked."""
        if self.form == "number":
            return micros * self.per_second // 1_000_000
        instant = EPOCH + timedelta(microseconds=micros)
        if self.form == "date":
            return instant.date()
        # Whole seconds: a column may hold no fraction, and as text a longer value sorts later.
        instant = instant.replace(microsecond=0)
        if self.form == "datetime":
            return instant.replace(tzinfo=None)
        return instant.strftime(
            "%Y-%m-%dT%H:%M:%S" if self.form == "text-t" else "%Y-%m-%d %H:%M:%S"
        )


def watermark_of(value: object, column: str) -> Watermark:
    """The form of the column that holds `value`. Raises SourceError for what holds no time."""
    if isinstance(value, date):
        return Watermark("datetime" if isinstance(value, datetime) else "date")
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return Watermark("number", _per_second(value, column))
    match = _ISO.fullmatch(value) if isinstance(value, str) else None
    if match is None or match["zone"] not in (None, "Z", "+00:00", "+0000", "-00:00"):
        raise SourceError(
            f"the watermark column '{column}' holds {value!r}, which is no time to compare with",
            hint="use a DATETIME, ISO 8601 text in UTC, or seconds, ms or µs since 1970",
        )
    return Watermark("text-t" if match["mark"] == "T" else "text")


def _per_second(value: float | Decimal, column: str) -> int:
    for limit, unit in _UNITS:
        if math.fabs(value) < limit:
            return unit
    raise SourceError(
        f"the watermark column '{column}' holds {value}, which is no time since 1970",
        hint="use seconds, ms or µs since 1970",
    )


def micros_of(instant: datetime) -> int:
    """µs since 1970 of an aware datetime, exactly."""
    return (instant - EPOCH) // timedelta(microseconds=1)
