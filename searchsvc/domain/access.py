"""Who may ask for what: keys with their roles, and what a token narrows a key to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from searchsvc.domain.allowlists import NO_LISTS, AllowLists
from searchsvc.errors import KeyForbids


class Role(StrEnum):
    """What a key is for; each role may do what those before it may."""

    SEARCH = "search"
    ANALYST = "analyst"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether who has this role may do what that one may."""
        order = tuple(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a secret: the `hash` that finds it, and `sealed`, which signs its tokens.

    Neither gives the secret back; the second only this installation can read.
    """

    hash: str
    sealed: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept. No `indexes`: all of them; no `origins`: those of the settings.

    `rate` counts requests a minute by everybody who has the key, `client_rate` those of one
    client, and no search may cost more than `max_cost`; None is no limit. `fields` may be named by
    it. Until `before_until` the secret `before` the last rotation holds too.
    """

    id: str
    name: str
    role: Role
    secret: Kept
    created: datetime
    indexes: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    rate: int | None = None
    client_rate: int | None = None
    max_cost: int | None = None
    expires: datetime | None = None
    rotated: datetime | None = None
    revoked: datetime | None = None
    before: Kept | None = None
    before_until: datetime | None = None
    fields: AllowLists = NO_LISTS


@dataclass(frozen=True, slots=True)
class Restriction:
    """What every request of a key or token is narrowed to; equal `mark`s narrow alike, "" not.

    `filter` is an expression, or the object that stands for one; None lets every document pass.
    `fields` are those that may be named. `max_cost` is the key's; it refuses, and narrows nothing.
    """

    filter: str | Mapping[str, object] | None = None
    max_per_page: int | None = None
    mark: str = ""
    max_cost: int | None = None
    fields: AllowLists = NO_LISTS


UNRESTRICTED = Restriction()


@dataclass(frozen=True, slots=True)
class Grant:
    """What one request may do: the `key` that it came with, as its token narrows it.

    `indexes` None: all of them. It holds `until` then, in seconds since 1970. `key` is None where
    no key is asked for.
    """

    key: ApiKey | None
    role: Role
    indexes: frozenset[str] | None = None
    restriction: Restriction = UNRESTRICTED
    is_token: bool = False
    until: float = float("inf")

    def require(self, role: Role, what: str) -> None:
        """Raises KeyForbids unless the role may do `what`."""
        if not self.role.includes(role):
            raise KeyForbids(
                f"{what} takes a key of role '{role}', and this one is for '{self.role}'",
                hint=f"use one made with: searchsvc keys create NAME --role {role}",
            )

    def reaches(self, index: str) -> bool:
        """Whether the index may be asked."""
        return self.indexes is None or index in self.indexes

    def require_index(self, index: str) -> None:
        """Raises KeyForbids unless the index may be asked."""
        if self.indexes is not None and not self.reaches(index):
            reached = ", ".join(sorted(self.indexes)) or "none"
            message = f"this {self._noun} does not reach index '{index[:63]}'"
            raise KeyForbids(message, hint=f"it reaches: {reached}")

    def require_whole(self, what: str) -> None:
        """Raises KeyForbids for a token, or a key of some fields: it gets what they can narrow."""
        if self.is_token:
            message = f"{what} cannot be narrowed to a token"
            raise KeyForbids(message, hint="use the key itself, on a server of yours")
        if self.restriction.fields:
            message = f"{what} cannot be narrowed to some fields"
            raise KeyForbids(message, hint="use a key without --fields")

    def require_every_index(self, what: str) -> None:
        """Raises KeyForbids unless all indexes may be asked."""
        if self.indexes is not None:
            message = f"{what} tells of all indexes, and this {self._noun} reaches only some"
            raise KeyForbids(message, hint="use a key without --index")

    @property
    def _noun(self) -> str:
        return "token" if self.is_token else "key"


OPEN = Grant(None, Role.ADMIN)
