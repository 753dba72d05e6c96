"""A shop in SQLite with its index on any engine: one run of it as a process to kill."""

import os
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.document import Mark, digest
from searchsvc.domain.index import Recipe
from searchsvc.engines.elastic import Client, ElasticEngine, ElasticStore
from searchsvc.engines.elastic.access import Access, parse_hosts
from searchsvc.engines.elastic.names import Names
from searchsvc.engines.embedded.index import EmbeddedStore
from searchsvc.engines.embedded.search import EmbeddedEngine
from searchsvc.errors import SearchsvcError
from searchsvc.indexing.converters import compile_converters
from searchsvc.indexing.indexer import Indexer
from searchsvc.indexing.parts import IndexParts
from searchsvc.indexing.reader import Reader
from searchsvc.indexing.runner import IndexRunner
from searchsvc.ports import SearchEngine
from searchsvc.settings import Indexing
from searchsvc.sources.sql import SqlSource
from searchsvc.stores.sql import SqlStateStore

DEFINITION = IndexDefinition(
    "shop", (Field("name", FieldType.TEXT, weight=1.0), Field("price", FieldType.NUMBER))
)
CHOSEN_ROWS = int(os.environ.get("SEARCHSVC_TEST_ROWS") or 0)
# A large table is copied as one would be in earnest, else its rebuild takes minutes.
LARGE = CHOSEN_ROWS >= 50_000
INDEXER = Indexer(
    index="shop",
    source="shop",
    sql="SELECT id, name, price, updated_at, deleted FROM products",
    key="id",
    watermark="updated_at",
    soft_delete="deleted",
    every="2s" if LARGE else "0.2s",
    overlap=5.0,
    page_size=1000 if LARGE else 200,
    to_document=lambda row: {"name": row["name"], "price": row["price"]},
)
NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
TABLE = f"""
CREATE TABLE products (
    id INTEGER PRIMARY KEY, name TEXT, price REAL, updated_at TEXT DEFAULT ({NOW}), deleted INTEGER
)"""


class SystemClock:
    """The time of this host."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class Place:
    """A server that holds the index, behind a prefix of its own.

    `patience`: seconds for which it may be busy or silent before a run gives up.
    """

    kind: str
    url: str
    prefix: str
    patience: float = 20.0

    @property
    def arguments(self) -> list[str]:
        """For the command line of a process."""
        return [self.kind, self.url, self.prefix, str(self.patience)]

    @classmethod
    def of(cls, kind: str, url: str, prefix: str, patience: str) -> "Place":
        """From such a command line."""
        return cls(kind, url, prefix, float(patience))

    @property
    def names(self) -> Names:
        """The names on the server."""
        return Names(self.prefix)

    def client(self) -> Client:
        """A connection of its own."""
        access = Access(self.kind, parse_hosts((self.url,), allow_http=True), write_timeout=20.0)
        return Client(access)

    def store(self) -> ElasticStore:
        """The write side."""
        return ElasticStore(self.client(), self.names, replicas=0, patience=self.patience)

    def engine(self) -> ElasticEngine:
        """The read side; it sees a swap at once."""
        return ElasticEngine(self.client(), self.names, poll=0.0)


@dataclass
class Shop:
    """The files of one shop, and what a process needs to run its index; `place` is its server."""

    folder: Path
    place: Place | None = None

    def fill(self, rows: int) -> None:
        """The table with so many rows that are an hour old."""
        connection = self.connect()
        connection.execute(TABLE)
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO products VALUES (?, ?, ?, datetime('now', '-1 hour'), 0)",
            ((n, f"thing number {n}", n / 100) for n in range(rows)),
        )
        connection.execute("COMMIT")
        connection.close()

    def run(self, statement: str, *values: object) -> None:
        """One statement of the application's."""
        connection = self.connect()
        connection.execute(statement, values)
        connection.close()

    def rename(self, id: int, name: str) -> None:
        """A change that its watermark tells."""
        self.run(f"UPDATE products SET name = ?, updated_at = {NOW} WHERE id = ?", name, id)

    @property
    def database(self) -> Path:
        return self.folder / "shop.db"

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.database, timeout=30, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    def store(self) -> EmbeddedStore | ElasticStore:
        if self.place is not None:
            return self.place.store()
        return EmbeddedStore(self.folder / "indexes", writer_memory_mb=15)

    def engine(self) -> SearchEngine:
        """The read side."""
        if self.place is not None:
            return self.place.engine()
        return EmbeddedEngine(self.folder / "indexes")

    def open(
        self, lease_seconds: float = 30.0, checkpoint_seconds: float = 1.0 if LARGE else 0.05
    ) -> "OpenShop":
        return OpenShop(self, lease_seconds, checkpoint_seconds)

    def wanted(self) -> dict[str, int]:
        """Id and digest of every document that the table asks for."""
        convert = compile_converters(DEFINITION)
        connection = self.connect()
        rows = connection.execute(f"{INDEXER.sql} WHERE NOT deleted").fetchall()
        connection.close()
        return {
            str(row[0]): digest(
                convert({"name": row[1], "price": row[2]})[1],
                Mark(row[0], crc32(repr(row).encode())),
            )
            for row in rows
        }


class OpenShop:
    """A shop with its connections."""

    def __init__(self, shop: Shop, lease_seconds: float, checkpoint_seconds: float) -> None:
        clock = SystemClock()
        self.store = shop.store()
        self.state = SqlStateStore(f"sqlite:///{shop.folder / 'state.db'}", clock)
        self.source = SqlSource(INDEXER, f"sqlite:///{shop.database}")
        reader = Reader(INDEXER, DEFINITION, self.source)
        settings = Indexing(
            lease_seconds=lease_seconds, max_delete_ratio=0.2,
            checkpoint_seconds=checkpoint_seconds,
        )  # fmt: skip
        self.parts = IndexParts(
            INDEXER, reader, self.source, self.store, self.state, clock, settings
        )

    def runner(self, reached: Callable[[str], None] = lambda _: None) -> IndexRunner:
        return IndexRunner(self.parts, Recipe(DEFINITION), lease_wait=10.0, reached=reached)

    def held(self) -> dict[str, int]:
        """Id and digest of every document of the live version."""
        live = self.store.live("shop")
        assert live is not None
        ids = [id for batch in self.store.ids(live) for id in batch]
        assert len(ids) == len(set(ids)) == self.store.count(live)
        return self.store.digests(live, ids)

    def orphans(self) -> list[str]:
        """Versions that are neither live nor complete, nor waiting to be gone on with."""
        begun = self.state.checkpoint("shop")
        return [
            info.version.name
            for info in self.store.versions("shop")
            if not info.live
            and self.state.watermark(info.version.name) is None
            and (begun is None or info.version.name != begun.version)
        ]

    def close(self) -> None:
        self.source.close()
        self.state.close()
        if isinstance(self.store, ElasticStore):
            self.store.close()


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(folder: str, kind: str, lease_seconds: str, pause_at: str, *place: str) -> None:
    """Say `ready`, wait for a line, do one run, and say how it ended.

    With `pause_at` the process says so at that failpoint and waits for another line.
    """

    def reached(name: str) -> None:
        if name == pause_at:
            say("paused")
            sys.stdin.readline()

    shop = Shop(Path(folder), Place.of(*place) if place else None).open(float(lease_seconds))
    runner = shop.runner(reached)
    say("ready")
    sys.stdin.readline()
    try:
        runner.rebuild() if kind == "rebuild" else runner.increment()
        say("done")
    except SearchsvcError as error:
        say(type(error).__name__)
    finally:
        shop.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
