r"""Turns the wire's lists of filters into the JSON filters of searches.

The outer list joins by AND, an inner one by OR: `[["a:1", "a:2"], "b:3"]`, or in one string
`(a:1,a:2),b:3`. `-` before a value means NOT, and `\-` a value that begins with a hyphen.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from searchsvc.api.algolia.attributes import filtered
from searchsvc.api.algolia.expressions import condition, parse_expression, ranged
from searchsvc.domain.definition import IndexDefinition
from searchsvc.errors import RequestError
from searchsvc.search.shape import Preferred

JsonFilter: TypeAlias = Mapping[str, Any]
_Read: TypeAlias = Callable[[str], JsonFilter]
_Region: TypeAlias = Callable[[list[float]], JsonFilter]

_NUMERIC = re.compile(r"\s*(?P<name>[^<>=!:]+?)\s*(?P<sign><=|>=|!=|=|<|>)\s*(?P<value>\S+)\s*")
_SPAN = re.compile(r"\s*(?P<name>[^:]+?)\s*:\s*(?P<low>\S+)\s+TO\s+(?P<high>\S+)\s*")
_COMMAS = re.compile(r"\s*(?:\(([^()]*)\)\s*(?=,|$)|([^,]+))")
_TAGS = "_tags"
_OPTIONAL = "optionalFilters"
_SCORE = re.compile(r"(?P<rest>.*?)(?:<score=(?P<score>\d{1,3})>)?", re.DOTALL)
# Ten times the score: before what says the same words, and behind what says far more of them.
_PREFERRED, _MOST_PREFERRED = 9.0, 20


def filter_of(given: Mapping[str, object], definition: IndexDefinition) -> JsonFilter:
    """All that a request filters by; {} for nothing. Raises RequestError."""
    parts: list[JsonFilter] = []
    expression = given.get("filters")
    if expression is not None and not isinstance(expression, str):
        raise RequestError("'filters' must be a string", param="filters")
    if expression and (parsed := parse_expression(expression, definition)):
        parts.append(parsed)
    for param, read in _lists(definition).items():
        parts += _joined(given.get(param), param, read)
    for param, region in _REGIONS.items():
        parts += _within(given.get(param), param, region, definition)
    return {"and": parts} if parts else {}


def _lists(definition: IndexDefinition) -> Mapping[str, _Read]:
    return {
        "facetFilters": lambda text: _faceted(text, definition),
        "numericFilters": lambda text: _numeric(text, definition),
        "tagFilters": lambda text: _tagged(text, definition),
    }


def _joined(value: object, param: str, read: _Read) -> list[JsonFilter]:
    """What the outer list joins, in either of its forms."""
    if value is None:
        return []
    parts = []
    for one in _outer(value):
        either = [read(_string(text, param)) for text in (one if isinstance(one, list) else [one])]
        if either:
            parts.append(_either(either))
    return parts


def _outer(value: object) -> list[Any]:
    """The outer list; as one string it has commas between, and brackets round an inner list."""
    if not isinstance(value, str):
        return value if isinstance(value, list) else [value]
    found: list[Any] = []
    for group, one in _COMMAS.findall(value):
        if group.strip():
            found.append([part.strip() for part in group.split(",") if part.strip()])
        elif one.strip():
            found.append(one.strip())
    return found


def _either(parts: list[JsonFilter]) -> JsonFilter:
    """Any of these; values of one attribute are one condition, which costs an engine far less."""
    if len(parts) == 1:
        return parts[0]
    names = {part.get("field") for part in parts}
    if len(names) == 1 and all(part.keys() == {"field", "eq"} for part in parts):
        return {"field": names.pop(), "in": [part["eq"] for part in parts]}
    return {"or": parts}


def _string(value: object, param: str) -> str:
    if not isinstance(value, str):
        hint = 'like: [["brand:Acme", "brand:Volt"], "price>10"]'
        raise RequestError(f"'{param}' must be strings in lists", param=param, hint=hint)
    return value


def _faceted(text: str, definition: IndexDefinition, param: str = "facetFilters") -> JsonFilter:
    name, colon, value = text.partition(":")
    if not colon:
        raise RequestError(f"'{text[:50]}' is no attribute:value", param=param)
    name, negated = name.removeprefix("-"), name.startswith("-") or value.startswith("-")
    value = value.removeprefix("-" if value.startswith("-") else "\\")
    one = filtered(name, definition, param)
    found = condition(one, "eq", value)
    return {"not": found} if negated else found


def _numeric(text: str, definition: IndexDefinition) -> JsonFilter:
    if span := _SPAN.fullmatch(text):
        return ranged(
            filtered(span["name"], definition, "numericFilters"), span["low"], span["high"]
        )
    found = _NUMERIC.fullmatch(text)
    if found is None:
        hint = "like: price>=10"
        raise RequestError(f"'{text[:50]}' is no comparison", param="numericFilters", hint=hint)
    one = filtered(found["name"], definition, "numericFilters")
    return condition(one, found["sign"], found["value"])


def _tagged(text: str, definition: IndexDefinition) -> JsonFilter:
    found = condition(filtered(_TAGS, definition, "tagFilters"), "eq", text.removeprefix("-"))
    return {"not": found} if text.startswith("-") else found


def preferred_of(value: object, definition: IndexDefinition) -> tuple[Preferred, ...]:
    """What need not hold and makes a hit come earlier: of each inner list any. Raises RequestError.

    `brand:Acme<score=2>` counts twice as much.
    """
    found = []
    for one in _outer(value) if value is not None else ():
        texts = one if isinstance(one, list) else [one]
        if not texts:
            continue
        scored = [_SCORE.fullmatch(_string(text, _OPTIONAL)) for text in texts]
        parts = [_optional(each["rest"], definition) for each in scored if each]
        most = max(int(each["score"] or 1) for each in scored if each)
        found.append(Preferred(_either(parts), _PREFERRED * most))
    if len(found) > _MOST_PREFERRED:
        message = f"'{_OPTIONAL}' may be {_MOST_PREFERRED}, not {len(found)}"
        raise RequestError(message, param=_OPTIONAL)
    return tuple(found)


def _optional(text: str, definition: IndexDefinition) -> JsonFilter:
    """The filter of a text whose score has been taken off; none is to be part of its value."""
    if "<score=" in text:
        message = f"'{text[:50]}' has no score from 0 to 999"
        raise RequestError(message, param=_OPTIONAL, hint="like: brand:Acme<score=2>")
    return _faceted(text, definition, _OPTIONAL)


def _within(
    value: object, param: str, region: _Region, definition: IndexDefinition
) -> list[JsonFilter]:
    """The regions in one of which a hit must lie, each of them a list of numbers."""
    regions = [region(one) for one in _lists_of_numbers(value, param, region)]
    if not regions:
        return []
    names = definition.public("is_geo")
    if not names:
        message = f"index '{definition.name}' has no geo field"
        raise RequestError(message, param=param)
    return [{"or": [{"field": names[0], "within": one} for one in regions]}]


def _lists_of_numbers(value: object, param: str, region: _Region) -> list[list[float]]:
    """As lists in a list, as one list, or as text with commas, of which boxes may be several."""
    if value is None or value == "":
        return []
    found: object = value
    if isinstance(value, str):
        numbers = value.split(",")
        step = 4 if region is _box else len(numbers)
        found = [numbers[start : start + step] for start in range(0, len(numbers), step)]
    elif isinstance(value, list) and value and not isinstance(value[0], list):
        found = [value]
    try:
        return [[float(str(side)) for side in one] for one in _rows(found)]
    except ValueError:
        raise _no_region(param) from None


def _rows(value: object) -> list[list[object]]:
    if not isinstance(value, list) or not all(isinstance(one, list) for one in value):
        raise ValueError("no lists")
    return value


def _box(sides: list[float]) -> JsonFilter:
    """Two opposite corners, on either diagonal; a box does not reach over the antimeridian."""
    if len(sides) != 4:
        raise _no_region("insideBoundingBox")
    lat, lon, other_lat, other_lon = sides
    return {
        "from": {"lat": min(lat, other_lat), "lon": min(lon, other_lon)},
        "to": {"lat": max(lat, other_lat), "lon": max(lon, other_lon)},
    }


def _polygon(numbers: list[float]) -> JsonFilter:
    """Corners, each a latitude and a longitude; a point is named once, wherever the ring begins."""
    if len(numbers) < 6 or len(numbers) % 2:
        raise _no_region("insidePolygon")
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return {"polygon": [{"lat": lat, "lon": lon} for lat, lon in pairs]}


_REGIONS: Mapping[str, _Region] = {"insideBoundingBox": _box, "insidePolygon": _polygon}


def _no_region(param: str) -> RequestError:
    if param == "insidePolygon":
        hint = "like: [[52.7, 13.1, 52.7, 13.8, 52.3, 13.4]]"
        message = "a polygon is six numbers or more, two for each corner"
    else:
        hint, message = "like: [[52.7, 13.8, 52.3, 13.1]]", "a box is four numbers"
    return RequestError(message, param=param, hint=hint)
