"""Parses the wire's filter expressions, `brand:Acme AND (price > 20 OR tags:"new x")`, as JSON.

or        = and {"OR" and}
and       = not {"AND" not}
not       = "NOT" not | "(" or ")" | condition
condition = attribute ":" value ["TO" value]
          | attribute ("=" | "!=" | ">" | ">=" | "<" | "<=") value
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from searchsvc.api.algolia.attributes import Attribute, filtered
from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.errors import FilterError
from searchsvc.search.filter_json import SIGNS
from searchsvc.search.filter_tokens import Token, tokenize

_OPERATORS = {sign: name for name, sign in SIGNS.items()} | {name: name for name in SIGNS}
# Values in single quotes; the native grammar has double ones only.
_QUOTED = re.compile(r"(?<=[:=<>])(\s*)'((?:[^'\\]|\\.)*)'")
_MOST_DEEP = 20
_BOOLEANS = {"0": "false", "1": "true"}
_SECONDS = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)


def condition(one: Attribute, sign: str, value: str) -> Mapping[str, Any]:
    """The JSON filter that compares an attribute; `sign` like `>=` or `gte`."""
    return {"field": one.field.name, _OPERATORS[sign]: _native(one.field, value)}


def ranged(one: Attribute, low: str, high: str) -> Mapping[str, Any]:
    """From the one value up to the other, both included."""
    return {
        "field": one.field.name,
        "gte": _native(one.field, low),
        "lte": _native(one.field, high),
    }


def _native(field: Field, value: str) -> str:
    """A value as we write it: on the wire booleans may be 0 and 1, and dates seconds since 1970."""
    if field.type is FieldType.BOOL:
        return _BOOLEANS.get(value, value)
    # Eight digits are a day, as ISO 8601 writes it.
    if field.type is not FieldType.DATE or not _SECONDS.fullmatch(value) or len(value) == 8:
        return value
    try:
        return datetime.fromtimestamp(float(value), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return value


def parse_expression(text: str, definition: IndexDefinition) -> Mapping[str, Any]:
    """The JSON filter of an expression; {} where it is blank. Raises FilterError, RequestError."""
    tokens = tokenize(_QUOTED.sub(_requoted, text))
    if tokens[0].kind == "end":
        return {}
    return _Parser(tokens, definition).parse()


def _requoted(quoted: re.Match[str]) -> str:
    value = quoted[2].replace("\\'", "'").replace('"', '\\"')
    return f'{quoted[1]}"{value}"'


class _Parser:
    """Recursive descent over the tokens; one method per line of the grammar."""

    def __init__(self, tokens: list[Token], definition: IndexDefinition) -> None:
        self._tokens = tokens
        self._definition = definition
        self._at = 0
        self._depth = 0

    def parse(self) -> Mapping[str, Any]:
        found = self._or()
        if self._peek().kind != "end":
            raise _unexpected(self._peek(), "AND, OR or the end")
        return found

    def _or(self) -> Mapping[str, Any]:
        return self._chain("OR", self._and)

    def _and(self) -> Mapping[str, Any]:
        return self._chain("AND", self._not)

    def _chain(self, joiner: str, part: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        parts = [part()]
        while self._accept(joiner):
            parts.append(part())
        return parts[0] if len(parts) == 1 else {joiner.lower(): parts}

    def _not(self) -> Mapping[str, Any]:
        self._depth += 1
        if self._depth > _MOST_DEEP:
            raise FilterError(f"the filter nests deeper than {_MOST_DEEP}")
        found = self._operand()
        self._depth -= 1
        return found

    def _operand(self) -> Mapping[str, Any]:
        if self._accept("NOT"):
            return {"not": self._not()}
        if self._accept("("):
            inner = self._or()
            if not self._accept(")"):
                raise _unexpected(self._peek(), "a closing ')'")
            return inner
        return self._condition()

    def _condition(self) -> Mapping[str, Any]:
        name, sign = self._next(), self._next()
        if name.kind not in ("word", "text"):
            raise _unexpected(name, "an attribute")
        one = filtered(name.text, self._definition, "filters")
        if sign.is_sign(":"):
            low = self._value()
            return ranged(one, low, self._value()) if self._accept("TO") else _equal(one, low)
        if sign.kind == "sign" and sign.text in _OPERATORS:
            return condition(one, sign.text, self._value())
        raise _unexpected(sign, f"':' or a comparison after '{name.text}'")

    def _value(self) -> str:
        token = self._next()
        if token.kind not in ("word", "text"):
            raise _unexpected(token, "a value")
        return token.text

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._tokens[self._at]
        self._at += token.kind != "end"
        return token

    def _accept(self, text: str) -> bool:
        token = self._peek()
        found = token.is_word(text) or token.is_sign(text)
        self._at += found
        return found


def _equal(one: Attribute, value: str) -> Mapping[str, Any]:
    return condition(one, "eq", value)


def _unexpected(token: Token, wanted: str) -> FilterError:
    found = "the end" if token.kind == "end" else orjson.dumps(token.text).decode()
    message = f"expected {wanted} at column {token.position} of filters, found {found}"
    return FilterError(message, position=token.position)
