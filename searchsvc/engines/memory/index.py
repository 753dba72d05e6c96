"""Versions of indexes in memory: the reference of the port IndexStore."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from searchsvc.domain.document import Delete, Document, Outcome, Tally, Write, WriteResult
from searchsvc.domain.index import IndexVersion, Recipe, VersionInfo
from searchsvc.engines.memory.documents import State, Stored, reader
from searchsvc.engines.recipes import refuse_other
from searchsvc.engines.values import Unindexable
from searchsvc.errors import EngineError, UnknownVersion

_BATCH = 1000


@dataclass
class _Version:
    """A version; `state` is replaced as a whole by each commit."""

    recipe: Recipe
    state: State
    is_written: bool = False


class MemoryStore:
    """An IndexStore that forgets everything with its process."""

    def __init__(self) -> None:
        self._versions: dict[IndexVersion, _Version] = {}
        self._live: dict[str, IndexVersion] = {}

    def create(self, version: IndexVersion, recipe: Recipe) -> None:
        if version in self._versions:
            raise EngineError(f"version '{version}' exists already", hint="make a new version")
        self._versions[version] = _Version(recipe, State(recipe.definition))

    def recipe(self, version: IndexVersion) -> Recipe:
        return self._get(version).recipe

    def restate(self, version: IndexVersion, recipe: Recipe) -> None:
        held = self._get(version)
        refuse_other(version, held.recipe, recipe)
        held.recipe = recipe
        held.state = replace(held.state, definition=recipe.definition)

    @contextmanager
    def writer(self, version: IndexVersion, *, append: bool = False) -> Iterator["MemoryWriter"]:
        held = self._get(version)
        if held.is_written:
            raise EngineError(f"version '{version}' has a writer already", hint="wait for it")
        held.is_written = True
        try:
            yield MemoryWriter(held, append=append)
        finally:
            held.is_written = False

    def versions(self, index: str) -> list[VersionInfo]:
        return [
            VersionInfo(
                version=version,
                documents=len(held.state.documents),
                size=sum(len(stored.source) for stored in held.state.documents.values()),
                definition_hash=held.recipe.hash,
                live=self._live.get(index) == version,
            )
            for version, held in sorted(self._versions.items(), key=lambda item: item[0])
            if version.index == index
        ]

    def live(self, index: str) -> IndexVersion | None:
        return self._live.get(index)

    def swap(self, version: IndexVersion) -> None:
        self._get(version)
        self._live[version.index] = version

    def drop(self, version: IndexVersion) -> None:
        if self._live.get(version.index) == version:
            raise EngineError(f"version '{version}' is live", hint="swap to another version first")
        held = self._versions.get(version)
        if held is not None and held.is_written:
            raise EngineError(f"version '{version}' has a writer", hint="wait for its run to end")
        self._versions.pop(version, None)

    def count(self, version: IndexVersion) -> int:
        return len(self._get(version).state.documents)

    def digests(self, version: IndexVersion, ids: Sequence[str]) -> dict[str, int]:
        documents = self._get(version).state.documents
        return {id: documents[id].document.digest for id in ids if id in documents}

    def sources(self, version: IndexVersion, ids: Sequence[str]) -> dict[str, bytes]:
        documents = self._get(version).state.documents
        return {id: documents[id].source for id in ids if id in documents}

    def ids(self, version: IndexVersion) -> Iterator[Sequence[str]]:
        every = list(self._get(version).state.documents)
        for start in range(0, len(every), _BATCH):
            yield every[start : start + _BATCH]

    def tallies(self, version: IndexVersion, width: int) -> Mapping[int, Tally]:
        sums: dict[int, list[int]] = {}
        for stored in self._get(version).state.documents.values():
            mark = stored.document.mark
            sums.setdefault(mark.slot // width, []).append(mark.checksum)
        return {bucket: Tally(len(some), sum(some)) for bucket, some in sums.items()}

    def checksums(
        self, version: IndexVersion, width: int, buckets: Sequence[int]
    ) -> Iterator[Mapping[str, int]]:
        wanted = frozenset(buckets)
        documents = self._get(version).state.documents.items()
        marks = ((id, stored.document.mark) for id, stored in documents)
        yield {id: mark.checksum for id, mark in marks if mark.slot // width in wanted}

    def close(self) -> None:
        """Nothing to let go of."""

    def state(self, version: IndexVersion) -> State:
        """The last committed state of `version`, for the search side."""
        return self._get(version).state

    def _get(self, version: IndexVersion) -> _Version:
        held = self._versions.get(version)
        if held is None:
            raise UnknownVersion(f"no version '{version}'", hint="see `searchsvc versions`")
        return held


class MemoryWriter:
    """Collects writes over the last state and makes a new state of them at commit."""

    def __init__(self, held: _Version, *, append: bool) -> None:
        self._held = held
        self._append = append
        self._read = reader(held.state.definition)
        self._documents: dict[str, Stored | None] = {}
        self._tombstones: dict[str, int] = {}

    def write(self, writes: Sequence[Write]) -> list[WriteResult]:
        return [self._write(write) for write in writes]

    def commit(self, *, found: bool = True) -> list[WriteResult]:
        del found
        state = self._held.state
        merged = {**state.documents, **self._documents}
        self._held.state = State(
            state.definition,
            {id: stored for id, stored in merged.items() if stored is not None},
            {**state.tombstones, **self._tombstones},
        )
        self._documents, self._tombstones = {}, {}
        return []

    def _write(self, write: Write) -> WriteResult:
        stored = None if self._append else self._stored(write.id)
        if write.version < self._version(write.id, stored):
            return WriteResult(write.id, Outcome.STALE)
        if isinstance(write, Delete):
            self._documents[write.id] = None
            self._tombstones[write.id] = write.version
            return WriteResult(write.id, Outcome.DELETED)
        if stored is not None and stored.document.digest == write.digest:
            return WriteResult(write.id, Outcome.UNCHANGED)
        return self._add(write)

    def _add(self, document: Document) -> WriteResult:
        try:
            self._documents[document.id] = self._read(document)
        except Unindexable as error:
            return WriteResult(document.id, Outcome.DEAD, str(error))
        return WriteResult(document.id, Outcome.INDEXED)

    def _stored(self, id: str) -> Stored | None:
        if id in self._documents:
            return self._documents[id]
        return self._held.state.documents.get(id)

    def _version(self, id: str, stored: Stored | None) -> int:
        """The lowest version that is not stale."""
        if stored is not None:
            return stored.document.version
        if self._append:
            return -(2**63)
        held = self._held.state.tombstones.get(id, -(2**63))
        return self._tombstones.get(id, held)
