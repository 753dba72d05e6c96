"""Keys in a real state store, and the keyring that a worker has of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from searchsvc.access.keyring import Keyring
from searchsvc.access.keys import Keys, Wanted
from searchsvc.access.secret import Sealer
from searchsvc.domain.access import Role
from searchsvc.stores.keys import SqlKeyStore

SECRET = b"a secret of an installation that tests make"


@dataclass
class KeyCase:
    """Keys, and a keyring that knows of a change after `keyring.look()`."""

    keys: Keys
    keyring: Keyring

    def at(self, clock: Any, ahead: float) -> None:
        """Move the clock, and read the keys as a worker has by then."""
        clock.ahead = ahead
        self.keyring.look()

    def secret(self, name: str, role: Role = Role.SEARCH, **wanted: object) -> str:
        """The secret of a new key, which the keyring knows."""
        _, secret = self.keys.create(Wanted(name, role, **wanted))
        self.keyring.look()
        return secret


@contextmanager
def key_case(folder: Path, **options: object) -> Iterator[KeyCase]:
    """A store in `folder` without a key; `options` are the keyring's."""
    url = f"sqlite:///{folder / 'keys.db'}"
    keys = Keys(SqlKeyStore(url), Sealer(SECRET))
    keyring = Keyring(SqlKeyStore(url), Sealer(SECRET), **options)
    try:
        yield KeyCase(keys, keyring)
    finally:
        keys.store.close()
        keyring.close()
