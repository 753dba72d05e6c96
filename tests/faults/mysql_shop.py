"""A shop in MySQL for the tests of faults: its table, and its index as one process runs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pymysql
from sqlalchemy import URL, make_url

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.document import Document
from searchsvc.domain.index import Recipe
from searchsvc.engines.memory import MemoryStore
from searchsvc.indexing.indexer import Indexer
from searchsvc.indexing.parts import IndexParts
from searchsvc.indexing.reader import Reader
from searchsvc.indexing.runner import IndexRunner
from searchsvc.ports import Clock, IndexStore, StateStore
from searchsvc.settings import Indexing
from searchsvc.sources.sql import SqlSource
from searchsvc.stores.memory import MemoryStateStore

LIBRARIES = ("pymysql", "mysqldb")
DEFINITION = IndexDefinition(
    "shop", (Field("name", FieldType.TEXT, weight=1.0), Field("price", FieldType.NUMBER))
)
INDEXER = Indexer(
    index="shop",
    source="shop",
    sql="SELECT id, name, price, updated_at, deleted FROM products",
    key="id",
    watermark="updated_at",
    soft_delete="deleted",
    page_size=20,
)
_MOMENT = "CURRENT_TIMESTAMP(6)"
_TABLE = f"""CREATE TABLE products (
    id INT PRIMARY KEY, name VARCHAR(200), price DECIMAL(10,2),
    updated_at TIMESTAMP(6) NOT NULL DEFAULT {_MOMENT} ON UPDATE {_MOMENT},
    deleted TINYINT NOT NULL DEFAULT 0, KEY changed (updated_at, id)
) ENGINE=InnoDB"""


class SystemClock:
    """The time of this host."""

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class MySQLShop:
    """The database of one shop, for an account that may do everything."""

    address: URL

    def url(self, library: str = "pymysql", **changes: Any) -> str:
        """What a source reads the shop by; `changes` are parts of the url, such as its port."""
        url = self.address.set(drivername=f"mysql+{library}", **changes)
        return url.render_as_string(hide_password=False)

    @contextmanager
    def session(self) -> Iterator[Any]:
        """The cursor of a session of its own, which commits when it is told to, and at the end."""
        at = self.address
        connection = pymysql.connect(
            host=at.host, port=at.port or 3306, user=at.username, password=at.password or "",
            database=at.database,
        )  # fmt: skip
        try:
            with connection.cursor() as cursor:
                yield cursor
                connection.commit()
        finally:
            connection.close()

    def run(self, *statements: str) -> None:
        """Each statement in one transaction."""
        with self.session() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def value(self, statement: str) -> Any:
        """The first column of the first row."""
        with self.session() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0]

    def fill(self, rows: int, *, start: int = 0) -> None:
        """So many rows that are an hour old."""
        with self.session() as cursor:
            cursor.executemany(
                "INSERT INTO products (id, name, price, updated_at)"
                " VALUES (%s, %s, %s, NOW(6) - INTERVAL 1 HOUR)",
                [(n, f"thing number {n}", n / 100) for n in range(start, start + rows)],
            )

    def open(self, url: str = "", **options: Any) -> "OpenIndex":
        """The index as a process has it, which reads by `url`."""
        return OpenIndex(self, url or self.url(), **options)

    def wanted(self, indexer: Indexer = INDEXER) -> dict[str, int]:
        """Id and digest of every document that the table asks for, read without any fault."""
        source = SqlSource(indexer, self.url())
        reader = Reader(indexer, DEFINITION, source)
        found: dict[str, int] = {}
        after = None
        while True:
            reading = reader.page(after, 5_000)
            found.update((w.id, w.digest) for w in reading.writes if isinstance(w, Document))
            if reading.rows < 5_000:
                break
            after = reading.last
        source.close()
        return found


class OpenIndex:
    """One process's parts of the shop's index; in memory where no store or state is given."""

    def __init__(
        self,
        shop: MySQLShop,
        url: str,
        *,
        store: IndexStore | None = None,
        state: StateStore | None = None,
        clock: Clock | None = None,
        settings: Indexing | None = None,
        **changes: Any,
    ) -> None:
        self._shop = shop
        self._url = url
        self._clock = clock or SystemClock()
        self._settings = settings or Indexing(checkpoint_seconds=0)
        self.indexer = replace(INDEXER, **changes)
        self.store = store or MemoryStore()
        self.state = state or MemoryStateStore(self._clock)
        self.runner = self.again()

    def again(self, url: str = "", clock: Clock | None = None, **options: Any) -> IndexRunner:
        """The runner of a new process over the same engine and state."""
        self.source = SqlSource(self.indexer, url or self._url)
        reader = Reader(self.indexer, DEFINITION, self.source)
        parts = IndexParts(
            self.indexer, reader, self.source, self.store, self.state, clock or self._clock,
            self._settings,
        )  # fmt: skip
        return IndexRunner(parts, Recipe(DEFINITION), **options)

    def held(self) -> dict[str, int]:
        """Id and digest of every document of the live version."""
        live = self.store.live("shop")
        assert live is not None
        ids = [id for batch in self.store.ids(live) for id in batch]
        assert len(ids) == len(set(ids)) == self.store.count(live)
        return self.store.digests(live, ids)

    def is_equal(self) -> bool:
        """Whether the index holds just what the table asks for."""
        return self.held() == self._shop.wanted(self.indexer)

    def close(self) -> None:
        """End the connections to the source."""
        self.source.close()


@contextmanager
def new_shop(server: str, rows: int = 0) -> Iterator[MySQLShop]:
    """A shop in a database of its own on that server, which goes with it."""
    name = f"searchsvc_test_{uuid4().hex[:12]}"
    root = MySQLShop(make_url(server).set(database=None))
    root.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    shop = MySQLShop(root.address.set(database=name))
    try:
        shop.run(_TABLE)
        shop.fill(rows)
        yield shop
    finally:
        root.run(f"DROP DATABASE {name}")
