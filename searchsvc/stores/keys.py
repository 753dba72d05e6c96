"""The API keys in the state store; of their secrets it holds nothing that lets anybody in."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, insert, select, update

from searchsvc.domain.access import ApiKey, Kept, Role
from searchsvc.domain.allowlists import AllowLists
from searchsvc.stores.database import Database
from searchsvc.stores.schema import keys

_SAME = (
    "id",
    "name",
    "rate",
    "client_rate",
    "max_cost",
    "created",
    "expires",
    "rotated",
    "revoked",
)


class SqlKeyStore:
    """Implements ports.KeyStore on a SQLAlchemy URL, beside what else is kept there."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)

    def api_keys(self) -> list[ApiKey]:
        with self._database.transaction() as connection:
            return [_key(row) for row in connection.execute(select(keys).order_by(keys.c.name))]

    def add_key(self, key: ApiKey) -> None:
        with self._database.transaction() as connection:
            connection.execute(insert(keys).values(_values(key)))

    def change_key(self, key: ApiKey) -> None:
        with self._database.transaction() as connection:
            connection.execute(update(keys).where(keys.c.id == key.id).values(_values(key)))

    def close(self) -> None:
        self._database.close()


def _values(key: ApiKey) -> dict[str, Any]:
    before = key.before
    return {
        **{name: getattr(key, name) for name in _SAME},
        "role": key.role.value,
        "hash": key.secret.hash,
        "sealed": key.secret.sealed,
        "before_hash": None if before is None else before.hash,
        "before_sealed": None if before is None else before.sealed,
        "before_until": key.before_until,
        "indexes": msgspec.json.encode(key.indexes).decode(),
        "origins": msgspec.json.encode(key.origins).decode(),
        "fields": msgspec.json.encode(key.fields.given).decode() if key.fields else None,
    }


def _key(row: Row[Any]) -> ApiKey:
    before_until: datetime | None = row.before_until
    return ApiKey(
        **{name: getattr(row, name) for name in _SAME},
        role=Role(row.role),
        secret=Kept(row.hash, row.sealed),
        before=None if row.before_hash is None else Kept(row.before_hash, row.before_sealed),
        before_until=before_until,
        indexes=_texts(row.indexes),
        origins=_texts(row.origins),
        fields=AllowLists(_lists(row.fields)),
    )


def _texts(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])


def _lists(text: str | None) -> dict[str, tuple[str, ...]]:
    return {} if text is None else msgspec.json.decode(text, type=dict[str, tuple[str, ...]])
