"""A small project on SQLite: what a user has after `searchsvc init`, with names to break."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

from tests.support.command import Ended, RunningCommand, run_command, running
from tests.support.server import free_port

MAPPING = """\
fields:
  name:  text^3, suggest, highlight
  brand: keyword^2, facet
  price: number, facet, sort
"""
INDEXER = """\
from searchsvc.indexing import Indexer

indexer = Indexer(
    index="products",
    source="shop",
    sql="SELECT id, name, brand, price, updated_at FROM products",
    key="id",
    watermark="updated_at",
    every="2s",
    reconcile="daily",
    overlap=5,
)
"""
SETTINGS = """\
sources:
  shop: {url: "sqlite:///shop.db"}
logging: {level: WARNING}
"""
_NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"


class Shop:
    """The project's folder, and its database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mapping = folder / "mappings/products/mapping.yaml"
        self.indexer = folder / "indexers/products.py"
        self.settings = folder / "searchsvc.yaml"

    @classmethod
    def new(cls, folder: Path, rows: int = 40) -> Self:
        """The project written into `folder`, its table with so many rows."""
        shop = cls(folder)
        shop.define("products")
        shop.settings.write_text(SETTINGS, encoding="utf-8")
        shop.execute(
            "CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, brand TEXT,"
            f" price REAL, updated_at TEXT NOT NULL DEFAULT ({_NOW}))"
        )
        shop.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO products (id, name, brand, price)"
            " SELECT i, 'bicycle number ' || i, 'brand' || (i % 3), i * 1.5 FROM n",
            rows,
        )
        return shop

    def define(self, index: str) -> Path:
        """Add an index of the table's rows; the file of its indexer."""
        files = {
            self.folder / f"mappings/{index}/mapping.yaml": MAPPING,
            self.folder / f"indexers/{index}.py": INDEXER.replace('"products"', f'"{index}"'),
        }
        for file, text in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return self.folder / f"indexers/{index}.py"

    def run(self, *arguments: object, **environment: str) -> Ended:
        """`searchsvc ARGUMENTS` in the project's folder; whatever it says, it is no traceback."""
        ended = run_command(*arguments, folder=self.folder, **environment)
        assert "Traceback" not in ended.out + ended.err
        return ended

    def json(self, *arguments: object) -> Any:
        """What `searchsvc ARGUMENTS --json`, which succeeds, says."""
        ended = self.run(*arguments, "--json")
        assert (ended.code, ended.err) == (0, "")
        return json.loads(ended.out)

    def execute(self, statement: str, *values: object) -> None:
        """Run and commit one statement in the source."""
        with closing(sqlite3.connect(self.folder / "shop.db", timeout=10)) as connection:
            connection.execute(statement, values)
            connection.commit()

    def rename(self, id: int, name: str) -> None:
        """Change one row as any other program would."""
        self.execute(f"UPDATE products SET name = ?, updated_at = {_NOW} WHERE id = ?", name, id)

    def break_in(self, file: Path, old: str, new: str) -> None:
        """Replace `old`, which is there, in one of the project's files."""
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    @property
    def written(self) -> list[str]:
        """What lies in the folder of the engine's versions, nothing before the first rebuild."""
        return sorted(path.name for path in self.folder.glob(".searchsvc/indexes/*/*"))


@contextmanager
def serving(shop: Shop, name: str) -> Iterator[RunningCommand]:
    """`searchsvc NAME` in its folder, on a port of its own, alive."""
    port = free_port()
    with running(name, "--port", port, port=port, folder=shop.folder) as command:
        command.wait_for(lambda: command.get("/livez").is_success, 30)
        yield command
