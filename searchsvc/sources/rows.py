"""Rows as the rest of the system sees them: dicts of plain values, bytes as base64 text."""

from base64 import b64encode
from collections.abc import Sequence
from itertools import chain, islice, repeat
from typing import Any, TypeVar

from searchsvc.sources.database import Table

_T = TypeVar("_T")


def dicts(table: Table) -> list[dict[str, Any]]:
    """Each row of the table by column."""
    names, rows = table.names, table.rows
    # One look over all values, since hardly any table holds bytes.
    if bytes in map(type, chain.from_iterable(rows)):
        rows = [tuple(map(plain, row)) for row in rows]
    return list(map(dict, map(zip, repeat(names), rows)))  # zip in a loop costs a third more


def plain(value: Any) -> Any:
    """The value, bytes as base64 text."""
    return b64encode(value).decode() if isinstance(value, bytes) else value


def chunks(items: Sequence[_T], size: int) -> list[list[_T]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    return list(iter(lambda: list(islice(iterator, size)), []))
