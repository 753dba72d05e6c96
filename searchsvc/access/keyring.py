"""The keys as a worker knows them: looks a secret or a token up, without asking the store."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from searchsvc.access.secret import Sealer, hash_of
from searchsvc.access.tokens import PREFIX, Token, read_token, restriction_of
from searchsvc.domain.access import OPEN, ApiKey, Grant, Kept, Role
from searchsvc.errors import BadKey, KeyExpired, NoKey, SearchsvcError, StateError
from searchsvc.ports import KeyStore

# A change is known everywhere after this, and the time that it takes to read all keys.
POLL_SECONDS = 2.0
# So long keys are believed that cannot be read anew.
TRUSTED_SECONDS = 3600.0
_MOST_TOKENS = 10_000

_SEND = "send it as `Authorization: Bearer KEY` or `X-API-Key: KEY`"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Secret:
    """A secret of a key: what it grants, and `signing`, by which its tokens are signed."""

    grant: Grant
    signing: bytes


@dataclass(slots=True)
class _Known:
    """All keys as they were read; `tokens` are those that were found right since then."""

    keys: list[ApiKey]
    by_hash: dict[str, _Secret] = field(default_factory=dict)
    by_id: dict[str, list[_Secret]] = field(default_factory=dict)
    tokens: dict[str, Grant] = field(default_factory=dict)
    origins: frozenset[str] = frozenset()


class Keyring:
    """Grants by keys of `store`, read at once and then every two seconds by `follow`.

    Until there is a key, everything is granted to everybody, unless keys are `required`. Raises
    StateError where the store cannot be read at first.
    """

    def __init__(
        self,
        store: KeyStore,
        sealer: Sealer,
        *,
        required: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._required = required
        self._clock = clock
        self._ended = threading.Event()
        self._known = _known([], sealer)
        self._read_at = 0.0
        self.look()

    @property
    def is_open(self) -> bool:
        """Whether no key is asked for."""
        return not self._required and not self._known.keys

    @property
    def origins(self) -> frozenset[str]:
        """The origins of all keys."""
        return self._known.origins

    def grant(self, credential: str | None) -> Grant:
        """What a secret or a token grants. Raises NoKey, BadKey, KeyExpired or StateError."""
        known, now = self._known, self._clock()
        if not self._required and not known.keys:
            return OPEN
        if credential is None:
            raise NoKey("this takes an API key", hint=_SEND)
        if now - self._read_at > TRUSTED_SECONDS:
            raise StateError("the keys cannot be read from the state store", hint="mend it")
        is_token = credential.startswith(PREFIX)
        found = self._by_token(known, credential) if is_token else _by_secret(known, credential)
        if now >= found.until:
            raise _expired(found)
        return found

    def look(self) -> None:
        """Read the keys. Raises StateError."""
        keys = self._store.api_keys()
        if keys != self._known.keys:
            self._known = _known(keys, self._sealer)
        self._read_at = self._clock()

    def follow(self) -> None:
        """Read them now and then, in a thread of its own, until `close`."""
        threading.Thread(target=self._follow, name="keys", daemon=True).start()

    def close(self) -> None:
        """Stop, and let go of the store."""
        self._ended.set()
        self._store.close()

    def _follow(self) -> None:
        is_lost = False
        while not self._ended.wait(POLL_SECONDS):
            try:
                self.look()
            except SearchsvcError as error:
                if not is_lost and not self._ended.is_set():
                    _log.warning("keys stay as they are for an hour at most: %s", error)
                is_lost = True
            except Exception:  # noqa: BLE001 - the thread outlives whatever a database may raise
                _log.exception("following the keys")
            else:
                is_lost = False

    def _by_token(self, known: _Known, text: str) -> Grant:
        if (found := known.tokens.get(hash_of(text))) is not None:
            return found
        token = read_token(text)
        for secret in known.by_id.get(token.payload.key, ()):
            if token.is_signed_by(secret.signing):
                found = _narrowed(secret.grant, token)
                break
        else:
            hint = "sign it with the key's newest secret, and see that the key still stands"
            raise BadKey("the token is signed by no key that is known", hint=hint)
        if len(known.tokens) >= _MOST_TOKENS:
            known.tokens.clear()
        known.tokens[hash_of(text)] = found
        return found


class OpenDoor:
    """Asks nobody for a key: in the place of a keyring, on loopback."""

    is_open = True
    origins: frozenset[str] = frozenset()

    def grant(self, _: str | None) -> Grant:
        """Everything."""
        return OPEN

    def close(self) -> None:
        """Nothing is open."""


def _known(keys: list[ApiKey], sealer: Sealer) -> _Known:
    known = _Known(keys, origins=frozenset(one for key in keys for one in key.origins))
    for key in keys:
        for kept, secret in _secrets(key, sealer):
            known.by_hash[kept.hash] = secret
            known.by_id.setdefault(key.id, []).append(secret)
    return known


def _secrets(key: ApiKey, sealer: Sealer) -> Iterable[tuple[Kept, _Secret]]:
    """The key's secret, and the one before it."""
    until = float("inf") if key.expires is None else key.expires.timestamp()
    indexes = frozenset(key.indexes) if key.indexes else None
    own = restriction_of(max_cost=key.max_cost, fields=key.fields)
    grant = Grant(key, key.role, indexes, own, until=until)
    yield key.secret, _Secret(grant, sealer.opened(key.secret))
    if key.before is not None and key.before_until is not None:
        ends = min(until, key.before_until.timestamp())
        old = replace(grant, until=ends)
        yield key.before, _Secret(old, sealer.opened(key.before))


def _by_secret(known: _Known, secret: str) -> Grant:
    # Who times a look-up by hash learns of hashes, and cannot choose them.
    found = known.by_hash.get(hash_of(secret))
    if found is None:
        raise BadKey("there is no such key", hint="see: searchsvc keys list")
    return _standing(found.grant)


def _standing(grant: Grant) -> Grant:
    if grant.key is not None and grant.key.revoked is not None:
        raise BadKey(f"the key '{grant.key.name}' has been revoked", hint="ask for another one")
    return grant


def _narrowed(grant: Grant, token: Token) -> Grant:
    """What is left of a grant. Raises BadKey or KeyExpired."""
    _standing(grant)
    if grant.role is Role.ADMIN:
        raise BadKey("a token cannot be made from an admin key", hint="use a search key")
    payload = token.payload
    named = None if payload.indexes is None else frozenset(payload.indexes)
    both = grant.indexes if named is None else named & (grant.indexes or named)
    until = grant.until if payload.expires is None else min(grant.until, payload.expires)
    within = restriction_of(payload, grant.restriction.max_cost, grant.restriction.fields)
    return Grant(grant.key, grant.role, both, within, is_token=True, until=until)


def _expired(grant: Grant) -> KeyExpired:
    if grant.is_token:
        return KeyExpired("the token has expired", hint="have a new one made")
    key = grant.key
    if key is not None and key.expires is not None and grant.until >= key.expires.timestamp():
        return KeyExpired("the key has expired", hint="make another: searchsvc keys create")
    return KeyExpired("the key was rotated, and its old secret has ended", hint="use the new one")
