"""The one sink: every write of every run goes through here, is counted, and has one fate."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Self

from searchsvc.domain.document import Delete, Outcome, Write, WriteResult
from searchsvc.domain.run import Counts
from searchsvc.errors import EngineError
from searchsvc.indexing.context import RunContext
from searchsvc.indexing.reader import Reading
from searchsvc.indexing.recent import Recent
from searchsvc.ports import IndexWriter

OpenWriter = Callable[[], AbstractContextManager[IndexWriter]]
_BATCH = 1_000  # writes
_BATCH_BYTES = 4 << 20  # of their sources
_EFFECTIVE = frozenset({Outcome.INDEXED, Outcome.DELETED})


class Sink:
    """Writes readings into one version within a `with` block, in bounded batches.

    The writer is opened by the first write that needs one. Leaving the block without `commit`
    discards, and the run's counts hold the fates that are known. With `append`
    the version is new: nothing is there to delete, so deletes are counted as unchanged. With
    `unfound` an earlier sink may have left what is durable and not found.
    """

    def __init__(
        self,
        context: RunContext,
        open_writer: OpenWriter,
        *,
        append: bool = False,
        unfound: bool = False,
        recent: Recent | None = None,
    ) -> None:
        self._context = context
        self._open = open_writer
        self._append = append
        self._recent = recent
        self._stack = ExitStack()
        self._writer: IndexWriter | None = None
        self._dirty = unfound
        self._owed = 0  # results that the engine has not given yet
        self._pending: dict[str, deque[Write]] = {}  # their writes by id, where they are remembered
        self.counts = Counts()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        if self._recent is not None:
            self._recent.discarded()
        return self._stack.__exit__(kind, error, trace)

    def write(self, reading: Reading) -> None:
        """Carry out a reading's writes and note its dead letters."""
        for id, reason in reading.dead.items():
            self._bury(id, reason)
        self._count(len(reading.dead), [Outcome.DEAD] * len(reading.dead))
        done = self._done(reading.writes)
        needed = [w for w in reading.writes if w.id not in done] if done else reading.writes
        self.unchanged(len(reading.writes) - len(needed), done)
        for batch in _batches(needed):
            self._context.check()
            self._write_batch(batch)

    def unchanged(self, number: int, ids: Iterable[str] = ()) -> None:
        """Count writes that the version needs no more; `ids` of them may have been dead."""
        self._count(number, [Outcome.UNCHANGED] * number)
        self._context.dead.succeeded(ids)

    def commit(self, *, found: bool = True) -> None:
        """Make everything durable and, with `found`, found; costs nothing when nothing changed."""
        if self._dirty or self._owed:
            self._context.check()
            self._context.reached("before-commit")
            self._settle(self._opened().commit(found=found))
            if self._owed:
                raise EngineError(f"the engine gave no result for {self._owed} writes")
            self._context.reached("after-commit")
            self._dirty = self._dirty and not found
        if self._recent is not None:
            self._recent.committed()
        # Only now: a dead letter is not resolved by a write that may still be lost.
        self._context.dead.save()

    def _done(self, writes: Sequence[Write]) -> set[str]:
        """The ids of which the version holds just that: written lately, or never written at all."""
        if self._recent is not None:
            return {write.id for write in writes if self._recent.knows(write)}
        if self._append:
            return {write.id for write in writes if isinstance(write, Delete)}
        return set()

    def _write_batch(self, batch: Sequence[Write]) -> None:
        writer = self._opened()
        if self._recent is not None:
            for write in batch:
                self._pending.setdefault(write.id, deque()).append(write)
        self._owed += len(batch)
        self._context.newest.before_writing(batch[-1].version)
        self._settle(writer.write(batch))

    def _opened(self) -> IndexWriter:
        if self._writer is None:
            self._writer = self._stack.enter_context(self._open())
        return self._writer

    def _settle(self, results: Sequence[WriteResult]) -> None:
        """Count and note the fates that have become known."""
        self._owed -= len(results)
        if self._owed < 0:
            raise EngineError(f"the engine answered {-self._owed} writes that were not made")
        outcomes = [result.outcome for result in results]
        self._count(len(results), outcomes)
        self._dirty = self._dirty or not _EFFECTIVE.isdisjoint(outcomes)
        if self._recent is not None:
            self._remember(self._recent, results)
        for result in results if Outcome.DEAD in outcomes else ():
            if result.outcome is Outcome.DEAD:
                self._bury(result.id, result.reason)
        self._context.dead.succeeded(r.id for r in results if r.outcome is not Outcome.DEAD)

    def _remember(self, recent: Recent, results: Sequence[WriteResult]) -> None:
        """Note what overlaps need not write again."""
        for result in results:
            waiting = self._pending.get(result.id)
            if not waiting:
                raise EngineError(f"the engine answered a write of '{result.id}' that was not made")
            write = waiting.popleft()
            if not waiting:
                del self._pending[result.id]
            if result.outcome is Outcome.STALE:
                recent.dropped(write.id)
            elif result.outcome is not Outcome.DEAD:
                recent.written(write)

    def _bury(self, id: str, reason: str) -> None:
        self._context.dead.add(id, reason)
        if self._recent is not None:
            self._recent.dropped(id)

    def _count(self, read: int, outcomes: Sequence[Outcome]) -> None:
        added = Counts().add_read(read).add_outcomes(outcomes)
        self.counts = self.counts + added
        self._context.counts = self._context.counts + added


def _batches(writes: Sequence[Write]) -> Iterator[list[Write]]:
    """Cut into batches of bounded count and bytes; one write may be larger than the bound."""
    batch: list[Write] = []
    size = 0
    for write in writes:
        weight = 0 if isinstance(write, Delete) else len(write.source)
        if batch and (len(batch) >= _BATCH or size + weight > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(write)
        size += weight
    if batch:
        yield batch
