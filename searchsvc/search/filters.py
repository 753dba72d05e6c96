r"""Parses filter expressions: `brand:"Apple" AND price:10 TO 20 AND NOT discontinued:true`.

    or        = and {"OR" and}
    and       = not {"AND" not}
    not       = "NOT" not | "(" or ")" | condition
    condition = field ":" value ["TO" value]      equal, or from … to (both ends included)
              | field ("=" | "!=" | ">" | ">=" | "<" | "<=") value
              | field "IN" "[" value {"," value} "]"
              | field "EXISTS"

A value is a bare word or stands in double quotes, with `\"` and `\\` for those characters.
"""

from collections.abc import Callable
from datetime import datetime

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.query import And, Exists, Filter, Not, OneOf, Or, Range
from searchsvc.errors import FilterError, nearest
from searchsvc.search.filter_tokens import Token, tokenize
from searchsvc.search.filter_values import equal_to, scalar

MAX_LENGTH = 4096
MAX_DEPTH = 20
MAX_CLAUSES = 200
_ORDERED = frozenset({FieldType.NUMBER, FieldType.DATE})
_COMPARISONS = frozenset({"=", "!=", ">", ">=", "<", "<="})


def parse_filter(text: str, definition: IndexDefinition) -> Filter | None:
    """The filter of `text`, None when it is blank; values have the types of their fields.

    Raises FilterError with the 1-based column of the fault.
    """
    if not text:
        return None
    if len(text) > MAX_LENGTH:
        raise FilterError(f"the filter is longer than {MAX_LENGTH} characters")
    tokens = tokenize(text)
    if tokens[0].kind == "end":
        return None
    return _Parser(tokens, definition).parse()


class _Parser:
    """Recursive descent over the tokens; one method per line of the grammar."""

    def __init__(self, tokens: list[Token], definition: IndexDefinition) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._clauses = 0
        self._definition = definition

    def parse(self) -> Filter:
        found = self._or()
        rest = self._peek()
        if rest.kind != "end":
            raise _unexpected(rest, "AND, OR or the end")
        return found

    def _or(self) -> Filter:
        parts = self._chain("OR", self._and)
        return parts[0] if len(parts) == 1 else Or(parts)

    def _and(self) -> Filter:
        parts = self._chain("AND", self._not)
        return parts[0] if len(parts) == 1 else And(parts)

    def _chain(self, joiner: str, part: Callable[[], Filter]) -> tuple[Filter, ...]:
        parts = [part()]
        while self._accept(joiner):
            parts.append(part())
        return tuple(parts)

    def _not(self) -> Filter:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            message = f"the filter is nested deeper than {MAX_DEPTH} levels"
            raise FilterError(message, position=self._peek().position)
        try:
            if self._accept("NOT"):
                return Not(self._not())
            if self._accept("("):
                inner = self._or()
                self._expect(")", "a closing ')'")
                return inner
            return self._condition()
        finally:
            self._depth -= 1

    def _condition(self) -> Filter:
        self._count_clause()
        field = self._field()
        operator = self._next()
        if operator.is_word("EXISTS"):
            return Exists(field.name)
        if operator.is_word("IN"):
            return self._one_of(field)
        if operator.is_sign(":"):
            return self._colon(field)
        if operator.kind == "sign" and operator.text in _COMPARISONS:
            return self._comparison(field, operator)
        raise _unexpected(operator, f"':', a comparison, IN or EXISTS after '{field.name}'")

    def _field(self) -> Field:
        token = self._next()
        if token.kind != "word":
            raise _unexpected(token, "a field's name")
        field = self._definition.field(token.text)
        usable = self._definition.public("filterable")
        if field is None or field.hidden:
            message = f"unknown field '{token.text}' at column {token.position}"
            raise FilterError(message, position=token.position, hint=nearest(token.text, usable))
        if not field.filterable:
            message = f"field '{field.name}' ({field.type}) cannot be filtered"
            raise FilterError(message, position=token.position, hint=nearest(token.text, usable))
        return field

    def _colon(self, field: Field) -> Filter:
        low = self._value()
        if not self._accept("TO"):
            return equal_to(field, low)
        self._require_order(field, low, "TO")
        high = self._value()
        end = equal_to(field, high)
        # The end of a range of days is the end of its last day.
        if isinstance(end, Range):
            return Range(field.name, _bound(field, low), end.high, include_high=False)
        return Range(field.name, _bound(field, low), _bound(field, high))

    def _comparison(self, field: Field, operator: Token) -> Filter:
        value = self._value()
        if operator.text == "=":
            return equal_to(field, value)
        if operator.text == "!=":
            return Not(equal_to(field, value))
        self._require_order(field, operator, operator.text)
        return _ordered(field, operator.text, value)

    def _one_of(self, field: Field) -> Filter:
        self._expect("[", "'[' after IN")
        values = [self._value()]
        while self._accept(","):
            self._count_clause()
            values.append(self._value())
        self._expect("]", "',' or ']'")
        parts = tuple(equal_to(field, value) for value in values)
        if any(isinstance(part, Range) for part in parts):
            return parts[0] if len(parts) == 1 else Or(parts)
        return OneOf(field.name, tuple(scalar(field, value) for value in values))

    def _value(self) -> Token:
        token = self._next()
        if token.kind not in ("word", "text"):
            raise _unexpected(token, "a value")
        return token

    def _require_order(self, field: Field, token: Token, operator: str) -> None:
        if field.type not in _ORDERED:
            message = f"field '{field.name}' ({field.type}) has no order, so {operator} is no use"
            raise FilterError(message, position=token.position, hint="use ':' or IN")

    def _count_clause(self) -> None:
        self._clauses += 1
        if self._clauses > MAX_CLAUSES:
            message = f"the filter has more than {MAX_CLAUSES} clauses"
            raise FilterError(message, position=self._peek().position)

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._tokens[self._at]
        if token.kind != "end":
            self._at += 1
        return token

    def _accept(self, text: str) -> bool:
        token = self._peek()
        found = token.is_word(text) or token.is_sign(text)
        self._at += found
        return found

    def _expect(self, text: str, wanted: str) -> None:
        if not self._accept(text):
            raise _unexpected(self._peek(), wanted)


def _ordered(field: Field, operator: str, value: Token) -> Range:
    """`>`, `>=`, `<` or `<=`; against a day, after and up to mean its end."""
    day = equal_to(field, value)
    if isinstance(day, Range):
        low = day.high if operator == ">" else day.low
        high = day.high if operator == "<=" else day.low
        if operator.startswith(">"):
            return Range(field.name, low=low)
        return Range(field.name, high=high, include_high=False)
    bound = _bound(field, value)
    if operator.startswith(">"):
        return Range(field.name, low=bound, include_low=operator == ">=")
    return Range(field.name, high=bound, include_high=operator == "<=")


def _bound(field: Field, token: Token) -> float | datetime:
    """The value as one end of a range; a day is its first instant."""
    value = equal_to(field, token)
    bound = value.low if isinstance(value, Range) else value.value
    if isinstance(bound, str | None):
        raise _unexpected(token, "a value with an order")
    return bound


def _unexpected(token: Token, wanted: str) -> FilterError:
    found = "the end" if token.kind == "end" else f"'{token.text}'"
    message = f"expected {wanted} at column {token.position}, found {found}"
    hint = "put AND between conditions, and quotes round values with spaces"
    return FilterError(message, position=token.position, hint=hint)


def without_field(found: Filter | None, field: str) -> Filter | None:
    """`found` less the clauses, joined by AND at its top, that speak of `field` alone.

    This is the filter a facet on `field` counts under, so that the values beside the chosen one
    keep their counts.
    """
    if found is None or _fields_of(found) == {field}:
        return None
    if not isinstance(found, And):
        return found
    kept = tuple(part for part in found.parts if _fields_of(part) != {field})
    return kept[0] if len(kept) == 1 else And(kept)


def _fields_of(found: Filter) -> set[str]:
    if isinstance(found, And | Or):
        return set().union(*(_fields_of(part) for part in found.parts))
    if isinstance(found, Not):
        return _fields_of(found.part)
    return {found.field}
