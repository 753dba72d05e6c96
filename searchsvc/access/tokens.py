"""Tokens: a key narrowed offline by who has its secret, for somebody who must not have it.

    token     = "sst_" payload "." signature
    payload   = base64url of {"key", "filter"?, "fields"?, "indexes"?, "expires"?,
                                "max_per_page"?}
    signature = base64url of HMAC-SHA256 over the payload's text, by SHA-256 of the secret

base64url is without `=`. A member that is not known here is refused: it may forbid something.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from searchsvc.access.secret import id_of, signing_of
from searchsvc.domain.access import Restriction
from searchsvc.domain.allowlists import NO_LISTS, AllowLists, Use, unknown_uses
from searchsvc.errors import BadKey, UsageError

PREFIX = "sst_"
MAX_LENGTH = 8192
_ANEW = "have the token made anew"


class Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a token says: its key's id and what it is narrowed to; `expires` in s since 1970."""

    key: str
    filter: str | dict[str, object] | None = None
    indexes: tuple[str, ...] | None = None
    expires: float | None = None
    max_per_page: int | None = None
    fields: dict[str, tuple[str, ...]] | None = None


_PAYLOADS = msgspec.json.Decoder(Payload)
_MEMBERS = msgspec.json.Decoder(dict[str, object])


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it was read; whether its signature is right is still to be asked."""

    payload: Payload
    signed: bytes
    signature: bytes

    def is_signed_by(self, signing: bytes) -> bool:
        """Whether that has signed it."""
        return hmac.compare_digest(self.signature, _signature(self.signed, signing))


def write_token(
    secret: str,
    *,
    filter: str | Mapping[str, object] | None = None,
    indexes: tuple[str, ...] | None = None,
    expires: float | None = None,
    max_per_page: int | None = None,
    fields: Mapping[str, tuple[str, ...]] | None = None,
) -> str:
    """A token of the key with this secret; `expires` in seconds since 1970. Raises UsageError."""
    try:
        id = id_of(secret)
    except ValueError:
        hint = "give all that `searchsvc keys create` printed, from ssk_ on"
        raise UsageError("this is no secret of a key", hint=hint) from None
    given = dict(filter) if isinstance(filter, Mapping) else filter
    named = None if fields is None else {use: tuple(names) for use, names in fields.items()}
    payload = Payload(id, given, indexes, expires, max_per_page, named)
    if (fault := _fault(payload)) is not None:
        raise UsageError(fault)
    signed = _encoded(msgspec.json.encode(payload)).encode()
    return f"{PREFIX}{signed.decode()}.{_encoded(_signature(signed, signing_of(secret)))}"


def read_token(text: str) -> Token:
    """The token of that text. Raises BadKey for what is none."""
    signed, _, signature = text.removeprefix(PREFIX).partition(".")
    try:
        payload = _PAYLOADS.decode(_decoded(signed))
        read = Token(payload, signed.encode(), _decoded(signature))
        members = _MEMBERS.decode(_decoded(signed))
    except (Base64Error, UnicodeError, RecursionError, msgspec.DecodeError) as error:
        raise BadKey("the token cannot be read", hint=_ANEW) from error
    for name, value in members.items():
        if value is None:
            # Whoever wrote it had nothing to narrow it by: a customer without an id, say.
            raise BadKey(f"the token cannot be used: its {name} is null", hint=_ANEW)
    if len(text) > MAX_LENGTH:
        raise BadKey(f"the token has more than {MAX_LENGTH} characters", hint=_ANEW)
    if (fault := _fault(payload)) is not None:
        raise BadKey(f"the token cannot be used: {fault}", hint=_ANEW)
    return read


def restriction_of(
    payload: Payload | None = None, max_cost: int | None = None, fields: AllowLists = NO_LISTS
) -> Restriction:
    """What a key of these `fields` narrows requests to, or a token of it."""
    filter, most = (payload.filter, payload.max_per_page) if payload else (None, None)
    if payload is not None and payload.fields is not None:
        fields = fields.within(AllowLists(payload.fields))
    if filter is None and most is None and not fields:
        return Restriction(max_cost=max_cost)
    lists = {use: sorted(names) for use, names in fields.given.items()}
    deciding = msgspec.json.encode((filter, most, lists), order="sorted")
    mark = blake2b(deciding, digest_size=16).hexdigest()
    return Restriction(filter, most, mark, max_cost, fields)


def _fault(payload: Payload) -> str | None:
    """What would narrow nothing, or everything, is a slip of who made it."""
    if payload.filter is not None and not (
        payload.filter.strip() if isinstance(payload.filter, str) else payload.filter
    ):
        return "its filter is empty"
    if payload.indexes is not None and not payload.indexes:
        return "it names no index"
    if payload.fields is not None and not payload.fields:
        return "its fields name no use"
    for use in unknown_uses(payload.fields or ()):
        return f"its fields name a use '{use[:20]}', and there are {', '.join(Use)}"
    if payload.max_per_page is not None and not 1 <= payload.max_per_page <= 100:
        return "max_per_page must be 1 to 100"
    return None


def _signature(signed: bytes, signing: bytes) -> bytes:
    return hmac.digest(signing, signed, "sha256")


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
