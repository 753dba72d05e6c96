"""Reads a value of a filter as the type of its field."""

import math
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from searchsvc.domain.definition import Field, FieldType
from searchsvc.domain.query import Equals, Range, Scalar
from searchsvc.errors import FilterError

_BOOLEANS = {"true": True, "false": False}


class Written(Protocol):
    """A piece of a filter as it was given: `position` is its 1-based column, if it has one."""

    @property
    def text(self) -> str:
        """What was written."""
        ...

    @property
    def position(self) -> int | None:
        """The column, None in JSON."""
        ...

    @property
    def where(self) -> str:
        """Its place, for errors: a column, or a JSON pointer."""
        ...


def equal_to(field: Field, given: Written) -> Equals | Range:
    """The field equals the value; a date without a time means all of that day."""
    if field.type is FieldType.DATE and (day := _day(given.text)) is not None:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return Range(field.name, start, _next_day(start, given), include_high=False)
    return Equals(field.name, scalar(field, given))


def scalar(field: Field, given: Written) -> Scalar:
    """The value as the field's type. Raises FilterError with its place."""
    if field.type is FieldType.NUMBER:
        return _number(field, given)
    if field.type is FieldType.BOOL:
        return _boolean(field, given)
    if field.type is FieldType.DATE:
        return _instant(field, given)
    if field.type is FieldType.GEO:
        raise _unusable(field, given, f"a region, like {field.name} WITHIN 5km OF 52.52,13.405")
    return given.text


def _number(field: Field, given: Written) -> float:
    try:
        value = float(given.text)
    except ValueError:
        raise _unusable(field, given, "a number") from None
    if not math.isfinite(value):
        raise _unusable(field, given, "a finite number")
    return value


def _boolean(field: Field, given: Written) -> bool:
    value = _BOOLEANS.get(given.text.lower())
    if value is None:
        raise _unusable(field, given, "true or false")
    return value


def _instant(field: Field, given: Written) -> datetime:
    try:
        value = datetime.fromisoformat(given.text)
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        wanted = 'a date like 2026-08-23 or "2026-08-23T10:15:00Z"'
        raise _unusable(field, given, wanted) from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _next_day(start: datetime, given: Written) -> datetime:
    try:
        return start + timedelta(days=1)
    except OverflowError:
        raise FilterError(
            f"'{given.text}' is beyond the calendar", position=given.position
        ) from None


def _unusable(field: Field, given: Written, wanted: str) -> FilterError:
    message = f"'{given.text}' at {given.where} is no value of '{field.name}'"
    return FilterError(message, position=given.position, hint=f"expected {wanted}")
