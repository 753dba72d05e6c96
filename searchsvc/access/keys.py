"""Makes, rotates and revokes keys: what becomes of them in the key store."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from searchsvc.access.secret import Sealer, new_id, new_secret
from searchsvc.domain.access import ApiKey, Role
from searchsvc.domain.allowlists import NO_LISTS, AllowLists
from searchsvc.errors import UnknownKey, UsageError, nearest
from searchsvc.ports import KeyStore


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a new key shall be; as `ApiKey` has it."""

    name: str
    role: Role
    indexes: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    rate: int | None = None
    client_rate: int | None = None
    max_cost: int | None = None
    lasts: timedelta | None = None
    fields: AllowLists = NO_LISTS


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one store. A secret is given back once, when it is made."""

    store: KeyStore
    sealer: Sealer
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def create(self, wanted: Wanted) -> tuple[ApiKey, str]:
        """A new key with its secret. Raises UsageError where the name, or id, is taken."""
        if any(wanted.name in (one.name, one.id) for one in self.store.api_keys()):
            hint = "choose another name, or rotate that key"
            raise UsageError(f"there is a key '{wanted.name}' already", hint=hint)
        id, now = new_id(), self.now()
        secret = new_secret(wanted.role, id)
        key = ApiKey(
            id, wanted.name, wanted.role, self.sealer.kept(secret), now, wanted.indexes,
            wanted.origins, wanted.rate, wanted.client_rate, wanted.max_cost,
            expires=None if wanted.lasts is None else now + wanted.lasts, fields=wanted.fields,
        )  # fmt: skip
        self.store.add_key(key)
        return key, secret

    def rotate(
        self, name: str, grace: timedelta, lasts: timedelta | None = None
    ) -> tuple[ApiKey, str]:
        """The key with a new secret; the old one holds for the time of `grace` more.

        The key ends `lasts` from now, or when it did. Where its time was over, the old secret stays
        so. Raises UnknownKey, or UsageError for a key that has been revoked, or that would be over.
        """
        old, now = self.find(name), self.now()
        if old.revoked is not None:
            raise UsageError(f"the key '{name}' has been revoked", hint="make another one")
        is_over = old.expires is not None and old.expires <= now
        if is_over and lasts is None:
            hint = "say for how long it is to hold from now on: --expires 90d"
            raise UsageError(f"the time of the key '{name}' is over", hint=hint)
        secret = new_secret(old.role, old.id)
        key = replace(
            old, secret=self.sealer.kept(secret), before=old.secret,
            before_until=now if is_over else now + grace, rotated=now,
            expires=old.expires if lasts is None else now + lasts,
        )  # fmt: skip
        self.store.change_key(key)
        return key, secret

    def revoke(self, name: str) -> ApiKey:
        """The key, which lets nobody in any more. Raises UnknownKey."""
        old = self.find(name)
        key = old if old.revoked is not None else replace(old, revoked=self.now())
        self.store.change_key(key)
        return key

    def find(self, name: str) -> ApiKey:
        """The key of that name or id. Raises UnknownKey."""
        known = self.store.api_keys()
        for key in known:
            if name in (key.name, key.id):
                return key
        raise UnknownKey(f"there is no key '{name}'", hint=nearest(name, [k.name for k in known]))
