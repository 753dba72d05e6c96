"""Versions of indexes in tantivy directories: the port IndexStore."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tantivy import Index, Query

from searchsvc.domain.document import Tally
from searchsvc.domain.index import IndexVersion, Recipe, VersionInfo
from searchsvc.engines.embedded import schema
from searchsvc.engines.embedded.directories import Directories, sync_directory
from searchsvc.engines.embedded.response import read
from searchsvc.engines.embedded.snapshot import open_index
from searchsvc.engines.embedded.tallies import checksums, tallies
from searchsvc.engines.embedded.tantivy_errors import guarded
from searchsvc.engines.embedded.writer import (
    EmbeddedWriter,
    address_of,
    locked,
    open_writer,
    stored,
)
from searchsvc.engines.recipes import card_of, refuse_other
from searchsvc.errors import EngineError

_BATCH = 1000


class EmbeddedStore:
    """An IndexStore under the folder `root`, shared by any number of processes.

    `writer_memory_mb`: how much a writer collects before it writes a segment.
    """

    def __init__(self, root: Path, writer_memory_mb: int = 64) -> None:
        self._directories = Directories(root)
        self._memory_mb = writer_memory_mb

    def create(self, version: IndexVersion, recipe: Recipe) -> None:
        directory = self._directories.of(version)
        with guarded(f"creating version '{version}'"):
            if directory.path.exists():
                raise EngineError(f"version '{version}' exists already", hint="make a new version")
            directory.tantivy.mkdir(parents=True)
            Index(schema.build(recipe.definition), path=str(directory.tantivy))
            sync_directory(directory.tantivy)
            directory.write_card(card_of(recipe, schema.FORMAT))
            sync_directory(directory.path.parent)

    def recipe(self, version: IndexVersion) -> Recipe:
        return self._directories.of(version).card().recipe

    def restate(self, version: IndexVersion, recipe: Recipe) -> None:
        directory = self._directories.of(version)
        refuse_other(version, directory.card().recipe, recipe)
        with guarded(f"restating version '{version}'"):
            directory.write_card(card_of(recipe, schema.FORMAT))
            if self.live(version.index) == version:
                self._directories.point(version)  # what readers watch; they open it anew

    @contextmanager
    def writer(self, version: IndexVersion, *, append: bool = False) -> Iterator[EmbeddedWriter]:
        directory = self._directories.of(version)
        directory.card()
        with (
            locked(directory),
            open_writer(directory, self._memory_mb, append=append) as writer,
        ):
            yield writer

    def versions(self, index: str) -> list[VersionInfo]:
        live = self.live(index)
        return [
            VersionInfo(
                version=directory.version,
                documents=directory.documents(),
                size=directory.size(),
                definition_hash=directory.definition_hash(),
                live=directory.version == live,
            )
            for directory in self._directories.all(index)
        ]

    def live(self, index: str) -> IndexVersion | None:
        return self._directories.live(index)

    def swap(self, version: IndexVersion) -> None:
        directory = self._directories.of(version)
        directory.card()
        open_index(directory)
        with guarded(f"swapping to version '{version}'"):
            self._directories.point(version)

    def drop(self, version: IndexVersion) -> None:
        if self.live(version.index) == version:
            raise EngineError(f"version '{version}' is live", hint="swap to another version first")
        directory = self._directories.of(version)
        with guarded(f"dropping version '{version}'"):
            if directory.path.exists():
                with locked(directory):
                    self._directories.remove(version)

    def count(self, version: IndexVersion) -> int:
        return self._open(version).searcher().num_docs

    def digests(self, version: IndexVersion, ids: Sequence[str]) -> dict[str, int]:
        index = self._open(version)
        searcher = index.searcher()
        with guarded(f"reading version '{version}'"):
            found = ((id, stored(index, searcher, id)) for id in ids)
            return {id: pair[1] for id, pair in found if pair is not None}

    def sources(self, version: IndexVersion, ids: Sequence[str]) -> dict[str, bytes]:
        index = self._open(version)
        searcher = index.searcher()
        with guarded(f"reading version '{version}'"):
            found = ((id, address_of(index, searcher, id)) for id in ids)
            return {id: read(searcher, at)[1] for id, at in found if at is not None}

    def ids(self, version: IndexVersion) -> Iterator[Sequence[str]]:
        searcher = self._open(version).searcher()
        with guarded(f"reading version '{version}'"):
            # With a filter, even one that all pass, terms of deleted documents are left out.
            terms = searcher.terms_with_prefix(schema.ID, "", Query.all_query())
        for start in range(0, len(terms), _BATCH):
            yield [id for id, _ in terms[start : start + _BATCH]]

    def tallies(self, version: IndexVersion, width: int) -> Mapping[int, Tally]:
        searcher = self._open(version).searcher()
        with guarded(f"reading version '{version}'"):
            return tallies(searcher, width)

    def checksums(
        self, version: IndexVersion, width: int, buckets: Sequence[int]
    ) -> Iterator[Mapping[str, int]]:
        index = self._open(version)
        with guarded(f"reading version '{version}'"):
            yield from checksums(index, index.searcher(), width, buckets)

    def close(self) -> None:
        """Nothing to let go of: files are open only while they are used."""

    def _open(self, version: IndexVersion) -> Index:
        directory = self._directories.of(version)
        directory.card()
        return open_index(directory)
