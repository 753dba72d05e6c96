"""Names of indexes and of their versions, and what is known of a version."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Self

from searchsvc.domain.definition import IndexDefinition, content_hash

INDEX_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_VERSION_NAME = re.compile(rf"({INDEX_NAME.pattern})-(\d{{8}}t\d{{6}}z)-(\d+)")


def is_index_name(name: str) -> bool:
    """Whether `name` can be an index: lower case, digits and `_`, at most 63 characters."""
    return INDEX_NAME.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, order=True)
class IndexVersion:
    """One build of an index, `products-20260823t101500z-7`; later builds sort after earlier.

    `number` is the fencing number of the lease it was made under, so two builds of one second
    differ and the later owner's is the greater. `name` is the engine's name of it: a directory
    or a physical index.
    """

    index: str
    created: datetime
    number: int
    name: str = field(init=False, compare=False, repr=False)  # every answer shows it

    def __post_init__(self) -> None:
        stamp = self.created.isoformat()[:19].replace("-", "").replace(":", "").lower()
        object.__setattr__(self, "name", f"{self.index}-{stamp}z-{self.number}")

    @classmethod
    def new(cls, index: str, created: datetime, number: int) -> Self:
        """A version made at `created` (aware); kept to whole seconds, as its name shows it."""
        return cls(index, created.astimezone(UTC).replace(microsecond=0), number)

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """The version of that name, or None when it is not a version's name."""
        match = _VERSION_NAME.fullmatch(name)
        if match is None:
            return None
        index, stamp, number = match.groups()
        try:
            created = datetime.fromisoformat(stamp.upper())
        except ValueError:
            return None
        return cls(index, created, int(number))

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a version is made from: its definition, and what its indexer says, as texts by name.

    `reads` is what decides a row's document (statements, code), `follows` when and how changes
    are found.
    """

    definition: IndexDefinition
    reads: Mapping[str, str] = field(default_factory=dict)
    follows: Mapping[str, str] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """16 hex digits; equal where documents of both recipes may stand in one version."""
        stored_form = asdict(self.definition.stored_form)
        return content_hash({"definition": stored_form, "reads": dict(self.reads)})

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change with any part of it."""
        return content_hash(asdict(self))


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """What an engine knows of one version; `size` is in bytes, `definition_hash` its recipe's."""

    version: IndexVersion
    documents: int
    size: int
    definition_hash: str
    live: bool
