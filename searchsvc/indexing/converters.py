"""Turns what `to_document` returns into values for indexing and the JSON that a search returns.

Each field's converter is compiled once per definition; the rules by field type:

    text keyword id   text; numbers, dates and booleans as text; several values as a list
    number            int or float to index, every digit of a Decimal in the JSON
    bool              True, False, 1, 0 and the words true, false, yes, no, t, f, y, n
    date              datetime (naive: UTC), date (midnight UTC), ISO 8601 text, or epoch number
    path              text; a blank one is shown and not indexed
    geo               as `points.py` reads points
    json              text that holds JSON goes through as it is, other values are encoded

None, a missing key and an empty list leave the field out. NUL and lone surrogates, which no text
holds and UTF-8 or an engine may refuse, become U+FFFD.
"""

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TypeAlias
from uuid import UUID

import orjson

from searchsvc.domain.definition import Field, FieldType, Groups, IndexDefinition
from searchsvc.errors import DefinitionError, RowError, nearest
from searchsvc.indexing.groups import in_one_group
from searchsvc.indexing.points import point_and_shown

Values: TypeAlias = dict[str, object]
Convert: TypeAlias = Callable[[Mapping[str, object]], tuple[Values, bytes]]
# (value) -> (what is indexed, what the JSON shows); None to index leaves the field unindexed.
_One: TypeAlias = Callable[[object], tuple[object, object]]
# A field's name, what converts one value and several, and whether plain text stays as it is.
_Step: TypeAlias = tuple[str, _One, _One, bool]

# Dates of fields are in UTC by then; those within a json field are put there first.
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
_NESTED_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATETIME
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_TRUE = frozenset({"true", "1", "yes", "t", "y", "on"})
_FALSE = frozenset({"false", "0", "no", "f", "n", "off"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ORJSON_MAX = 2**64
_ORJSON_MIN = -(2**63)
_LONGEST_SHOWN = 80
# Tuples, since `list | tuple` in a call is made anew each time.
_SETS = (set, frozenset)
_SINGLE = frozenset({str, int, float, bool, datetime, date, Decimal, bytes})  # surely no list
_MANY = (list, tuple, *_SETS)


def compile_converters(definition: IndexDefinition, ignored: Collection[str] = ()) -> Convert:
    """A function from a document's mapping to (values, JSON bytes), both in the file's field order.

    It raises RowError, which names field and value, for a row that cannot be a document, and
    DefinitionError for a key that is neither `ignored` nor a field of the definition.
    """
    steps = [_step(field, definition.groups) for field in definition.fields]
    known = frozenset(name for name, *_ in steps)
    allowed = known.union(ignored)

    def convert(row: Mapping[str, object]) -> tuple[Values, bytes]:
        if not allowed.issuperset(row):
            raise _unknown_key(row, allowed, known, definition.name)
        values, source = _converted(row, steps)
        return values, _encoded(source)

    return convert


def _step(field: Field, groups: Groups) -> _Step:
    one, several = _BY_TYPE[field.type], _several(field.type)
    if field.name in groups.fields:
        several = in_one_group(several)
    return field.name, one, several, field.type in _TEXTS


def _converted(row: Mapping[str, object], steps: Sequence[_Step]) -> tuple[Values, Values]:
    """A row's values as they are indexed and as JSON shows them; what is None stays out."""
    values: Values = {}
    source: Values = {}
    name, value = "", None
    try:
        for name, one, several, is_text in steps:
            value = row.get(name)
            # Most values of most documents are plain text, indexed and shown as it is.
            if type(value) is str and is_text and value.isascii() and "\0" not in value:
                values[name] = source[name] = value
            elif value is not None:
                indexed, shown = (one if type(value) in _SINGLE else several)(value)
                if indexed is not None:
                    values[name] = indexed
                if shown is not None:
                    source[name] = shown
    except (ValueError, TypeError, OverflowError, InvalidOperation) as error:
        raise RowError(f"field '{name}': {_describe(value)} {error}") from error
    return values, source


def _encoded(source: Values) -> bytes:
    """The JSON, as a copy, so that orjson's larger buffer is free whole for the next document.

    To keep the original is to cut the buffer short: for one document after the other, the system
    then takes back pages and gives them out anew, which costs 20 times as much as copying.
    """
    return orjson.dumps(source, option=_OPTIONS)[:-1]  # a part is always a copy


def _unknown_key(
    row: Iterable[str], allowed: Collection[str], known: Iterable[str], index: str
) -> DefinitionError:
    name = next(str(key) for key in row if key not in allowed)
    return DefinitionError(
        f"the document has the key '{name}', which is no field of index '{index}'",
        hint=f"{nearest(name, known)}; add it to the mapping, or leave it out in to_document",
    )


def _describe(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def _several(kind: FieldType) -> _One:
    """Converts one value, or each item of a list; None among the items is left out."""
    one = _BY_TYPE[kind]
    if kind is FieldType.JSON:
        return one

    def each(value: object) -> tuple[object, object]:
        if not isinstance(value, _MANY):
            return one(value)
        items = sorted(value, key=str) if isinstance(value, _SETS) else value
        pairs = [one(item) for item in items if item is not None]
        if not pairs:
            return None, None
        return [indexed for indexed, _ in pairs], [shown for _, shown in pairs]

    return each


def _text(value: object) -> tuple[object, object]:
    text = value if type(value) is str else _as_text(value)
    if "\0" in text or not _is_utf8(text):
        text = _NO_TEXT.sub("\ufffd", text)
    return text, text


def _path(value: object) -> tuple[object, object]:
    text, shown = _text(value)
    return text if str(text).strip() else None, shown


def _is_utf8(text: str) -> bool:
    # Encoding is ten times as fast as looking for surrogates with a pattern.
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return _iso(_utc(value))
    if isinstance(value, int | float | date | UUID):
        return str(value)
    raise TypeError(f"is a {type(value).__name__}, not text")


def _number(value: object) -> tuple[object, object]:
    if type(value) is int and _ORJSON_MIN <= value < _ORJSON_MAX:
        return value, value
    if type(value) is float:
        if not math.isfinite(value):
            raise ValueError("is not finite")
        return value, value
    if isinstance(value, bool | int):
        return int(value), _whole(int(value))
    if isinstance(value, str | Decimal | float):
        return _exact(Decimal(value.strip() if isinstance(value, str) else value))
    raise TypeError(f"is a {type(value).__name__}, not a number")


def _whole(value: int) -> object:
    """An integer as JSON shows it: orjson takes 64 bits, longer ones go in digit by digit."""
    return value if _ORJSON_MIN <= value < _ORJSON_MAX else orjson.Fragment(str(value))


def _exact(value: Decimal) -> tuple[object, object]:
    if not value.is_finite():
        raise ValueError("is not finite")
    digits = str(value)
    nearest_float = float(digits)
    if not math.isfinite(nearest_float):
        raise ValueError("is beyond a 64-bit float")
    # Plain digits, but not hundreds of zeros for 1E-300.
    if "E" in digits and abs(value.adjusted()) <= 40:
        digits = format(value, "f")
    return nearest_float, orjson.Fragment(digits)


def _bool(value: object) -> tuple[object, object]:
    if isinstance(value, int) and 0 <= value <= 1:
        return value == 1, value == 1
    if isinstance(value, float | Decimal) and value in (0, 1):
        return bool(value), bool(value)
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE, word in _TRUE
    raise ValueError("is neither true nor false")


def _date(value: object) -> tuple[object, object]:
    if type(value) is datetime and value.tzinfo is UTC:
        return value, value
    instant = _parsed(value) if type(value) is str else _instant(value)
    # orjson writes a datetime itself, but none of a class derived from it.
    return instant, instant if type(instant) is datetime else _iso(instant)


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _from_epoch(value)
    raise TypeError(f"is a {type(value).__name__}, not a date")


def _parsed(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text.strip())
        return instant if instant.tzinfo is UTC else _utc(instant)
    except ValueError as error:
        raise ValueError("is not an ISO 8601 date") from error


def _from_epoch(value: float | Decimal) -> datetime:
    """Seconds, ms or µs since 1970, told apart by size: seconds reach the year 5138."""
    size = abs(float(value))
    if size < 10**11:
        return _EPOCH + timedelta(seconds=float(value))
    if size < 10**14:
        return _EPOCH + timedelta(milliseconds=float(value))
    return _EPOCH + timedelta(microseconds=float(value))


def _utc(value: datetime) -> datetime:
    if value.tzinfo is UTC:
        return value
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _iso(value: datetime) -> str:
    return value.isoformat()[:-6] + "Z"


def _json(value: object) -> tuple[object, object]:
    if isinstance(value, str):
        try:
            orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise ValueError(f"is not JSON: {error}") from error
        # Line ends can stand only between JSON's tokens; a bulk request is one line per document.
        return None, orjson.Fragment(value.replace("\n", " ").replace("\r", " "))
    return None, orjson.Fragment(orjson.dumps(value, default=_json_default, option=_NESTED_OPTIONS))


def _json_default(value: object) -> object:
    if isinstance(value, Decimal):
        return _exact(value)[1]
    if isinstance(value, datetime):
        return _iso(_utc(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    raise TypeError(f"holds a {type(value).__name__}, which JSON has not")


_TEXTS = frozenset({FieldType.TEXT, FieldType.KEYWORD, FieldType.ID})
_BY_TYPE: dict[FieldType, _One] = {
    FieldType.TEXT: _text,
    FieldType.KEYWORD: _text,
    FieldType.ID: _text,
    FieldType.NUMBER: _number,
    FieldType.BOOL: _bool,
    FieldType.DATE: _date,
    FieldType.PATH: _path,
    FieldType.GEO: point_and_shown,
    FieldType.JSON: _json,
}
