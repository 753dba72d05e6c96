"""The benchmarks' MariaDB: a table of fifteen columns, and projects that index it."""

import json
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rows import vocabulary

sys.path.insert(0, str(Path(__file__).parent.parent))  # for tests.support, which starts servers

COLUMNS = {
    "id": "BIGINT UNSIGNED PRIMARY KEY",
    "sku": "VARCHAR(32) NOT NULL",
    "name": "VARCHAR(200) NOT NULL",
    "description": "TEXT",
    "brand": "VARCHAR(60)",
    "category": "VARCHAR(60)",
    "status": "ENUM('draft','live','gone')",
    "price": "DECIMAL(10,2)",
    "weight": "DOUBLE",
    "rating": "FLOAT",
    "stock": "INT",
    "in_stock": "TINYINT(1)",
    "attributes": "JSON",
    "created_at": "DATETIME(6)",
    "updated_at": "DATETIME(6)",
}
_FIELDS = """\
fields:
  id:          number
  sku:         {sku}
  name:        {name}
  description: {description}
  brand:       {brand}
  category:    keyword, facet
  status:      keyword
  price:       number, sort
  weight:      number
  rating:      number
  stock:       number
  in_stock:    bool
  attributes:  json
  created_at:  date
  updated_at:  date, sort
"""
# Words cost us much, since we cut and stem them ourselves: once with those of a shop, and once
# with none but the SKU's, as where people filter and look up.
MAPPINGS = {
    "values": _FIELDS.format(
        sku="id", name="keyword", description="text, stored", brand="keyword, facet"
    ),
    "words": _FIELDS.format(
        sku="id", name="text^5, suggest", description="text", brand="keyword^2, facet"
    ),
}
_INDEXER = """\
from searchsvc.indexing import Indexer

indexer = Indexer(
    index="products", source="shop", sql="SELECT * FROM products", key="id",
    watermark="updated_at", every="5s",
)
"""
_TEXTS = 5_000  # different ones; the numbers beside them differ in each row


@contextmanager
def mariadb() -> Iterator[str]:
    """The url of a new server, without a client's name."""
    from tests.support.mariadb import MariaDB, find_mariadb

    binary = find_mariadb()
    if binary is None:
        sys.exit("no MariaDB: install mariadb-server")
    with tempfile.TemporaryDirectory() as folder:
        started = MariaDB(binary, Path(folder))
        started.start()
        try:
            yield started.url.replace("+pymysql", "")
        finally:
            started.stop()


@contextmanager
def opensearch() -> Iterator[str]:
    """The url of a new server."""
    from tests.support.servers import DISTRIBUTIONS, Server, lacking

    distribution = DISTRIBUTIONS["opensearch"]
    if why := lacking(distribution):
        sys.exit(why)
    server = Server(distribution)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


def execute(url: str, *statements: str) -> None:
    """Run and commit statements."""
    from sqlalchemy import create_engine

    options = {"no_parameters": True}  # so that % is a remainder
    engine = create_engine(url.replace("mysql:", "mysql+pymysql:"), execution_options=options)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def rows_sent(url: str) -> int:
    """How many rows the server has sent to anybody so far."""
    from sqlalchemy import create_engine

    engine = create_engine(url.replace("mysql:", "mysql+pymysql:"))
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SHOW GLOBAL STATUS LIKE 'Rows_sent'").one()
    engine.dispose()
    return int(found[1])


def make_shop(url: str, count: int, seed: int = 7) -> str:
    """A database with `count` products, some 750 bytes each as JSON; its url."""
    draw = random.Random(seed)
    words = vocabulary()
    texts = ", ".join(str((n, *_text(draw, words))) for n in range(_TEXTS))
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    execute(url, "CREATE DATABASE shop CHARACTER SET utf8mb4")
    url = f"{url}/shop"
    execute(
        url,
        "CREATE TABLE texts (id INT PRIMARY KEY, name VARCHAR(200), description TEXT)",
        f"INSERT INTO texts VALUES {texts}",
        f"CREATE TABLE products ({columns}, KEY changed (updated_at, id))",
        f"INSERT INTO products SELECT {_VALUES}"
        f" FROM seq_1_to_{count} s STRAIGHT_JOIN texts t ON t.id = s.seq % {_TEXTS}",
        "ANALYZE TABLE products",
    )
    return url


_VALUES = """\
seq, CONCAT('SKU-', seq), CONCAT(name, ' ', seq), description, CONCAT('Brand ', seq % 300),
CONCAT('Category ', seq % 40), 1 + seq % 3, seq % 100000 / 100, seq % 997 / 13, seq % 50 / 10,
seq % 500, seq % 7 > 0, CONCAT('{"color": "c', seq % 16, '", "sizes": [', seq % 10, ', 12]}'),
'2024-01-01' + INTERVAL seq * 1000001 MICROSECOND, '2025-01-01' + INTERVAL seq * 2000003 MICROSECOND
"""


def _text(draw: random.Random, words: list[str]) -> tuple[str, str]:
    """A name of some words, every fourth with a letter beyond ASCII, and a description."""
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    name = " ".join(draw.choices(words, weights, k=draw.randint(3, 7))).title()
    foreign = name.replace("e", "é", 1) if draw.random() < 0.25 else name
    return foreign, " ".join(draw.choices(words, weights, k=draw.randint(45, 75)))


def make_project(folder: Path, mapping: str, source: str, engine: str):
    """The services of a project that indexes the table at `source` into the server `engine`."""
    from searchsvc.bootstrap import build
    from searchsvc.settings import load

    settings = {
        "sources": {"shop": {"url": source}},
        "engine": {"kind": "opensearch", "hosts": [engine], "allow_http": True, "replicas": 0},
    }
    for name, text in {
        "mappings/products/mapping.yaml": MAPPINGS[mapping],
        "indexers/products.py": _INDEXER,
        "searchsvc.yaml": json.dumps(settings),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return build(load(folder))
