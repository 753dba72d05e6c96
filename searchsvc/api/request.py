"""A request as it arrives: its stopwatch, its id, and its parameters as the caller gave them."""

import asyncio
import itertools
import json
import re
import secrets
import zlib
from collections.abc import Mapping
from typing import Any

import falcon
import falcon.asgi
import orjson

from searchsvc.access.rates import Quota
from searchsvc.domain.access import OPEN, Grant
from searchsvc.errors import BodyError, RequestError
from searchsvc.telemetry.searches import LoggedSearch, Remembered
from searchsvc.telemetry.stages import Stages

MAX_URL = 8 * 1024
MAX_BODY = 64 * 1024
MAX_INFLATED = 1024 * 1024  # bytes of a body that came gzipped
BODY_SECONDS = 2.0
MEDIA_TYPES = ("application/json", "text/plain")
MAX_EVENTS = 1024 * 1024  # of a batch of events
MAX_TEXT = 1024 * 1024  # of a file that is put
MAX_PREVIEW = 3 * MAX_TEXT  # two such files as JSON
TEXT_TYPES = ("text/plain", "application/yaml", "application/octet-stream")
JUDGMENT_TYPES = ("application/x-ndjson", "application/json", "text/csv", *TEXT_TYPES[::2])

# `curl -d` says this of whatever it sends; a real form is no JSON and is refused as such.
_CURL_TYPE = "application/x-www-form-urlencoded"
# Who a proxy says that the caller is; as good as the proxy.
_USER = "X-Forwarded-User"
_LONGEST_USER = 100
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Unique across workers and restarts by the prefix, and cheap: a UUID costs 20 times as much.
_ID_PREFIX = secrets.token_hex(4)
_ids = itertools.count(1)
# Ids of searches are drawn many at a time: asking the system for one takes longest.
_ID_BYTES = 16
_DRAWN_AT_ONCE = 256
_drawn: list[str] = []


class ApiRequest(falcon.asgi.Request):
    """Falcon's request with what its telemetry needs: known index, version, parameters.

    `searched` is what is to be remembered of each of its searches, if it `remembers` any. `grant`
    is what it may do, and `quotas` what is left of its key's rates.
    """

    __slots__ = (
        "given", "grant", "index", "quotas", "remembers", "request_id", "searched", "stages",
        "version",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.stages = Stages()
        super().__init__(*args, **kwargs)
        self.index = ""
        self.version = ""
        self.given: Mapping[str, object] = {}
        self.remembers = False
        self.searched: list[Remembered] = []
        self.grant: Grant = OPEN
        self.quotas: tuple[Quota, ...] = ()
        self.request_id = self._request_id()

    def _request_id(self) -> str:
        """The caller's id where it is short and plain, else a new one."""
        given = self.get_header("X-Request-Id")
        if given and _SANE_ID.fullmatch(given):
            return given
        return f"{_ID_PREFIX}-{next(_ids):x}"

    def remember(
        self, search: LoggedSearch | None, stages: Stages, query_id: str = ""
    ) -> str | None:
        """Let a search be remembered under that id, or under a new one; None where it may not be.

        Not where there is nothing of it to remember, nor where whoever asks is not to be tracked;
        and what the people of one tenant search for is nothing for all.
        """
        if search is None or not self.is_remembered:
            return None
        query_id = query_id or new_query_id()
        self.searched.append(Remembered(search, query_id, stages.total * 1000))
        return query_id

    @property
    def is_remembered(self) -> bool:
        """Whether its searches may be, if there is anything of them to remember."""
        within = self.grant.restriction
        return self.remembers and within.filter is None and not self.is_private

    @property
    def is_private(self) -> bool:
        """Whether whoever asks does not want to be tracked: `DNT` or `Sec-GPC` is 1."""
        return self.get_header("Sec-GPC") == "1" or self.get_header("DNT") == "1"

    def client(self, header: str) -> str:
        """The address that asks; a trusted proxy tells it in `header`, where that is not ""."""
        if header:
            # It adds whom it was asked by behind what it was told.
            told = (self.get_header(header) or "").rpartition(",")[2].strip()
            return told or self.remote_addr
        return self.remote_addr

    def query(self) -> Mapping[str, object]:
        """The query string's parameters; one that is repeated has a list of its values."""
        self.given = self.params
        return self.given

    async def body(self, most: int = MAX_BODY) -> Mapping[str, object]:
        """The parameters of a JSON body of at most so many bytes.

        Raises BodyError, RequestError or Falcon's 408, 413, 415.
        text/plain is JSON too: with it, a browser on another host asks no permission first.
        """
        if self.params:
            name = next(iter(self.params))[:50]
            hint = "put it into the body, or send GET"
            raise RequestError("a POST takes no query string", param=name, hint=hint)
        self._check_media_type(MEDIA_TYPES)
        data = await self._read_body(most)
        self.given = parse_object(data)
        return self.given

    async def any_body(self, most: int = MAX_BODY) -> object:
        """The JSON of a body as browsers and clients of other wires send it, gzipped or not.

        A query string beside it is theirs. Raises BodyError, or Falcon's 408, 413, 415.
        """
        self._check_media_type(MEDIA_TYPES, ("identity", "gzip"))
        data = await self._read_body(most)
        if self._encoding == "gzip":
            data = _inflated(data)
        try:
            value: object = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise _unreadable(data) from error
        self.given = value if isinstance(value, dict) else {"requests": value}
        return value

    def user(self) -> str:
        """The name of the key; without one as a proxy names the caller, or ""."""
        if self.grant.key is not None:
            return self.grant.key.name
        named = "".join(c for c in self.get_header(_USER) or "" if c.isprintable())
        return named[:_LONGEST_USER].strip()

    async def text(self, taken: tuple[str, ...] = TEXT_TYPES) -> str:
        """A body that is a file's text. Raises BodyError, or Falcon's 408, 413, 415."""
        self._check_media_type(taken)
        try:
            return (await self._read_body(MAX_TEXT)).decode()
        except UnicodeDecodeError as error:
            raise BodyError("the body is not UTF-8", hint="send the file as it is") from error

    @property
    def _encoding(self) -> str:
        return (self.get_header("Content-Encoding") or "identity").strip().lower()

    def _check_media_type(
        self, taken: tuple[str, ...], encodings: tuple[str, ...] = ("identity",)
    ) -> None:
        media_type = (self.content_type or "").partition(";")[0].strip().lower()
        if media_type not in ("", _CURL_TYPE, *taken):
            raise falcon.HTTPUnsupportedMediaType(
                description=f"a body must be one of: {', '.join(taken)}"
            )
        if self._encoding not in encodings:
            how = "only by gzip" if "gzip" in encodings else "not"
            raise falcon.HTTPUnsupportedMediaType(description=f"a body must {how} be compressed")

    async def _read_body(self, most: int) -> bytes:
        if (self.content_length or 0) > most:
            raise _too_large(most)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                data: bytes = await self.stream.read(most + 1)
        except TimeoutError as error:
            raise falcon.HTTPError(
                falcon.HTTP_408, description=f"the body did not end within {BODY_SECONDS:g} s"
            ) from error
        if len(data) > most:
            raise _too_large(most)
        return data


def new_query_id() -> str:
    """Nobody guesses it, and so nobody tells of clicks on what others have searched for."""
    try:
        return _drawn.pop()
    except IndexError:
        many = secrets.token_hex(_ID_BYTES * _DRAWN_AT_ONCE)
        size = 2 * _ID_BYTES
        _drawn.extend(many[at : at + size] for at in range(size, len(many), size))
        return many[:size]


def parse_object(data: bytes) -> dict[str, object]:
    """A body's JSON object. Raises BodyError: also for NaN, lone surrogates, repeated names."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _unreadable(data) from error
    if not isinstance(value, dict):
        raise BodyError("the body is not a JSON object", hint='send one such as {"q": "words"}')
    _refuse_repeats(data)
    return value


def _unreadable(data: bytes) -> BodyError:
    """What is wrong with a body that cannot be read."""
    hint = "send a JSON object in UTF-8"
    try:
        json.loads(data)
    except UnicodeDecodeError:
        return BodyError("the body is not UTF-8", hint=hint)
    except RecursionError:
        return BodyError("the body nests too deep")
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno}"
        return BodyError(f"the body is not JSON: {error.msg} ({at})", hint=hint)
    except ValueError:
        return BodyError("the body holds a number too long", hint="a number may have 15 digits")
    # What Python reads, and others may not: RFC 8259 leaves it to each.
    rare = "a lone surrogate, NaN, Infinity or a number beyond 64 bits"
    return BodyError(f"the body holds {rare}", hint=hint)


def _refuse_repeats(data: bytes) -> None:
    """Of equal names orjson keeps the last in silence; which one was meant must not be guessed."""

    def unique(pairs: list[tuple[str, object]]) -> None:
        names = set()
        for name, _ in pairs:
            if name in names:
                raise BodyError(f"the body names '{name[:50]}' more than once")
            names.add(name)

    try:
        json.loads(data, object_pairs_hook=unique)
    except (RecursionError, ValueError) as error:
        raise BodyError("the body nests too deep, or holds a number too long") from error


def _inflated(data: bytes) -> bytes:
    """What was gzipped; a few bytes may stand for a great many. Raises BodyError, or a 413."""
    reader = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        found = reader.decompress(data, MAX_INFLATED)
    except zlib.error as error:
        raise BodyError("the body is not gzip", hint="leave Content-Encoding out") from error
    if reader.unconsumed_tail:
        raise _too_large(MAX_INFLATED)
    if not reader.eof:
        raise BodyError("the body's gzip has no end")
    return found


def _too_large(most: int) -> falcon.HTTPError:
    return falcon.HTTPContentTooLarge(description=f"a body may have {most} bytes")
