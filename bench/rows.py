"""Makes the benchmarks' table: products in SQLite, worded from this Python's own documentation."""

import random
import re
import sqlite3
from pathlib import Path
from pydoc_data import topics

MAPPING = """\
fields:
  name:        text^8, suggest, highlight
  brand:       keyword^4, facet, suggest
  description: text, snippet(30)
  category:    keyword, facet
  price:       number, facet, sort
  in_stock:    bool, facet
  updated_at:  date, sort
  sales:       number
ranking: {default: [{boost: {field: sales, by: log, weight: 0.3}}]}
"""
SQL = (
    "SELECT id, name, brand, description, category, price, in_stock, updated_at, sales"
    " FROM products"
)


def make_products(path: Path, count: int, seed: int = 7) -> None:
    """`count` rows of about 850 bytes; the same ones for the same seed and Python."""
    draw = random.Random(seed)
    words = vocabulary()
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    pool = draw.choices(words, weights, k=400_000)
    database = sqlite3.connect(path)
    database.execute(
        "CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, brand TEXT, description TEXT,"
        " category TEXT, price REAL, in_stock INTEGER, updated_at TEXT, sales INTEGER)"
    )
    database.execute("CREATE INDEX products_updated ON products (updated_at, id)")
    database.executemany(
        "INSERT INTO products VALUES (?,?,?,?,?,?,?,?,?)",
        (_row(number, draw, pool) for number in range(1, count + 1)),
    )
    database.commit()
    database.close()


def queries(count: int, seed: int = 11) -> list[str]:
    """Queries of one to three words, as skewed as the table's text."""
    draw = random.Random(seed)
    words = vocabulary()
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    return [
        " ".join(draw.choices(words, weights, k=draw.choice((1, 2, 2, 3)))) for _ in range(count)
    ]


def vocabulary() -> list[str]:
    """The words of the documentation, each once."""
    found = re.findall(r"[a-z]{3,}", " ".join(topics.topics.values()).lower())
    return list(dict.fromkeys(found))


def _row(number: int, draw: random.Random, pool: list[str]) -> tuple:
    at = draw.randrange(len(pool) - 200)
    name = " ".join(pool[at : at + draw.randint(3, 7)]).title()
    text = " ".join(pool[at + 10 : at + 10 + draw.randint(70, 130)])
    moment = f"2025-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}T10:00:00.{number % 1000:03}Z"
    return (
        number, name, f"Brand {draw.randint(1, 300)}", text, f"Category {draw.randint(1, 40)}",
        round(draw.uniform(1, 999), 2), draw.random() < 0.8, moment, int(draw.paretovariate(1)),
    )  # fmt: skip
