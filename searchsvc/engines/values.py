"""Which Python values each type of field holds, and as what an engine compares them.

Both are checked before an engine sees a document, because some engines lose the whole batch
around a value that they cannot hold.
"""

import math
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeAlias

from searchsvc.domain.definition import Field, FieldType
from searchsvc.domain.geo import Point
from searchsvc.domain.query import Scalar
from searchsvc.engines.analysis import fold
from searchsvc.search import paths

Value: TypeAlias = str | float | bool | int
Convert: TypeAlias = Callable[[Any], Any]
Values: TypeAlias = Callable[[Any], list[Any]]

MANY = (list, tuple, set, frozenset)
SINGLE = frozenset({str, int, float, bool, datetime})  # surely none of MANY: one look, not four
LONGEST_VALUE = 32_766  # bytes of an exact value; Lucene's limit, so that engines agree
LONGEST_ID = 512  # bytes
LONGEST_SORTED = 200  # characters of a text that count for its order
_DEPTH = 2  # digits before an indexed place
_INT64, _UINT64 = -(2**63), 2**64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Unindexable(ValueError):
    """No engine can hold this value; the text says why, for a dead letter."""


def converter(field: Field) -> Convert | None:
    """What turns one value of `field` into what is indexed; None: not indexed at all.

    The result raises Unindexable, without the field's name.
    """
    if field.type is FieldType.PATH and not field.stored:
        return partial(_path, separator=field.separator)
    return None if field.stored else _CONVERTERS.get(field.type)


def held(field: Field, items: list[Any]) -> list[Any]:
    """What is indexed of a field's converted values: of a path, each place that it lies in."""
    if field.type is not FieldType.PATH:
        return items
    return [node for item in items for node in _nodes(item, field.separator)]


def place(node: str) -> str:
    """The path that an indexed place stands for."""
    return node[_DEPTH:]


def below(path: str, separator: str, depth: int = 0) -> str:
    """What the indexed places directly below `path` begin with; "" is the top.

    With `depth`: those of so many names.
    """
    if depth:
        return f"{depth:0{_DEPTH}}"
    depth = len(paths.names(path, separator)) + 1
    return f"{depth:0{_DEPTH}}{path}{separator if path else ''}"


def many(value: Any) -> Iterable[Any]:
    """A field's value as its values: of a list all but the nulls."""
    if isinstance(value, MANY):
        return [one for one in value if one is not None]
    return () if value is None else (value,)


def reader(field: Field) -> Values | None:
    """What turns a value of `field` into the list that is indexed; None: not indexed at all.

    The result raises Unindexable with a reason that names the field.
    """
    convert = converter(field)
    if convert is None:
        return None

    def read(value: Any) -> list[Any]:
        try:
            return [convert(one) for one in many(value)]
        except ValueError as error:
            raise Unindexable(f"{field.name}: {error}") from None

    return read


def checked_id(id: str) -> str:
    """The id; raises Unindexable where an engine cannot hold it."""
    if id.isascii() and 0 < len(id) <= LONGEST_ID:
        return id
    if not id:
        raise Unindexable("the id is empty")
    if len(_text(id).encode()) > LONGEST_ID:
        raise Unindexable(f"the id is longer than {LONGEST_ID} bytes")
    return id


def is_id(id: str) -> bool:
    """Whether a document can have that id."""
    try:
        return bool(checked_id(id))
    except Unindexable:
        return False


def comparable(field: Field, value: Scalar) -> Value | None:
    """A filter's value as the index holds it; None where no document can have it."""
    if field.type is FieldType.PATH:
        return _node(field, value)
    convert = _CONVERTERS.get(field.type)
    try:
        return convert(value) if convert else None
    except ValueError:
        return None


def _node(field: Field, value: Scalar) -> str | None:
    try:
        return _nodes(_path(value, field.separator), field.separator)[-1]
    except ValueError:
        return None


def sort_value(field: Field, first: Value) -> Value:
    """What a document sorts by, from the first value of `field`: a text as people sort it."""
    if field.type is FieldType.TEXT and isinstance(first, str):
        return fold(first)[:LONGEST_SORTED]
    return first


def _text(value: object) -> str:
    if isinstance(value, str):
        if value.isascii():
            return value
        text = value
    elif isinstance(value, int) and not isinstance(value, bool):
        text = str(value)
    else:
        raise Unindexable(f"expected text, got {_named(value)}")
    if not text.isascii():
        _check_encodable(text)
    return text


def _check_encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unindexable("half of a surrogate pair is no character") from None


def _exact(value: object) -> str:
    if type(value) is str and len(value) <= LONGEST_VALUE and value.isascii():
        return value
    text = _text(value)
    # Four bytes at most per character, so most texts need no second look.
    if len(text) * 4 > LONGEST_VALUE and len(text.encode()) > LONGEST_VALUE:
        raise Unindexable(f"longer than {LONGEST_VALUE} bytes; use the type text")
    return text


def _path(value: object, separator: str) -> str:
    """A path with its names as they are compared."""
    parts = paths.names(_text(value), separator)
    if not parts:
        raise Unindexable("a path without a name")
    if len(parts) > paths.DEEPEST:
        raise Unindexable(f"a path of more than {paths.DEEPEST} names")
    path = separator.join(parts)
    if len(path.encode()) > LONGEST_VALUE - _DEPTH:
        raise Unindexable(f"longer than {LONGEST_VALUE - _DEPTH} bytes")
    return path


def _nodes(path: str, separator: str) -> list[str]:
    """Each place with its depth before it, so that those of one depth are found by a prefix."""
    return [f"{n:0{_DEPTH}}{one}" for n, one in enumerate(paths.lineage(path, separator), 1)]


def _number(value: object) -> float:
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) is int and _INT64 <= value < _UINT64:
        return float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise Unindexable(f"expected a number, got {_named(value)}")
    if isinstance(value, int) and not _INT64 <= value < _UINT64:
        raise Unindexable("an integer of more than 64 bits")
    number = float(value)
    if not math.isfinite(number):
        raise Unindexable(f"{value} is not a finite number")
    return number


def _bool(value: object) -> bool:
    if type(value) is bool:
        return value
    if not isinstance(value, int) or value not in (0, 1):
        raise Unindexable(f"expected true or false, got {_named(value)}")
    return bool(value)


def _date(value: object) -> int:
    """Microseconds since 1970 UTC: exact, and wide enough for the year 9999."""
    if type(value) is not datetime or value.tzinfo is None:
        value = _instant(value)
    gap = value - _EPOCH
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds


def _instant(value: object) -> datetime:
    if not isinstance(value, date):
        raise Unindexable(f"expected a date, got {_named(value)}")
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


def _point(value: object) -> Point:
    if not isinstance(value, Point):
        raise Unindexable(f"expected a point, got {_named(value)}")
    return value


def _named(value: object) -> str:
    text = ascii(value)
    return f"{text[:40]}…" if len(text) > 40 else text


_CONVERTERS: dict[FieldType, Convert] = {
    FieldType.TEXT: _text,
    FieldType.KEYWORD: _exact,
    FieldType.ID: _exact,
    FieldType.NUMBER: _number,
    FieldType.BOOL: _bool,
    FieldType.DATE: _date,
    FieldType.GEO: _point,
}
