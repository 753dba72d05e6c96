"""The secrets of keys: how they are made, and what is kept of them."""

import secrets
from hashlib import blake2b, sha256

from searchsvc.domain.access import Kept, Role

_PREFIX = "ssk"
_ID_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_ID_LENGTH = 10
_BYTES = 32
_PAD_BYTES = 16


def new_id() -> str:
    """A key's id, which is no secret."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))


def new_secret(role: Role, id: str) -> str:
    """A secret of 256 random bits behind the role and the key's id: `ssk_search_…_…`."""
    return f"{_PREFIX}_{role}_{id}_{secrets.token_urlsafe(_BYTES)}"


def id_of(secret: str) -> str:
    """The id of the secret's key. Raises ValueError for what is no secret."""
    parts = secret.split("_", 3)
    if len(parts) != 4 or parts[0] != _PREFIX or not all(parts):
        raise ValueError(secret[:4])
    return parts[2]


def hash_of(secret: str) -> str:
    """What finds a secret: as it is random, one fast hash is enough."""
    return blake2b(secret.encode(), digest_size=32, person=b"searchsvc-key").hexdigest()


def signing_of(secret: str) -> bytes:
    """What signs the secret's tokens: as any language has it, SHA-256 of the secret."""
    return sha256(secret.encode()).digest()


class Sealer:
    """Keeps what signs tokens so that only who has the installation's secret can use it."""

    def __init__(self, secret: bytes) -> None:
        self._key = blake2b(secret, digest_size=32, person=b"searchsvc-seal").digest()

    def kept(self, secret: str) -> Kept:
        """What is kept of a secret."""
        pad = secrets.token_bytes(_PAD_BYTES)
        return Kept(hash_of(secret), (pad + self._mixed(signing_of(secret), pad)).hex())

    def opened(self, kept: Kept) -> bytes:
        """What signs the tokens of a secret of which that is kept."""
        whole = bytes.fromhex(kept.sealed)
        return self._mixed(whole[_PAD_BYTES:], whole[:_PAD_BYTES])

    def _mixed(self, text: bytes, pad: bytes) -> bytes:
        """`text` under a keyed hash of a pad that is used once; the same again undoes it."""
        mask = blake2b(pad, key=self._key, digest_size=len(text)).digest()
        return bytes(one ^ other for one, other in zip(text, mask, strict=True))
