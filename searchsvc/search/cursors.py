"""Cursors: where the next page of a search begins, sealed, so that nobody can make one up.

Nobody can read one either: by which values hits are sorted is not always told to who asks. A cursor
holds the version that answered, the place of the last hit, and the fingerprint of the
search: of all that decides which documents are hits, and in which order. It goes on in that very
version with that very search, or not at all.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, replace
from hashlib import blake2b, shake_256

import msgspec

from searchsvc.domain.index import IndexVersion
from searchsvc.domain.query import Match, Place, SearchQuery
from searchsvc.domain.result import SearchResult
from searchsvc.errors import RequestError
from searchsvc.search.widening import widened

_SIGNATURE = 16  # bytes
_AGAIN = "leave it out to begin with the first page"


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a cursor says: how the first page matched, and which words it had `apart`.

    The latter is None where the query was not widened. `now` is the moment as of which it ranked.
    Where pages are `drafted` from two rankings it goes on behind so many hits, and not behind one.
    """

    version: IndexVersion
    place: Place
    match: Match
    apart: tuple[str, ...] | None
    now: int
    fingerprint: str
    drafted: bool = False

    def continuing(self, query: SearchQuery) -> SearchQuery:
        """`query` from this place on. Raises RequestError where it is another search."""
        if query.fingerprint != self.fingerprint:
            raise _unusable("is of another search", "repeat its parameters, or " + _AGAIN)
        query = replace(query, version=self.version, now=self.now, page=None)
        if self.drafted:
            query = replace(query, offset=self.place.seen)
        else:
            query = replace(query, after=self.place)
        if self.apart is None:
            return query
        return widened(query, self.apart, relax=self.match is Match.ANY)


class Cursors:
    """Writes and reads cursors; only those signed with the same `secret` are read."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or secrets.token_bytes(32)
        self._masking = blake2b(self._secret, digest_size=32, person=b"searchsvc-mask").digest()

    def next(self, query: SearchQuery, result: SearchResult) -> str | None:
        """The cursor of the page behind `result`, which answers `query`; None without one."""
        if result.last is None or len(result.hits) < query.limit:
            return None
        if query.after is None and query.offset + len(result.hits) >= result.total:
            return None
        return self._sealed(query, result, result.last)

    def next_drafted(self, query: SearchQuery, result: SearchResult) -> str | None:
        """As `next` does, where the hits are those of two rankings."""
        seen = query.offset + len(result.hits)
        if len(result.hits) < query.limit or seen >= result.total:
            return None
        return self._sealed(query, result, Place((), seen), True)

    def _sealed(
        self, query: SearchQuery, result: SearchResult, place: Place, *drafted: bool
    ) -> str:
        how = query.match, query.apart, query.now
        said = (result.version.name, place.values, place.seen, *how, query.fingerprint, *drafted)
        payload = msgspec.json.encode(said)
        signature = self._signature(payload)
        sealed = signature + self._mixed(payload, signature)
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def read(self, text: str, index: str) -> Cursor:
        """The cursor, which `next` wrote for a search of `index`. Raises RequestError."""
        try:
            raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        except (UnicodeEncodeError, Base64Error):
            raise _unusable("is none", _AGAIN) from None
        signature = raw[:_SIGNATURE]
        payload = self._mixed(raw[_SIGNATURE:], signature)
        if not hmac.compare_digest(signature, self._signature(payload)):
            raise _unusable("was not made here, or has been changed", _AGAIN)
        name, values, seen, match, apart, now, fingerprint, *more = msgspec.json.decode(payload)
        version, place = IndexVersion.parse(name), Place(tuple(values), seen)
        if version is None or version.index != index:
            raise _unusable("is of another index", _AGAIN)
        words = None if apart is None else tuple(apart)
        return Cursor(version, place, Match(match), words, now, fingerprint, bool(more))

    def _signature(self, payload: bytes) -> bytes:
        return hmac.digest(self._secret, payload, "sha256")[:_SIGNATURE]

    def _mixed(self, text: bytes, signature: bytes) -> bytes:
        """`text` under a keyed hash of what signs it, so of no other text; again undoes it."""
        mask = shake_256(self._masking + signature).digest(len(text))
        number = int.from_bytes(text) ^ int.from_bytes(mask)
        return number.to_bytes(len(text))


def _unusable(fault: str, hint: str) -> RequestError:
    return RequestError(f"the cursor {fault}", param="cursor", hint=hint)
