"""Reads the values of the wire's parameters, in each of the forms that its clients send."""

from collections.abc import Mapping, Sequence
from typing import Any

from searchsvc.errors import RequestError
from searchsvc.search.regions import read_point

LONGEST_TYPED = 1000  # characters
_TRUE, _FALSE = ("true", "1"), ("false", "0")


def read_text(given: Mapping[str, Any], name: str, absent: str = "") -> str:
    """A string; a number or boolean was typed, out of a query string. Raises RequestError."""
    value = given.get(name)
    if value is None:
        return absent
    if isinstance(value, bool | int | float):
        return str(value)
    if not isinstance(value, str):
        raise RequestError(f"'{name}' must be a string", param=name)
    return value


def read_choice(given: Mapping[str, Any], name: str, choices: Sequence[str]) -> str | None:
    """One of these words; None where it is absent. Raises RequestError."""
    value = given.get(name)
    if value in (None, ""):
        return None
    said = str(value).lower() if isinstance(value, int) else value
    if said not in choices:
        hint = f"one of: {', '.join(choices)}"
        raise RequestError(f"'{name}' cannot be '{str(value)[:50]}'", param=name, hint=hint)
    return str(said)


def read_flag(given: Mapping[str, Any], name: str, *, absent: bool = False) -> bool:
    """True or false, also as texts or numbers. Raises RequestError."""
    said = read_choice(given, name, (*_TRUE, *_FALSE))
    return absent if said is None else said in _TRUE


def read_strings(given: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    """A list of strings, or one alone, with commas between several; None where it is absent.

    Raises RequestError.
    """
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        return tuple(one.strip() for one in value.split(",") if one.strip())
    if not isinstance(value, Sequence) or not all(isinstance(one, str) for one in value):
        raise RequestError(f"'{name}' must be a list of strings", param=name)
    return tuple(dict.fromkeys(value))


def read_integer(given: Mapping[str, Any], name: str, absent: int, most: int) -> int:
    """A whole number from 0, brought down to `most`. Raises RequestError."""
    value = given.get(name)
    if value is None:
        return absent
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:12])
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise RequestError(f"'{name}' must be a whole number from 0", param=name)
    return min(value, most)


def read_typed(given: Mapping[str, Any], name: str) -> str:
    """What somebody has typed. Raises RequestError."""
    text = read_text(given, name)
    if len(text) > LONGEST_TYPED:
        message = f"'{name}' has more than {LONGEST_TYPED} characters"
        raise RequestError(message, param=name)
    return text


def read_place(given: Mapping[str, Any], name: str) -> str:
    """A point as text, "" where it is absent. Raises RequestError."""
    text = read_text(given, name)
    try:
        if text:
            read_point(text)
    except ValueError as error:
        raise RequestError(f"'{name}' cannot be used", param=name, hint=str(error)) from None
    return text
