"""Processes that do a run of a shop's index, to be killed, and the application's own traffic."""

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread

from searchsvc.domain.query import SearchQuery, Term
from tests.faults.shop import NOW, Shop

ROOT = Path(__file__).parents[2]


class Traffic:
    """Fifty changes a second to a table of `rows`: inserts, updates, soft deletes and returns.

    A share `hard` of them are hard deletes.
    """

    def __init__(self, shop: Shop, seed: int, rows: int, hard: float = 0.0) -> None:
        self._shop = shop
        self._rows = rows
        self._hard = hard
        self._random = random.Random(seed)
        self._stop = Event()
        self._thread = Thread(target=self._write)

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        connection = self._shop.connect()
        while not self._stop.wait(0.02):
            id = self._random.randrange(self._rows + 500)
            if self._random.random() < self._hard:
                connection.execute("DELETE FROM products WHERE id = ?", (id,))
                continue
            name = f"thing changed {self._random.randrange(10**9)}"
            deleted = self._random.random() < 0.3
            connection.execute(
                f"INSERT INTO products VALUES (?, ?, 1, {NOW}, ?) ON CONFLICT (id) DO UPDATE"
                f" SET name = excluded.name, deleted = excluded.deleted, updated_at = {NOW}",
                (id, name, deleted),
            )
        connection.close()


class Worker:
    """A process that does one run of the shop's index."""

    def __init__(
        self, shop: Shop, kind: str, *, lease_seconds: float = 30.0, pause_at: str = ""
    ) -> None:
        arguments = [str(shop.folder), kind, str(lease_seconds), pause_at]
        arguments += shop.place.arguments if shop.place else []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.shop", *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.line() == "ready"

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


def seconds_of(shop: Shop, kind: str) -> float:
    """How long such a run takes, unharmed."""
    worker = Worker(shop, kind)
    started = time.monotonic()
    worker.go()
    assert worker.line() == "done"
    took = time.monotonic() - started
    worker.end()
    return took


def answers(shop: Shop) -> int:
    """How many documents the live version finds for a word that all of them hold."""

    async def search() -> int:
        engine = shop.engine()
        try:
            found = await engine.search(SearchQuery("shop", "thing", (Term("thing"),), limit=1))
            return found.total
        finally:
            await engine.close()

    return asyncio.run(search())
