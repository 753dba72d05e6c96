"""The vocabulary of `indexers/*.py`: which rows fill an index, and when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Row: TypeAlias = Mapping[str, Any]
ToDocument: TypeAlias = Callable[[Row], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Join:
    """Rows of another table that belong to a document, read once per batch.

    `sql` selects `_id` (the parent's value of `on`) and `value`, or several columns beside `_id`
    (then each joined row is a dict), `WHERE ... IN :ids`. `on` names the column of the indexer's
    row that `:ids` are taken from; empty: its key. `one`: a single value or None, not a list.
    `changed` selects keys of the *indexer's* rows that a change of the joined table touches, with
    `:since` (a datetime of the database) bound to the watermark.
    """

    name: str
    sql: str
    on: str = ""
    one: bool = False
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Indexer:
    """What fills one index.

    `sql` is one SELECT whose rows are the documents' raw material; `key` names its unique
    column (or several: a composite key); `watermark` the column that every insert and update
    moves forward; `soft_delete` a column whose truth hides the row. `changed` holds further
    statements that select keys with `:since`, such as a table of deletions. `every` is the
    increments' interval ("30s", "5m"); `rebuild` and `reconcile` are "daily", "HH:MM" (UTC) or an
    interval, "" for never. `overlap` in seconds is how far each increment reads back: at least
    the longest transaction where the account cannot see open transactions.
    """

    index: str
    source: str
    sql: str
    key: str | tuple[str, ...]
    to_document: ToDocument = dict
    watermark: str = ""
    soft_delete: str = ""
    joins: tuple[Join, ...] = ()
    changed: tuple[str, ...] = ()
    every: str = ""
    rebuild: str = ""
    reconcile: str = "daily"
    overlap: float = 600.0
    page_size: int = 2000

    def __post_init__(self) -> None:
        # Lists are what people write in a definition; tuples keep the value hashable and frozen.
        # What is neither stays as it is, for the reader of definitions to refuse.
        for name in ("joins", "changed"):
            value = getattr(self, name)
            object.__setattr__(self, name, tuple(value) if isinstance(value, list) else value)

    @property
    def follows(self) -> bool:
        """Whether anything tells what has changed, so that there are increments."""
        return bool(self.watermark or self.changed or any(join.changed for join in self.joins))

    @property
    def keys(self) -> tuple[str, ...]:
        """The key's columns, always as a tuple."""
        return (self.key,) if isinstance(self.key, str) else tuple(self.key)
