"""Reads the members of a JSON object as what they must be, and says where one is not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from searchsvc.errors import RequestError
from searchsvc.search.parameters import Parameter

Scalar: TypeAlias = str | float | bool

_EXAMPLE = 'like: {"state": {"searchTerm": "words"}, "queryConfig": {"facets": {}}}'


class Given:
    """An object of a request's body, and where it stands: `queryConfig.facets`.

    A member that is null is none. Each method raises RequestError, naming the member.
    """

    def __init__(self, members: Mapping[str, Any], where: str = "") -> None:
        self._members = members
        self.where = where

    def __contains__(self, name: str) -> bool:
        return self._members.get(name) is not None

    def at(self, name: str) -> str:
        """Where the member stands."""
        return f"{self.where}.{name}" if self.where else name

    def scalar(self, name: str) -> Scalar | None:
        """The member, a text, a number, true or false; None where there is none."""
        found = self._members.get(name)
        return None if found is None else scalar(found, self.at(name))

    def object(self, name: str) -> "Given":
        """The member, an object; an empty one where there is none."""
        return _object(self._members.get(name, {}), self.at(name))

    def objects(self, name: str) -> Iterator[tuple[str, "Given"]]:
        """The names and values of the member, an object of objects."""
        held = self.object(name)
        for key in held._members:  # noqa: SLF001 - of its own class
            yield key, held.object(key)

    def items(self, name: str) -> Sequence["Given"]:
        """The member, a list of objects."""
        return [
            _object(item, f"{self.at(name)}[{number}]")
            for number, item in enumerate(self.values(name))
        ]

    def values(self, name: str) -> Sequence[Any]:
        """The member, a list."""
        found = self._members.get(name)
        if found is None:
            return ()
        if not isinstance(found, list):
            raise fault("must be a list", self.at(name))
        return found

    def text(self, name: str, *choices: str) -> str:
        """The member, a text, one of `choices` where there are any; "" where there is none."""
        found = self._members.get(name)
        if found is None:
            return ""
        if not isinstance(found, str):
            raise fault("must be a string", self.at(name))
        if choices and found not in choices:
            hint = f"one of: {', '.join(filter(None, choices))}"
            raise fault(f"cannot be '{found[:50]}'", self.at(name), hint)
        return found

    def flag(self, name: str) -> bool | None:
        """The member, true or false."""
        found = self._members.get(name)
        if found is not None and not isinstance(found, bool):
            raise fault("must be true or false", self.at(name))
        return found

    def parameter(self, name: str, parameter: Parameter) -> Any:
        """The member as a parameter of a search reads it, which gives the default, too."""
        found = self._members.get(name)
        if found is None:
            return parameter.absent
        if isinstance(found, str) and parameter.kind == "integer":
            raise fault("must be a whole number", self.at(name))
        return parameter.read(found)


def scalar(found: object, where: str) -> Scalar:
    """A text, a number, true or false. Raises RequestError."""
    if isinstance(found, str | int | float):
        return found
    raise fault("must be a string, a number, true or false", where)


def fault(what: str, where: str, hint: str = "") -> RequestError:
    """The error that a member is no good."""
    return RequestError(f"'{where[:100]}' {what}", param=where[:100], hint=hint)


def _object(value: object, where: str) -> Given:
    if value is None:
        return Given({}, where)
    if not isinstance(value, Mapping):
        raise fault("must be an object", where, _EXAMPLE)
    return Given(value, where)
