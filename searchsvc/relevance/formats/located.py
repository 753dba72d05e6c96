"""JSON of which every value knows its line, so that an error can name it."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from searchsvc.relevance.formats.lines import Text

_SPACE = re.compile(r"[ \t\n\r]*")
_decode = json.JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a JSON text; of an object and an array, those in it are nodes too."""

    text: Text
    value: Any
    line: int

    def members(self, what: str) -> "dict[str, Node]":
        """Of an object. Raises JudgmentsRefused, where `what` is something else."""
        if not isinstance(self.value, dict):
            raise self.text.refused(self.line, f"{what} is no object")
        return self.value

    def items(self, what: str) -> "list[Node]":
        """Of an array, likewise."""
        if not isinstance(self.value, list):
            raise self.text.refused(self.line, f"{what} is no array")
        return self.value

    def member(self, name: str, what: str) -> "Node":
        """One member of an object. Raises JudgmentsRefused, where it has none of that name."""
        found = self.members(what).get(name)
        if found is None:
            raise self.text.refused(self.line, f"{what} has no '{name}'")
        return found

    def string(self, what: str) -> str:
        """A string, or a number as it is written. Raises JudgmentsRefused."""
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | float):
            raise self.text.refused(self.line, f"{what} is no text")
        return str(self.value)

    def plain(self) -> Any:
        """The value without lines."""
        if isinstance(self.value, dict):
            return {name: node.plain() for name, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def parse(text: Text) -> Node:
    """The value of a JSON text. Raises JudgmentsRefused, for a name given twice too."""
    with _errors(text, 1):
        json.loads(text.content)
        return _Walk(text).all()


def parse_line(text: Text, line: str, number: int) -> Node:
    """The value of one line of a text, likewise; all that is in it is on that line."""
    with _errors(text, number):
        value = json.loads(line, object_pairs_hook=_Pairs)
    if not isinstance(value, _Pairs):
        return Node(text, value, number)
    members: dict[str, Node] = {}
    for name, one in value:
        _refuse_twice(text, name, members, number)
        members[name] = Node(text, one, number)
    return Node(text, members, number)


class _Pairs(list[tuple[str, Any]]):
    """The members of an object, as they come."""


@contextmanager
def _errors(text: Text, first: int) -> Iterator[None]:
    try:
        yield
    except json.JSONDecodeError as error:
        raise text.refused(error.lineno + first - 1, f"not JSON: {error.msg}") from error
    except RecursionError as error:
        raise text.refused(first, "the JSON nests too deep") from error
    except ValueError as error:
        raise text.refused(first, "the JSON holds a number too long") from error


def _refuse_twice(text: Text, name: str, members: Mapping[str, Node], line: int) -> None:
    if name in members:
        raise text.refused(line, f"'{name[:60]}' is given more than once")


class _Walk:
    """Goes through a text that is known to be JSON."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._content = text.content
        self._starts = [match.end() for match in re.finditer("\n", text.content)]

    def all(self) -> Node:
        return self._value(self._after_space(0))[0]

    def _value(self, at: int) -> tuple[Node, int]:
        line = bisect_right(self._starts, at) + 1
        sign = self._content[at]
        if sign == "{":
            value, end = self._object(at + 1)
        elif sign == "[":
            value, end = self._array(at + 1)
        else:
            value, end = _decode(self._content, at)
        return Node(self._text, value, line), end

    def _object(self, at: int) -> tuple[Any, int]:
        members: dict[str, Node] = {}
        at = self._after_space(at)
        while self._content[at] != "}":
            name, end = _decode(self._content, at)
            node, end = self._value(self._after_space(self._after_space(end) + 1))
            _refuse_twice(self._text, name, members, node.line)
            members[name] = node
            at = self._next(end)
        return members, at + 1

    def _array(self, at: int) -> tuple[Any, int]:
        items: list[Node] = []
        at = self._after_space(at)
        while self._content[at] != "]":
            node, end = self._value(at)
            items.append(node)
            at = self._next(end)
        return items, at + 1

    def _next(self, at: int) -> int:
        """Where the next member begins, or the end stands."""
        at = self._after_space(at)
        return self._after_space(at + 1) if self._content[at] == "," else at

    def _after_space(self, at: int) -> int:
        match = _SPACE.match(self._content, at)
        return at if match is None else match.end()
