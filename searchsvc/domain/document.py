"""What is written to an index: documents, deletes, and the outcome of each write."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

# Named tuples: a rebuild makes one of each for every row, and they are made four times as fast
# as frozen dataclasses.


class Mark(NamedTuple):
    """What the source says of one row as a whole, for comparing many rows at once.

    `checksum` is a number below 2**32 that changes with whatever the row says; `slot` is a place
    among all rows that stays the same.
    """

    slot: int = 0
    checksum: int = 0


NO_MARK = Mark()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows or documents there are in one bucket of slots, and their checksums' sum."""

    count: int
    checksum: int


class Document(NamedTuple):
    """One document as the index holds it.

    `source` is the JSON object that a search returns; `values` are the same fields as Python
    values for indexing (dates as UTC datetimes). `version` is the database time in µs of the
    read that made it, `mark` that of its row, and `digest` a 63-bit checksum of `source` and mark.
    """

    id: str
    version: int
    values: Mapping[str, object]
    source: bytes
    digest: int
    mark: Mark = NO_MARK


class Delete(NamedTuple):
    """The row is gone or hidden: no document of this id may be found any more."""

    id: str
    version: int


Write: TypeAlias = Document | Delete


class Outcome(StrEnum):
    """What became of one write."""

    INDEXED = "indexed"
    DELETED = "deleted"
    UNCHANGED = "unchanged"
    STALE = "stale"
    DEAD = "dead"


class WriteResult(NamedTuple):
    """The outcome of one write; `reason` says why it is dead."""

    id: str
    outcome: Outcome
    reason: str = ""


def digest(source: bytes, mark: Mark = NO_MARK) -> int:
    """A 63-bit checksum of a document's source and its row's: fits a signed 64-bit field.

    The row's counts too, so that a row which changed nothing in its document is written all the
    same: the index must hold the checksum that the source would give now.
    """
    own = int.from_bytes(blake2b(source, digest_size=8).digest(), "big")
    return (own ^ mark.checksum << 16) >> 1
