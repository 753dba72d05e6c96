"""Writes into one embedded version: looks up, refuses poison, and never trusts a failed writer."""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy
from tantivy import Index, Query, Searcher

from searchsvc.domain.document import Delete, Document, Outcome, Write, WriteResult
from searchsvc.engines import values
from searchsvc.engines.embedded.directories import VersionDirectory, no_version
from searchsvc.engines.embedded.documents import Convert, converter
from searchsvc.engines.embedded.schema import DIGEST, ID, VERSION
from searchsvc.engines.embedded.snapshot import open_index
from searchsvc.engines.embedded.tantivy_errors import guarded, is_tantivys
from searchsvc.engines.embedded.tombstones import Tombstones
from searchsvc.engines.values import Unindexable
from searchsvc.errors import EngineError

_HINT = "nothing since the last commit was kept; run it again"


@contextmanager
def locked(directory: VersionDirectory) -> Iterator[None]:
    """Hold the version's lock; the system frees it when the process dies. Raises EngineError."""
    try:
        file = directory.lock.open("ab")
    except FileNotFoundError:
        raise no_version(directory.version) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EngineError(
                f"version '{directory.version}' has a writer already",
                hint="wait for the run that holds it",
            ) from None
        yield


@contextmanager
def open_writer(
    directory: VersionDirectory, memory_mb: int, *, append: bool
) -> Iterator["EmbeddedWriter"]:
    """The writer of a version whose lock is held. What is not committed is discarded."""
    with guarded(f"opening the writer of version '{directory.version}'"):
        _sweep(directory.tantivy)
        convert = converter(directory.card().definition)
        tombstones = Tombstones(directory.tombstones)
        writer = EmbeddedWriter(
            open_index(directory), convert, tombstones, memory_mb, append=append
        )
    try:
        yield writer
    finally:
        writer.close()


def _sweep(path: Path) -> None:
    """Remove what a killed writer left half-written; tantivy itself never does."""
    for leftover in path.glob(".tmp*"):
        leftover.unlink(missing_ok=True)


class EmbeddedWriter:
    """An IndexWriter over tantivy's.

    Any failure of tantivy's writer discards it: after one it would accept documents and store
    nothing. `pending` holds what this batch did to each id: its version, and its digest or None
    for a delete.
    """

    def __init__(
        self,
        index: Index,
        convert: Convert,
        tombstones: Tombstones,
        memory_mb: int,
        *,
        append: bool,
    ) -> None:
        self._index = index
        self._convert = convert
        self._tombstones = tombstones
        self._append = append
        self._pending: dict[str, tuple[int, int | None]] = {}
        self._deleted: dict[str, int] = {}
        self._changed = False
        self._failed = False
        # One thread: a second one would double the memory, and the rows come from one anyway.
        self._writer = index.writer(memory_mb * 1_000_000, 1)
        self._searcher = index.searcher()

    def write(self, writes: Sequence[Write]) -> list[WriteResult]:
        with self._discarding("writing"):
            write = self._added if self._append else self._checked
            return [write(one) for one in writes]

    def commit(self, *, found: bool = True) -> list[WriteResult]:
        del found  # what is durable can be found
        with self._discarding("committing"):
            self._tombstones.add(self._deleted)
            if self._changed:
                self._writer.commit()
                self._index.reload()
                self._searcher = self._index.searcher()
        self._forget()
        return []

    def close(self) -> None:
        """Discard what is not committed, and free tantivy's lock.

        Merges that run are waited for: a dropped one would start from nothing next time.
        """
        if self._changed and not self._failed:
            self._discard()
        self._failed = True
        with _ignoring_tantivy():
            self._writer.wait_merging_threads()

    def _discard(self) -> None:
        with _ignoring_tantivy():
            self._writer.rollback()

    def _added(self, write: Write) -> WriteResult:
        """A write of an id that was never written before."""
        if isinstance(write, Document):
            return self._add(write)
        return self._delete(write) if values.is_id(write.id) else self._refused(write)

    def _checked(self, write: Write) -> WriteResult:
        if not values.is_id(write.id):
            return self._refused(write)
        version, digest = self._stored(write.id)
        if version is not None and write.version < version:
            return WriteResult(write.id, Outcome.STALE)
        if isinstance(write, Delete):
            return self._delete(write)
        if digest is not None and digest == write.digest:
            return WriteResult(write.id, Outcome.UNCHANGED)
        result = self._add(write, replaces=digest is not None)
        if result.outcome is Outcome.INDEXED:
            self._pending[write.id] = write.version, write.digest
            self._deleted.pop(write.id, None)
        return result

    def _refused(self, write: Write) -> WriteResult:
        """A write of an id that no document can have, and that is therefore absent already."""
        if isinstance(write, Delete):
            return WriteResult(write.id, Outcome.DELETED)
        return self._add(write)

    def _add(self, document: Document, *, replaces: bool = False) -> WriteResult:
        try:
            converted = self._convert(document)
        except Unindexable as error:
            return WriteResult(document.id, Outcome.DEAD, str(error))
        if replaces:
            self._writer.delete_documents_by_term(ID, document.id)
        self._changed = True
        self._writer.add_document(converted)
        return WriteResult(document.id, Outcome.INDEXED)

    def _delete(self, delete: Delete) -> WriteResult:
        self._changed = True
        self._writer.delete_documents_by_term(ID, delete.id)
        self._deleted[delete.id] = delete.version
        self._pending[delete.id] = delete.version, None
        return WriteResult(delete.id, Outcome.DELETED)

    def _stored(self, id: str) -> tuple[int | None, int | None]:
        """The version and digest under `id`: of this batch, of the index, or of a tombstone."""
        pending = self._pending.get(id)
        if pending is not None:
            return pending
        return stored(self._index, self._searcher, id) or (self._tombstones.get(id), None)

    @contextmanager
    def _discarding(self, doing: str) -> Iterator[None]:
        if self._failed:
            raise EngineError("the writer failed before", hint=_HINT)
        try:
            with guarded(doing, _HINT):
                yield
        except BaseException:
            self._failed = True
            self._discard()
            raise

    def _forget(self) -> None:
        self._pending, self._deleted, self._changed = {}, {}, False


@contextmanager
def _ignoring_tantivy() -> Iterator[None]:
    """For a writer that is given up: what is committed is safe, and the rest is not wanted."""
    try:
        yield
    except BaseException as error:
        if not is_tantivys(error):
            raise


def stored(index: Index, searcher: Searcher, id: str) -> tuple[int, int] | None:
    """The version and digest of the committed document `id`, None where there is none."""
    address = address_of(index, searcher, id)
    if address is None:
        return None
    version = searcher.fast_field_values(VERSION, [address])[0]
    digest = searcher.fast_field_values(DIGEST, [address])[0]
    return int(version or 0), int(digest or 0)


def address_of(index: Index, searcher: Searcher, id: str) -> tantivy.DocAddress | None:
    """Where tantivy keeps document `id`; None where there is none."""
    if not values.is_id(id):
        return None
    hits = searcher.search(Query.term_query(index.schema, ID, id), 1, count=False).hits
    return hits[0][1] if hits else None
