"""A small project on SQLite: what a user has after `searchsvc init`, with names to break."""

import sqlite3
from contextlib import closing
from pathlib import Path

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

    def __init__(self, folder: Path, rows: int = 40) -> None:
        self.folder = folder
        self.mapping = folder / "mappings/products/mapping.yaml"
        self.indexer = folder / "indexers/products.py"
        self.settings = folder / "searchsvc.yaml"
        for file, text in (
            (self.mapping, MAPPING), (self.indexer, INDEXER), (self.settings, SETTINGS)
        ):  # fmt: skip
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        self.execute(
            "CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, brand TEXT,"
            f" price REAL, updated_at TEXT NOT NULL DEFAULT ({_NOW}))"
        )
        self.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO products (id, name, brand, price)"
            " SELECT i, 'bicycle number ' || i, 'brand' || (i % 3), i * 1.5 FROM n",
            rows,
        )

    def execute(self, statement: str, *values: object) -> None:
        """Run and commit one statement in the source."""
        with closing(sqlite3.connect(self.folder / "shop.db", timeout=10)) as connection:
            connection.execute(statement, values)
            connection.commit()

    def break_in(self, file: Path, old: str, new: str) -> None:
        """Replace `old`, which is there, in one of the project's files."""
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    @property
    def written(self) -> list[str]:
        """What lies in the folder of the engine's versions, nothing before the first rebuild."""
        return sorted(path.name for path in self.folder.glob(".searchsvc/indexes/*/*"))
