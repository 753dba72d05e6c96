r"""Parses filter expressions: `brand:"Apple" AND price:10 TO 20 AND NOT discontinued:true`.

    or        = and {"OR" and}
    and       = not {"AND" not}
    not       = "NOT" not | "(" or ")" | condition
    condition = field ":" value ["TO" value]      equal, or from … to (both ends included)
              | field ("=" | "!=" | ">" | ">=" | "<" | "<=") value
              | field "IN" "[" value {"," value} "]"
              | field "EXISTS"
              | field "WITHIN" distance "OF" point      a circle
              | field "WITHIN" point "TO" point         a box, from its south-west corner on
    point     = latitude "," longitude

A value is a bare word or stands in double quotes, with `\"` and `\\` for those characters.
"""

from collections.abc import Callable

from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.domain.query import And, Exists, Filter, Not, Or
from searchsvc.errors import FilterError
from searchsvc.search.filter_conditions import Limits, between, compared, filtered_field, one_of
from searchsvc.search.filter_regions import in_box, in_circle
from searchsvc.search.filter_tokens import Token, tokenize
from searchsvc.search.filter_values import equal_to

MAX_LENGTH = 4096
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
        self._limits = Limits()
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
        self._limits.enter(self._peek().position)
        found = self._operand()
        self._limits.leave()
        return found

    def _operand(self) -> Filter:
        if self._accept("NOT"):
            return Not(self._not())
        if self._accept("("):
            inner = self._or()
            self._expect(")", "a closing ')'")
            return inner
        return self._condition()

    def _condition(self) -> Filter:
        self._limits.clause(self._peek().position)
        field = self._field()
        operator = self._next()
        if operator.is_word("EXISTS"):
            return Exists(field.name)
        if operator.is_word("IN"):
            return self._one_of(field)
        if operator.is_word("WITHIN"):
            return self._within(field)
        if operator.is_sign(":"):
            return self._colon(field)
        if operator.kind == "sign" and operator.text in _COMPARISONS:
            return compared(field, operator, self._value())
        raise _unexpected(operator, f"':', a comparison, IN, WITHIN or EXISTS after '{field.name}'")

    def _field(self) -> Field:
        token = self._next()
        if token.kind != "word":
            raise _unexpected(token, "a field's name")
        return filtered_field(token, self._definition)

    def _colon(self, field: Field) -> Filter:
        low = self._value()
        return between(field, low, self._value()) if self._accept("TO") else equal_to(field, low)

    def _one_of(self, field: Field) -> Filter:
        self._expect("[", "'[' after IN")
        values = [self._value()]
        while self._accept(","):
            self._limits.clause(self._peek().position)
            values.append(self._value())
        self._expect("]", "',' or ']'")
        return one_of(field, values)

    def _within(self, field: Field) -> Filter:
        first = self._value()
        if self._accept("OF"):
            return in_circle(field, first, self._point(self._value()))
        corner = self._point(first)
        self._expect("TO", "OF behind a distance, or TO behind a corner")
        return in_box(field, corner, self._point(self._value()))

    def _point(self, lat: Token) -> Token:
        """Latitude and longitude as one token; in quotes they are one already."""
        if lat.kind == "text" or not self._accept(","):
            return lat
        return Token("text", f"{lat.text},{self._value().text}", lat.position)

    def _value(self) -> Token:
        token = self._next()
        if token.kind not in ("word", "text"):
            raise _unexpected(token, "a value")
        return token

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


def _unexpected(token: Token, wanted: str) -> FilterError:
    found = "the end" if token.kind == "end" else f"'{token.text}'"
    message = f"expected {wanted} at column {token.position}, found {found}"
    hint = "put AND between conditions, and quotes round values with spaces"
    return FilterError(message, position=token.position, hint=hint)
