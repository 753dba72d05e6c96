"""Makes the prefix file of a live version: of its documents, and of what people search for."""

import asyncio
import fcntl
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.index import IndexVersion
from searchsvc.errors import LeaseHeld
from searchsvc.ports import IndexStore
from searchsvc.search.service import SearchService
from searchsvc.search.serving import not_serving
from searchsvc.suggestions.asking import Asking
from searchsvc.suggestions.collect import Collected
from searchsvc.suggestions.entries import Entry, Kind
from searchsvc.suggestions.files import file_of, tidy
from searchsvc.suggestions.writer import TEMPORARY, write_file

_MOST_SCOPED = 500  # values; each costs a search


@dataclass(frozen=True, slots=True)
class Built:
    """A file that was made: how many entries of each kind, in how many seconds."""

    version: IndexVersion
    counts: Mapping[Kind, int]
    seconds: float


class Builder:
    """Builds in this process, which should be one of its own: see `writer.write_file`.

    `close` ends what `search` has opened. `collected` gives what gathers the
    documents of a definition, `searched` how many people have searched an index for each text.
    """

    def __init__(
        self,
        store: IndexStore,
        search: SearchService,
        close: Callable[[], Awaitable[None]],
        folder: Path,
        collected: Callable[[IndexDefinition], Collected],
        searched: Callable[[str], Mapping[str, int]],
    ) -> None:
        self._store = store
        self._search = search
        self._close = close
        self._folder = folder
        self._collected = collected
        self._searched = searched

    def build(self, index: str) -> Built:
        """The file of the live version, in the place of an older one.

        Raises NotServing without one, LeaseHeld where another process builds it right now, or an
        engine's error; then the older file stays.
        """
        with self._alone(index):
            began = time.monotonic()
            version = self._store.live(index)
            if version is None:
                raise not_serving(index)
            for left in self._folder.glob(f"{index}-*{TEMPORARY}"):
                left.unlink(missing_ok=True)  # by a build that was killed
            definition = self._store.recipe(version).definition
            entries = self._entries(version, definition)
            write_file(file_of(self._folder, version), version.name, entries)
            tidy(self._folder, index, [info.version for info in self._store.versions(index)])
            counts = {kind: len(entries[kind]) for kind in Kind}
            return Built(version, counts, time.monotonic() - began)

    def _entries(
        self, version: IndexVersion, definition: IndexDefinition
    ) -> dict[Kind, list[Entry]]:
        collected = self._collected(definition)
        for ids in self._store.ids(version):
            for id, source in self._store.sources(version, ids).items():
                collected.add(id, source)
        entries = collected.entries()
        asking = Asking(self._search, version.index, definition.suggest_scope)
        searched = self._searched(version.index)
        values = entries[Kind.VALUE]
        queries, first = asyncio.run(self._asked(asking, searched, values[:_MOST_SCOPED]))
        return {**entries, Kind.QUERY: queries, Kind.VALUE: first + values[_MOST_SCOPED:]}

    async def _asked(
        self, asking: Asking, searched: Mapping[str, int], values: list[Entry]
    ) -> tuple[list[Entry], list[Entry]]:
        try:
            return await asking.queries(searched), await asking.scoped(values)
        finally:
            await self._close()

    @contextmanager
    def _alone(self, index: str) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._folder / f"{index}.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise LeaseHeld(f"another process builds the suggestions of '{index}'") from error
        finally:
            os.close(lock)
