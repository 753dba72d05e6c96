"""Ids and keys: an id is text, a key is what the database compares.

The id of a single key is its text; of a composite key each part percent-escaped, joined by `~`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias
from urllib.parse import quote, unquote

Key: TypeAlias = tuple[Any, ...]


def id_of(key: Sequence[object]) -> str:
    """The id of a key. Equal keys have equal ids whatever driver or statement they came from."""
    if len(key) == 1:
        part = key[0]
        return str(part) if type(part) is int else _text(part)
    return "~".join(_escape(_text(part)) for part in key)


def _escape(text: str) -> str:
    return quote(text, safe="").replace("~", "%7E")


def _text(part: object) -> str:
    if type(part) is str:
        return part
    if isinstance(part, bytes):
        return part.hex()
    if isinstance(part, Decimal):
        return format(part, "f")
    if isinstance(part, datetime):
        return part.isoformat().removesuffix("+00:00")
    return str(part)


@dataclass(frozen=True, slots=True)
class KeyCodec:
    """Turns ids back into keys; `kinds` are those of the key's parts."""

    kinds: tuple[str, ...]

    def key(self, id: str) -> Key | None:
        """The key of an id, or None where no row can have that id."""
        parts = [unquote(part) for part in id.split("~")] if len(self.kinds) > 1 else [id]
        if len(parts) != len(self.kinds):
            return None
        try:
            key = tuple(_PARSE[kind](part) for kind, part in zip(self.kinds, parts, strict=True))
        except (ValueError, InvalidOperation):
            return None
        return key if id_of(key) == id else None


def kind_of_type(type: str) -> str | None:
    """The kind of a column of MySQL, None for one that cannot be paged by.

    ENUM and SET are ordered by number and compared as text; FLOAT and DOUBLE compare inexactly.
    """
    if "int" in type or type == "year":
        return "int"
    return _KINDS.get(type)


def kind_of_value(value: object) -> str | None:
    """The kind of a key's value on SQLite, where columns have no type."""
    return {int: "int64", str: "text", bytes: "bytes"}.get(type(value))


def _int(text: str, lowest: int, highest: int) -> int:
    number = int(text)
    if not lowest <= number <= highest:
        raise ValueError(text)
    return number


def _encodable(text: str) -> str:
    text.encode()
    return text


def _datetime(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


_KINDS = {
    "varchar": "text",
    "text": "text",
    "varbinary": "bytes",
    "blob": "bytes",
    "decimal": "decimal",
    "date": "date",
    "datetime": "datetime",
    "timestamp": "datetime",
}
_PARSE: dict[str, Callable[[str], object]] = {
    "int": lambda text: _int(text, -(2**63), 2**64 - 1),
    "int64": lambda text: _int(text, -(2**63), 2**63 - 1),
    "text": _encodable,
    "decimal": Decimal,
    "bytes": bytes.fromhex,
    "date": date.fromisoformat,
    "datetime": _datetime,
}
