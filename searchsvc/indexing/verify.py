"""Proves that a version equals its source: sums of buckets first, and rows only where those differ.

Equal buckets cost one line each from either side, however many rows they hold.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from searchsvc.domain.document import Delete, Document, Tally
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.run import Drift
from searchsvc.indexing.context import RunContext
from searchsvc.indexing.deletes import most_deletes, refuse_deletes
from searchsvc.indexing.parts import IndexParts
from searchsvc.indexing.reader import Reading
from searchsvc.indexing.sink import Sink

_ROWS_PER_BUCKET = 2_000
_MOST_BUCKETS = 10_000  # far below what an engine aggregates in one answer
_LISTED = 50_000  # rows whose ids are held at once
_LOOKS = 3  # at a document that differs: what changes meanwhile is followed and looked at again


@dataclass(slots=True)
class Found:
    """Documents that differ from their rows, after everything that changed has been followed."""

    missing: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    @property
    def drift(self) -> Drift:
        """How many of each."""
        return Drift(len(self.missing), len(self.different), len(self.extra))

    @property
    def ids(self) -> list[str]:
        """All of them."""
        return [*self.missing, *self.different, *self.extra]


@dataclass(frozen=True, slots=True)
class Sums:
    """Rows that are not hidden and documents, as counted, and the ids where sums differed."""

    rows: int
    documents: int
    suspects: list[str]


# Brings a version up to date with its source.
Follow: TypeAlias = Callable[[RunContext, IndexVersion], None]


class Verify:
    """Compares one version with its source, which `follow` follows."""

    def __init__(self, parts: IndexParts, follow: Follow) -> None:
        self._page_size = parts.indexer.page_size
        self._reader = parts.reader
        self._source = parts.source
        self._store = parts.store
        self._settings = parts.settings
        self._follow = follow

    def run(
        self,
        context: RunContext,
        version: IndexVersion,
        *,
        repair: bool = False,
        allow_deletes: bool = False,
    ) -> Drift:
        """The drift, after an increment; with `repair`, it is mended.

        Raises TooManyDeletes, with nothing repaired, where more documents would go than the guard
        allows.
        """
        self._follow(context, version)
        found = self._confirmed(context, version, self._sums(context, version).suspects)
        if repair:
            if not allow_deletes:
                self._refuse(version, len(found.extra))
            # A dead letter whose row is gone, or whole again, is none any more.
            self._mend(context, version, [*found.ids, *context.dead.unseen])
        return found.drift

    def settle(self, context: RunContext, version: IndexVersion) -> tuple[Sums, Found]:
        """Write anew whatever differs; the sums before that, and what differs still."""
        sums = self._sums(context, version)
        found = self._confirmed(context, version, sums.suspects)
        dead = sorted(context.dead.now)
        # A dead row that has gone meanwhile is none of the source's any more.
        gone = set(dead) - self._source.existing(dead) if dead else ()
        wrong = [*found.ids, *sorted(gone)]
        if wrong:
            self._mend(context, version, wrong)
            alive = [id for id in found.ids if id not in context.dead.now]
            found = self._confirmed(context, version, alive)
        return sums, found

    def _sums(self, context: RunContext, version: IndexVersion) -> Sums:
        """Compare bucket by bucket; writes nothing."""
        width = _width(*self._source.span(), self._source.count())
        ours, theirs = self._store.tallies(version, width), self._source.tallies(width)
        unequal = sorted(b for b in {*ours, *theirs} if ours.get(b) != theirs.get(b))
        suspects: list[str] = []
        for buckets in _batches(unequal, theirs):
            context.check()
            context.feed()
            suspects += self._differing(version, width, buckets)
        return Sums(_total(theirs), _total(ours), suspects)

    def _differing(self, version: IndexVersion, width: int, buckets: Sequence[int]) -> list[str]:
        rows = _merged(self._source.checksums(width, buckets))
        documents = _merged(self._store.checksums(version, width, buckets))
        return [id for id in {**rows, **documents} if rows.get(id) != documents.get(id)]

    def _confirmed(
        self, context: RunContext, version: IndexVersion, suspects: Sequence[str]
    ) -> Found:
        """Those that a fresh read of the row does not give, once nothing is left to follow."""
        found = Found()
        for look in range(_LOOKS):
            if look and suspects:
                self._follow(context, version)
            found = self._compared(context, version, suspects)
            suspects = found.ids
        return found

    def _compared(
        self, context: RunContext, version: IndexVersion, suspects: Sequence[str]
    ) -> Found:
        found = Found()
        for start in range(0, len(suspects), self._page_size):
            context.check()
            ids = suspects[start : start + self._page_size]
            stored = self._store.digests(version, ids)
            _compare(self._reader.ids(ids), stored, found)
        return found

    def _refuse(self, version: IndexVersion, doomed: int) -> None:
        documents = self._store.count(version)
        emptied = documents > 0 and self._source.count() == 0
        limit = most_deletes(self._settings, documents)
        refuse_deletes(version.index, doomed, documents, limit, emptied=emptied, left="repaired")

    def _mend(self, context: RunContext, version: IndexVersion, ids: Sequence[str]) -> None:
        with Sink(context, lambda: self._store.writer(version)) as sink:
            for start in range(0, len(ids), self._page_size):
                sink.write(self._reader.ids(ids[start : start + self._page_size]))
            sink.commit()


def _compare(reading: Reading, stored: Mapping[str, int], found: Found) -> None:
    """Sort what was read now by how it differs; a row that cannot be indexed has no document."""
    for write in reading.writes:
        if isinstance(write, Document):
            if write.id not in stored:
                found.missing.append(write.id)
            elif stored[write.id] != write.digest:
                found.different.append(write.id)
        elif isinstance(write, Delete) and write.id in stored:
            found.extra.append(write.id)


def _width(low: int, high: int, rows: int) -> int:
    """Slots per bucket, such that a bucket holds some thousand rows if they lie evenly."""
    buckets = min(_MOST_BUCKETS, max(1, rows // _ROWS_PER_BUCKET))
    return max(1, -(-(high - low + 1) // buckets))


def _batches(buckets: Sequence[int], tallies: Mapping[int, Tally]) -> Iterator[list[int]]:
    """Buckets in lists whose rows together stay within what is held at once."""
    batch: list[int] = []
    size = 0
    for bucket in buckets:
        rows = tallies[bucket].count if bucket in tallies else 0
        if batch and size + rows > _LISTED:
            yield batch
            batch, size = [], 0
        batch.append(bucket)
        size += rows
    if batch:
        yield batch


def _total(tallies: Mapping[int, Tally]) -> int:
    return sum(tally.count for tally in tallies.values())


def _merged(batches: Iterator[Mapping[str, int]]) -> dict[str, int]:
    return {id: checksum for batch in batches for id, checksum in batch.items()}
