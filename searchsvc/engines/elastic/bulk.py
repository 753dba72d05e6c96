"""One bulk request and what became of each write in it: done, stale, dead, or to be tried again.

Of our own, since the clients' helpers lose writes: they give up at a busy item, never repeat one
that met a restarting shard, and end a run at the first refusal.
"""

import random
import threading
import time
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec

from searchsvc.domain.document import Outcome, WriteResult
from searchsvc.engines.elastic.client import NDJSON
from searchsvc.engines.elastic.failures import (
    BUSY,
    Reply,
    cause,
    cause_of,
    failed,
    failure,
    garbled,
)
from searchsvc.engines.elastic.pace import Pace
from searchsvc.errors import EngineError, EngineTimeout, EngineUnreachable, SearchsvcError

_PATH = "/{index}/_bulk?require_alias=true&filter_path=items.*.status,items.*.error"
_FIRST_WAIT, _LONGEST_WAIT = 0.25, 15.0  # seconds between tries, before jitter


class Item(msgspec.Struct, frozen=True):
    """What the server says of one write."""

    status: int
    error: object = None


class _Items(msgspec.Struct, frozen=True):
    items: list[dict[str, Item]]


class Line(NamedTuple):
    """What a request says of one write; the write itself is not kept, since thousands wait."""

    id: str
    deletes: bool
    data: bytes


class Asks(Protocol):
    """The part of Client that is needed here."""

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        type: str = "",
        timeout: float | None = None,
    ) -> Reply: ...


def judge(line: Line, item: Item) -> WriteResult | None:
    """The fate of one write; None where the same write may succeed in a moment.

    Raises the error that must pause the whole run: no later write would fare better.
    """
    if item.status == 404 and item.error is None and line.deletes:
        return WriteResult(line.id, Outcome.DELETED)  # gone already, and remembered all the same
    if item.status < 300:
        done = Outcome.DELETED if line.deletes else Outcome.INDEXED
        return WriteResult(line.id, done)
    if item.status == 409:
        return WriteResult(line.id, Outcome.STALE)
    kind, reason = cause_of(item.error)
    halts = item.status in (401, 403, 404) or kind == "cluster_block_exception"
    if not halts and item.status in BUSY:
        return None
    if halts or item.status >= 500:
        raise failed("writing", item.status, kind, reason)
    return WriteResult(line.id, Outcome.DEAD, reason or kind or f"status {item.status}")


class Bulk:
    """Sends lines into one concrete index until each has its fate.

    `patience`: seconds for which a busy or silent server is asked again. `stopped` ends the
    waiting between two tries.
    """

    def __init__(
        self,
        client: Asks,
        index: str,
        pace: Pace,
        *,
        patience: float = 60.0,
        stopped: threading.Event | None = None,
    ) -> None:
        self._client = client
        self._path = _PATH.format(index=index)
        self._pace = pace
        self._patience = patience
        self._stopped = stopped or threading.Event()

    def send(self, lines: Sequence[Line]) -> list[WriteResult]:
        """One result per line, in their order. Raises what pauses the run."""
        results: dict[int, WriteResult] = {}
        waiting = list(range(len(lines)))
        deadline = time.monotonic() + self._patience
        wait = _FIRST_WAIT
        while True:
            waiting, trouble = self._try([lines[n] for n in waiting], waiting, results)
            if not waiting:
                return [results[n] for n in range(len(lines))]
            self._pace.slower()
            if time.monotonic() >= deadline or self._stopped.is_set():
                raise trouble
            # Full jitter: many writers that met one busy server must not meet it again together.
            self._stopped.wait(random.uniform(0, wait))  # noqa: S311 - no secret
            wait = min(wait * 2, _LONGEST_WAIT)

    def _try(
        self, lines: Sequence[Line], numbers: Sequence[int], results: dict[int, WriteResult]
    ) -> tuple[list[int], SearchsvcError]:
        """Send once; the numbers of the lines that must be sent again, and why."""
        busy: SearchsvcError = EngineError("writing: the engine is busy", hint="try again later")
        try:
            reply = self._client.ask("POST", self._path, _joined(lines), type=NDJSON)
        except (EngineUnreachable, EngineTimeout) as error:
            # It may have been written all the same; then the same version is written again.
            return list(numbers), error
        if reply.status == 413:
            return self._halved(lines, numbers, results)
        if reply.status in BUSY:
            if cause(reply)[0] == "cluster_block_exception":
                raise failure(reply, "writing")
            return list(numbers), failure(reply, "writing")
        if reply.status >= 400:
            raise failure(reply, "writing")
        again = []
        for number, line, item in zip(numbers, lines, _items(reply, len(lines)), strict=True):
            result = judge(line, item)
            if result is None:
                busy = failed("writing", item.status, *cause_of(item.error))
                again.append(number)
            else:
                results[number] = result
        return again, busy

    def _halved(
        self, lines: Sequence[Line], numbers: Sequence[int], results: dict[int, WriteResult]
    ) -> tuple[list[int], SearchsvcError]:
        """After a refusal for size: both halves; a single write is dead."""
        if len(lines) == 1:
            reason = f"{len(lines[0].data)} bytes are more than the engine takes at once"
            results[numbers[0]] = WriteResult(lines[0].id, Outcome.DEAD, reason)
            return [], EngineError(reason)
        self._pace.slower()
        middle = len(lines) // 2
        first, trouble = self._try(lines[:middle], numbers[:middle], results)
        second, later = self._try(lines[middle:], numbers[middle:], results)
        return first + second, later if second else trouble


def _joined(lines: Sequence[Line]) -> bytes:
    return b"".join([line.data for line in lines])


def _items(reply: Reply, number: int) -> list[Item]:
    """What the server says of each line. Raises EngineError unless it speaks of all of them."""
    try:
        items = msgspec.json.decode(reply.body, type=_Items).items
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise garbled(reply, "writing") from error
    if len(items) != number or any(len(item) != 1 for item in items):
        raise EngineError(f"writing: the engine answered {len(items)} of {number} writes")
    return [next(iter(item.values())) for item in items]
