"""Reads a value of a filter as the type of its field."""

import math
from datetime import UTC, date, datetime, timedelta

from searchsvc.domain.definition import Field, FieldType
from searchsvc.domain.query import Equals, Range, Scalar
from searchsvc.errors import FilterError
from searchsvc.search.filter_tokens import Token

_BOOLEANS = {"true": True, "false": False}


def equal_to(field: Field, token: Token) -> Equals | Range:
    """The field equals the value; a date without a time means all of that day."""
    if field.type is FieldType.DATE and (day := _day(token.text)) is not None:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return Range(field.name, start, _next_day(start, token), include_high=False)
    return Equals(field.name, scalar(field, token))


def scalar(field: Field, token: Token) -> Scalar:
    """The value as the field's type. Raises FilterError with the column."""
    if field.type is FieldType.NUMBER:
        return _number(field, token)
    if field.type is FieldType.BOOL:
        return _boolean(field, token)
    if field.type is FieldType.DATE:
        return _instant(field, token)
    return token.text


def _number(field: Field, token: Token) -> float:
    try:
        value = float(token.text)
    except ValueError:
        raise _unusable(field, token, "a number") from None
    if not math.isfinite(value):
        raise _unusable(field, token, "a finite number")
    return value


def _boolean(field: Field, token: Token) -> bool:
    value = _BOOLEANS.get(token.text.lower())
    if value is None:
        raise _unusable(field, token, "true or false")
    return value


def _instant(field: Field, token: Token) -> datetime:
    try:
        value = datetime.fromisoformat(token.text)
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        wanted = 'a date like 2026-08-23 or "2026-08-23T10:15:00Z"'
        raise _unusable(field, token, wanted) from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _next_day(start: datetime, token: Token) -> datetime:
    try:
        return start + timedelta(days=1)
    except OverflowError:
        raise FilterError(
            f"'{token.text}' is beyond the calendar", position=token.position
        ) from None


def _unusable(field: Field, token: Token, wanted: str) -> FilterError:
    message = f"'{token.text}' at column {token.position} is no value of '{field.name}'"
    return FilterError(message, position=token.position, hint=f"expected {wanted}")
