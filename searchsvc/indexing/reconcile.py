"""Makes a version equal to its source: exact, in constant memory, and careful with deletes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from searchsvc.domain.document import Delete, Document, Write
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.run import Drift
from searchsvc.indexing.context import RunContext
from searchsvc.indexing.deletes import most_deletes, refuse_deletes
from searchsvc.indexing.parts import IndexParts
from searchsvc.indexing.reader import Reading
from searchsvc.indexing.sink import Sink


@dataclass(slots=True)
class Walk:
    """What a walk over the source has seen. `indexed` rows have a document in the version.

    `doomed` are ids whose documents may have to go.
    """

    rows: int = 0
    indexed: int = 0
    missing: int = 0
    different: int = 0
    extra: int = 0
    doomed: list[str] = field(default_factory=list)


class Reconcile:
    """Compares every document with its row, writes what differs and deletes what has no row."""

    def __init__(self, parts: IndexParts) -> None:
        self._page_size = parts.indexer.page_size
        self._reader = parts.reader
        self._source = parts.source
        self._store = parts.store
        self._settings = parts.settings

    def run(
        self, context: RunContext, version: IndexVersion, *, allow_deletes: bool = False
    ) -> Drift:
        """The drift that was found and mended.

        Raises TooManyDeletes, with nothing deleted, where more documents would go than the guard
        allows; what was missing or different is mended all the same.
        """
        documents = self._store.count(version)
        walk = Walk()
        context.dead.begin_walk()
        limit = None if allow_deletes else most_deletes(self._settings, documents)
        with Sink(context, lambda: self._store.writer(version)) as sink:
            for reading in context.pages(self._reader, self._page_size):
                self._compare(version, reading, sink, walk)
                self._relieve(walk, sink, limit)
                context.progress.advance(reading.rows)
            sink.commit()
            # From here on the source has been read to its end, so a missing row is really gone.
            if walk.indexed < documents:
                self._find_extra(context, version, walk, sink, limit)
            if limit is not None:
                refuse_deletes(
                    version.index, len(walk.doomed), documents, limit,
                    emptied=walk.rows == 0 and documents > 0, left="deleted",
                )  # fmt: skip
            self._settle(walk.doomed, sink, walk)
            self._settle(context.dead.unseen, sink, Walk())
            sink.commit()
        return Drift(walk.missing, walk.different, walk.extra)

    def _compare(self, version: IndexVersion, reading: Reading, sink: Sink, walk: Walk) -> None:
        """Write a page's missing and different documents; hidden rows' documents are doomed."""
        digests = self._store.digests(version, reading.ids)
        walk.rows += reading.rows
        walk.indexed += len(digests)
        walk.doomed.extend(id for id in reading.hidden if id in digests)
        wrong = [w for w in reading.writes if isinstance(w, Document) and _differs(w, digests)]
        walk.missing += sum(1 for write in wrong if write.id not in digests)
        walk.different += sum(1 for write in wrong if write.id in digests)
        due = {write.id for write in wrong}.union(id for id in reading.hidden if id in digests)
        right = [write.id for write in reading.writes if write.id not in due]
        sink.unchanged(len(right), right)
        sink.write(Reading(writes=list(wrong), dead=reading.dead))

    def _relieve(self, walk: Walk, sink: Sink, limit: int | None) -> None:
        """Without a guard, ids need not pile up: a hidden row is seen, not missed."""
        if limit is None and len(walk.doomed) >= self._page_size:
            self._settle(walk.doomed, sink, walk)
            walk.doomed.clear()

    def _find_extra(
        self,
        context: RunContext,
        version: IndexVersion,
        walk: Walk,
        sink: Sink,
        limit: int | None,
    ) -> None:
        """Doom the documents whose row is gone, by a look at the source after one at the index."""
        for ids in self._store.ids(version):
            context.check()
            context.feed()
            existing = self._source.existing(ids)
            walk.doomed.extend(id for id in ids if id not in existing)
            self._relieve(walk, sink, limit)
            if limit is not None and len(walk.doomed) > limit:
                return

    def _settle(self, ids: Sequence[str], sink: Sink, walk: Walk) -> None:
        """Read these ids once more and write what they are now: a row that is back is kept."""
        for start in range(0, len(ids), self._page_size):
            reading = self._reader.ids(ids[start : start + self._page_size])
            walk.extra += sum(1 for write in reading.writes if isinstance(write, Delete))
            sink.write(reading)


def _differs(write: Write, digests: dict[str, int]) -> bool:
    return isinstance(write, Document) and digests.get(write.id) != write.digest
