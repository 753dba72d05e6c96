"""Every way in which a server can fail, as an error of ours with the next step."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from searchsvc.errors import (
    EngineError,
    EngineTimeout,
    EngineUnreachable,
    SearchsvcError,
    UnknownVersion,
)

BUSY = frozenset({429, 502, 503, 504})  # the same request may succeed in a moment
_LONGEST = 300  # characters of a server's text that are repeated
_RIGHTS = "check engine.api_key or engine.username, and what its account may do"
_BLOCK = "free disk space or remove the block, then run it again"


class ShardsGone(EngineUnreachable):
    """No shard of a version answers: it is being opened, or it has just been dropped."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer, whatever its status; `headers` have lower-case names."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def decoded(reply: Reply, doing: str, shape: Any = Any) -> Any:
    """The JSON of a reply, of that type. Raises EngineError for anything else."""
    try:
        return msgspec.json.decode(reply.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise garbled(reply, doing) from error


def garbled(reply: Reply, doing: str) -> EngineError:
    """The error of a reply that is not what a search server says."""
    return EngineError(
        f"{doing}: the answer (status {reply.status}, {len(reply.body)} bytes) is not the JSON "
        "of a search server",
        hint="is it a proxy that answers? see engine.hosts",
    )


def cause(reply: Reply) -> tuple[str, str]:
    """(type, reason) of an error reply, both "" where it says nothing of the kind."""
    try:
        error = msgspec.json.decode(reply.body)["error"]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, TypeError):
        return "", ""
    return cause_of(error)


def cause_of(error: object) -> tuple[str, str]:
    """(type, reason) of an error object; the innermost reason, which says most."""
    if not isinstance(error, dict):
        return "", one_line(str(error or ""))
    kind, reason = str(error.get("type", "")), str(error.get("reason", ""))
    inner: object = error
    for _ in range(10):
        inner = inner.get("caused_by") if isinstance(inner, dict) else None
        if isinstance(inner, dict) and inner.get("reason"):
            reason = str(inner["reason"])
    return kind, one_line(reason)


def one_line(text: str) -> str:
    """A server's text without line breaks, cut to what a log line can take."""
    return " ".join(text.split())[:_LONGEST]


def failure(reply: Reply, doing: str) -> SearchsvcError:
    """The error that a reply with a status of 400 or more stands for."""
    kind, reason = cause(reply)
    if not kind and not reason and reply.status not in BUSY | {401, 403}:
        return garbled(reply, doing)
    return failed(doing, reply.status, kind, reason)


def failed(doing: str, status: int, kind: str, reason: str) -> SearchsvcError:
    """The error of what a server says with `status`."""
    said = reason or kind or f"status {status}"
    if kind in _OF_SHARDS and status in (404, 503):
        error, text, hint = _GONE
    elif kind in _BY_KIND:
        error, text, hint = _BY_KIND[kind]
    else:
        error, text, hint = _BY_STATUS.get(status, (EngineError, "", "see the engine's own log"))
    return error(f"{doing}: {text}{said}", hint=hint)


_Made = tuple[type[SearchsvcError], str, str]
_DENIED: _Made = (EngineError, "not allowed: ", _RIGHTS)
_SLOW: _Made = (EngineTimeout, "", "see engine.timeout")
_DOWN: _Made = (EngineUnreachable, "the engine is not ready: ", "wait for it")
_GONE: _Made = (ShardsGone, "the engine is not ready: ", "wait for it")
_OF_SHARDS = frozenset({"search_phase_execution_exception", "no_shard_available_action_exception"})
_BY_STATUS: dict[int, _Made] = {
    401: _DENIED, 403: _DENIED, 408: _SLOW, 504: _SLOW, 502: _DOWN, 503: _DOWN,
    429: (EngineError, "the engine is busy: ", "try again in a moment"),
}  # fmt: skip
_BY_KIND: dict[str, _Made] = {
    "cluster_block_exception": (EngineError, "the index is read-only: ", _BLOCK),
    "index_not_found_exception": (UnknownVersion, "", "see `searchsvc versions`"),
    "timeout_exception": _SLOW,
    "search_timeout_exception": _SLOW,
}


def too_long(most: int) -> EngineError:
    """The error of an answer that has more than `most` bytes."""
    return EngineError(
        f"the engine's answer has more than {most >> 20} MiB",
        hint="ask for less at once; is it a search server that answers? see engine.hosts",
    )


def unreachable(error: BaseException) -> EngineUnreachable:
    """The error of a connection that failed."""
    said = one_line(str(error)) or type(error).__name__
    return EngineUnreachable(
        f"the engine does not answer: {said}", hint="is it up? see engine.hosts"
    )
