"""What may be suggested: a text with its weight, and what an answer tells of it."""

from dataclasses import dataclass
from enum import StrEnum

from searchsvc.domain.result import Scope


class Kind(StrEnum):
    """What a suggestion is: each kind is completed by itself."""

    QUERY = "query"  # what others have searched for
    VALUE = "value"  # a value of a facet
    HIT = "hit"  # a document, by a text of it


@dataclass(frozen=True, slots=True)
class Entry:
    """One suggestion. `field` and `id` are empty, and `count` 0, where its kind has none.

    Of two entries that fit what was typed, the one of greater `weight` comes first.
    """

    text: str
    weight: float
    field: str = ""
    id: str = ""
    count: int = 0
    scope: Scope | None = None
