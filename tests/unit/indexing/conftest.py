"""A small world to index: a table that can be changed at any moment, a memory engine, a state."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, cast
from zlib import crc32

import pytest

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.document import Mark, Tally, digest
from searchsvc.domain.index import Recipe
from searchsvc.engines.memory import MemoryStore
from searchsvc.errors import SourceUnreachable
from searchsvc.indexing.converters import compile_converters
from searchsvc.indexing.indexer import Indexer
from searchsvc.indexing.parts import IndexParts
from searchsvc.indexing.reader import Reader
from searchsvc.indexing.runner import IndexRunner
from searchsvc.ports import IndexStore, Rows, SourceTime, StateStore
from searchsvc.settings import Indexing
from searchsvc.stores.memory import MemoryStateStore

SECOND = 1_000_000
START = 1_800_000_000 * SECOND
DEFINITION = IndexDefinition(
    "shop", (Field("name", FieldType.TEXT, weight=1.0), Field("price", FieldType.NUMBER))
)


@dataclass
class HandClock:
    """A clock that moves when told."""

    time: datetime = field(default=datetime(2026, 8, 23, 12, tzinfo=UTC))

    def now(self) -> datetime:
        return self.time

    def move(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class Transaction:
    """Changes that nobody sees before the commit; each carries the time it was made at."""

    started: int
    changes: list[tuple[str, dict[str, Any] | None]] = field(default_factory=list)


def mark_of(id: str, row: Mapping[str, Any]) -> Mark:
    """What a database would say of the row as a whole."""
    return Mark(crc32(id.encode()) % 100_000, crc32(repr(sorted(row.items())).encode()))


class Table:
    """A RowSource in memory, with a database clock, open transactions and hard deletes."""

    def __init__(self, *, sees_transactions: bool = True) -> None:
        self.sees_transactions = sees_transactions
        self.clock = START
        self.rows_by_id: dict[str, dict[str, Any]] = {}
        self.open: list[Transaction] = []
        self.pages = 0
        self.reads = 0
        self.listed = 0
        self.down = False

    def put(self, id: str, name: str = "thing", price: Any = 1, *, hidden: bool = False) -> None:
        """Insert or update a row and commit."""
        self.tick()
        self.rows_by_id[id] = self._row(id, name, price, hidden=hidden)

    def put_silently(self, id: str, name: str) -> None:
        """An update that leaves the watermark column as it was."""
        self.tick()
        self.rows_by_id[id] = {**self.rows_by_id[id], "name": name}

    def remove(self, id: str) -> None:
        """A hard delete: it leaves no trace."""
        self.tick()
        self.rows_by_id.pop(id, None)

    def begin(self) -> Transaction:
        self.tick()
        transaction = Transaction(self.clock)
        self.open.append(transaction)
        return transaction

    def put_in(self, transaction: Transaction, id: str, name: str, price: Any = 1) -> None:
        self.tick()
        transaction.changes.append((id, self._row(id, name, price, hidden=False)))

    def commit(self, transaction: Transaction) -> None:
        self.tick()
        self.open.remove(transaction)
        for id, row in transaction.changes:
            self.rows_by_id[id] = row or {}

    def tick(self, seconds: float = 0.001) -> None:
        self.clock += int(seconds * SECOND)

    def _row(self, id: str, name: str, price: Any, *, hidden: bool) -> dict[str, Any]:
        return {
            "id": id,
            "name": name,
            "price": price,
            "updated_at": self.clock,
            "deleted": int(hidden),
        }

    def time(self) -> SourceTime:
        self._read()
        safe = self.clock - 2 * SECOND
        if self.sees_transactions and self.open:
            safe = min(safe, min(t.started for t in self.open) - SECOND)
        return SourceTime(self.clock, safe)

    def page(self, after: str | None, limit: int) -> Rows:
        self._read()
        self.pages += 1
        keys = [id for id in sorted(self.rows_by_id) if after is None or id > after]
        return self._rows(keys[:limit])

    def rows(self, ids: Sequence[str]) -> Rows:
        self._read()
        return self._rows([id for id in ids if id in self.rows_by_id])

    def changed(self, since: int) -> Iterator[Sequence[str]]:
        self._read()
        ids = [id for id, row in sorted(self.rows_by_id.items()) if row["updated_at"] >= since]
        for start in range(0, len(ids), 3):
            yield ids[start : start + 3]

    def existing(self, ids: Sequence[str]) -> set[str]:
        self._read()
        return {id for id in ids if id in self.rows_by_id}

    def count(self) -> int:
        self._read()
        return len(self.rows_by_id)

    def span(self) -> tuple[int, int]:
        slots = [mark_of(id, row).slot for id, row in self.rows_by_id.items()]
        return (min(slots), max(slots)) if slots else (0, 0)

    def tallies(self, width: int) -> Mapping[int, Tally]:
        self._read()
        sums: dict[int, list[int]] = {}
        for mark in (mark_of(*item) for item in self._visible()):
            sums.setdefault(mark.slot // width, []).append(mark.checksum)
        return {bucket: Tally(len(some), sum(some)) for bucket, some in sums.items()}

    def checksums(self, width: int, buckets: Sequence[int]) -> Iterator[Mapping[str, int]]:
        self._read()
        marks = {id: mark_of(id, row) for id, row in self._visible()}
        self.listed += sum(mark.slot // width in buckets for mark in marks.values())
        yield {id: m.checksum for id, m in marks.items() if m.slot // width in buckets}

    def _visible(self) -> list[tuple[str, dict[str, Any]]]:
        return [(id, row) for id, row in self.rows_by_id.items() if not row["deleted"]]

    def columns(self) -> Mapping[str, str]:
        return {}

    def check_plans(self) -> None:
        """Everything is in memory."""

    def close(self) -> None:
        """Nothing is open."""

    def _rows(self, ids: Sequence[str]) -> Rows:
        read_at = self.clock
        rows = {id: dict(self.rows_by_id[id]) for id in ids}
        return Rows(rows, read_at, {id: mark_of(id, row) for id, row in rows.items()})

    def _read(self) -> None:
        self.tick()
        self.reads += 1
        if self.down:
            raise SourceUnreachable("the shop's database does not answer")


class Failpoints:
    """What happens at each named point: an action per name, and the names in order."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.actions: dict[str, Callable[[], None]] = {}

    def __call__(self, name: str) -> None:
        self.seen.append(name)
        action = self.actions.get(name)
        if action is not None:
            action()


class Crash(BaseException):
    """The process is gone: nothing below catches it and nothing cleans up."""


class Mortal:
    """A store as a process has it: once the process is dead, no call comes through."""

    def __init__(self, inner: Any, life: Event) -> None:
        self._inner = inner
        self._life = life

    def __getattr__(self, name: str) -> Any:
        if not self._life.is_set():
            raise Crash(f"a dead process called {name}")
        return getattr(self._inner, name)


class World:
    """A table, an engine, a state, and runners of one index over them."""

    Crash = Crash

    def __init__(self) -> None:
        self.table = Table()
        self.clock = HandClock()
        self.store: IndexStore = MemoryStore()
        self.state: StateStore = MemoryStateStore(self.clock)
        self.life = Event()
        self.life.set()
        self.failpoints = Failpoints()
        self.settings = Indexing(max_dead_ratio=0.5)
        self.definition = DEFINITION
        self.options: dict[str, Any] = {}

    def indexer(self, **changes: Any) -> Indexer:
        options: dict[str, Any] = {
            "index": "shop",
            "source": "shop",
            "sql": "SELECT * FROM shop",
            "key": "id",
            "watermark": "updated_at",
            "soft_delete": "deleted",
            "page_size": 4,
        }
        return Indexer(**{**options, **self.options, **changes})

    def parts(self, **changes: Any) -> IndexParts:
        indexer = self.indexer(**changes)
        reader = Reader(indexer, self.definition, self.table, file="shop.py")
        return IndexParts(
            indexer,
            reader,
            self.table,
            cast(IndexStore, Mortal(self.store, self.life)),
            cast(StateStore, Mortal(self.state, self.life)),
            self.clock,
            self.settings,
        )

    def runner(
        self,
        hash: str = "h1",
        *,
        lease_wait: float = 0.0,
        **changes: Any,
    ) -> IndexRunner:
        return IndexRunner(
            self.parts(**changes),
            Recipe(self.definition, {"code": hash}),
            lease_wait=lease_wait,
            reached=self.failpoints,
        )

    def wanted(self) -> dict[str, int]:
        """Id and digest of every document that the table asks for."""
        convert = compile_converters(self.definition)
        poisoned = self.poisoned()
        return {
            id: digest(convert({"name": row["name"], "price": row["price"]})[1], mark_of(id, row))
            for id, row in self.table.rows_by_id.items()
            if not row["deleted"] and id not in poisoned
        }

    def poisoned(self) -> set[str]:
        """Ids of visible rows that cannot be documents: the price `x` is no number."""
        rows = self.table.rows_by_id.items()
        return {id for id, row in rows if row["price"] == "x" and not row["deleted"]}

    def held(self) -> dict[str, int]:
        """Id and digest of every document of the live version."""
        live = self.store.live("shop")
        if live is None:
            return {}
        ids = [id for batch in self.store.ids(live) for id in batch]
        assert len(ids) == len(set(ids)) == self.store.count(live)
        return self.store.digests(live, ids)

    def fill(self, number: int, *, start: int = 0) -> None:
        for each in range(start, start + number):
            self.table.put(f"{each:04}", f"thing {each}", each)

    def at(self, name: str, action: Callable[[], None]) -> None:
        """Do `action` the next time a run comes by the failpoint `name`."""

        def once() -> None:
            del self.failpoints.actions[name]
            action()

        self.failpoints.actions[name] = once

    def crash(self, name: str) -> None:
        """Kill every process there is: runners made before can reach nothing any more.

        Their leases stay until they expire.
        """
        self.life.clear()
        self.life = Event()
        self.life.set()
        raise Crash(name)

    def crash_after(self, name: str, times: int) -> None:
        """Kill every process the `times`th time that a run comes by that failpoint."""
        left = iter(range(times - 1))

        def next_one() -> None:
            if next(left, None) is None:
                del self.failpoints.actions[name]
                self.crash(name)

        self.failpoints.actions[name] = next_one

    def crash_at(self, name: str) -> None:
        self.at(name, lambda: self.crash(name))


@pytest.fixture
def world() -> World:
    """An empty table and nothing indexed."""
    return World()


@pytest.fixture
def new_world() -> Callable[[], World]:
    """For tests that need many worlds."""
    return World
