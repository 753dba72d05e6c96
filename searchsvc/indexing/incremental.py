"""Follows changes: ids that the source names as changed are read and written again."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from searchsvc.domain.index import IndexVersion
from searchsvc.indexing.context import RunContext
from searchsvc.indexing.parts import IndexParts
from searchsvc.indexing.recent import Recent
from searchsvc.indexing.sink import Sink
from searchsvc.ports import SourceTime

_log = logging.getLogger(__name__)
# Where `safe` stays behind every open transaction, the overlap only covers clocks that differ
# by little: applications that set the watermark column themselves.
_SHORT_OVERLAP = 5.0
_JITTER = 1_000_000  # µs by which two clocks may be taken to differ: the overlap covers it
# A row that changed together with its joined rows is named by several statements.
_REMEMBERED = 100_000  # ids


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the source's clock said, and when that was by this host's monotonic one."""

    time: SourceTime
    at: float


class Incremental:
    """Brings versions up to date from their watermarks.

    One object remembers across increments what it wrote lately, as long as nobody else has
    written to the version: neither another lease nor another version came in between.
    """

    def __init__(
        self, parts: IndexParts, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._monotonic = monotonic
        self._indexer = parts.indexer
        self._reader = parts.reader
        self._source = parts.source
        self._store = parts.store
        self._state = parts.state
        self._recent = Recent()
        self._of: tuple[IndexVersion, int] | None = None
        self._last: _Heard | None = None

    def run(self, context: RunContext, version: IndexVersion, also: Sequence[str] = ()) -> None:
        """One increment: from the version's watermark, which moves once all is durable.

        The rows `also` are read too.
        """
        watermark = self._state.watermark(version.name)
        if watermark is None:
            _log.warning("%s has no watermark: every row is read again", version)
        safe = self.follow(context, version, watermark or 0, also)
        context.reached("before-watermark")
        self._state.set_watermark(version.name, safe)
        context.reached("after-watermark")

    def follow(
        self,
        context: RunContext,
        version: IndexVersion,
        since: int,
        also: Sequence[str] = (),
    ) -> int:
        """Write what changed since `since` (µs) and the ids `also`; the next watermark in µs."""
        self._forget_unless_ours(version, context.lease.number)
        # Before anything is read: what commits while this runs is after `safe`.
        now = self._source.time()
        heard = self._monotonic()
        start = self._start(since, now, heard)
        ids = self._source.changed(max(0, start - self._overlap))
        with Sink(context, lambda: self._store.writer(version), recent=self._recent) as sink:
            for chunk in _chunks([also] if also else [], self._indexer.page_size):
                self._write(context, sink, chunk)
            for chunk in _chunks(ids, self._indexer.page_size):
                self._write(context, sink, chunk)
            context.check()
            sink.commit()
        self._last = _Heard(now, heard)
        return now.safe

    def _start(self, since: int, now: SourceTime, heard: float) -> int:
        """From where to read, in µs.

        What a clock that was set back since the last time has taken is read again: changes made
        since then are dated before it. Where nobody knows how much that is, it is everything.
        """
        if self._last is not None:
            passed = int((heard - self._last.at) * 1_000_000)
            back = passed - (now.now - self._last.time.now)
            start = min(since, now.safe, self._last.time.safe)
            return start - back if back > _JITTER else start
        if now.now < since:
            _log.warning("the source's clock was set back: every row is read again")
            return 0
        return min(since, now.safe)

    def _write(self, context: RunContext, sink: Sink, ids: Sequence[str]) -> None:
        context.check()
        context.feed()
        reading = self._reader.ids(ids)
        context.reached("page-read")
        sink.write(reading)

    @property
    def _overlap(self) -> int:
        """In µs: how far each increment reads back."""
        seconds = self._indexer.overlap
        if self._source.sees_transactions:
            seconds = min(seconds, _SHORT_OVERLAP)
        return int(seconds * 1_000_000)

    def _forget_unless_ours(self, version: IndexVersion, number: int) -> None:
        """Start afresh unless the last one to write here was this object."""
        last, self._of = self._of, (version, number)
        if last is not None and last[0] == version and number - last[1] in (0, 1):
            return
        self._recent = Recent()
        self._last = None


def _chunks(batches: Iterable[Sequence[str]], size: int) -> Iterator[list[str]]:
    """Each id once, as far as that many can be remembered; `size` at a time but for the last."""
    seen: set[str] = set()
    chunk: list[str] = []
    for batch in batches:
        for id in batch:
            if id in seen:
                continue
            seen.add(id)
            chunk.append(id)
            if len(chunk) >= size:
                yield chunk
                chunk = []
                if len(seen) > _REMEMBERED:
                    seen.clear()
    if chunk:
        yield chunk
