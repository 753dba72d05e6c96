"""Rows read from MySQL for each second of CPU: PyMySQL against mysqlclient, values alike.

    python3 dev.py run python bench/reading.py [--rows 100000] [--rounds 3] [--url mysql://root@host]

Each client reads the whole table page by page through `SqlSource.page`, as a rebuild does, in a
process of its own whose CPU time is compared. Without --url a MariaDB is started for it.
"""

import argparse
import gc
import json
import random
import subprocess
import sys
import time
from contextlib import nullcontext

from shop import mariadb

CLIENTS = ("pymysql", "mysqldb")
TABLE = "searchsvc_bench.products"
COLUMNS = {
    "id": "BIGINT UNSIGNED PRIMARY KEY",
    "name": "VARCHAR(120)",
    "brand_id": "INT",
    "price": "DECIMAL(10,2)",
    "weight": "DOUBLE",
    "status": "ENUM('draft','live','gone')",
    "in_stock": "TINYINT(1)",
    "description": "TEXT",
    "released": "DATE",
    "updated_at": "DATETIME(6)",
}


def main() -> None:
    """Both clients in turn, and the ratio of the best of each."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--url", help="a server whose database searchsvc_bench may be made anew")
    options.add_argument("--client", choices=CLIENTS, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.client:
        print(json.dumps(read(chosen.url.replace("mysql:", f"mysql+{chosen.client}:"))))
        return
    with nullcontext(chosen.url) if chosen.url else mariadb() as url:
        make_table(url, chosen.rows)
        results = {client: [] for client in CLIENTS}
        for _ in range(chosen.rounds):
            for client in CLIENTS:
                results[client].append(_in_process(client, url))
    best = {client: chosen.rows / min(r["cpu"] for r in results[client]) for client in CLIENTS}
    for client in CLIENTS:
        wall = chosen.rows / min(r["wall"] for r in results[client])
        print(f"{client}: {best[client]:9,.0f} rows/CPU-s, {wall:9,.0f} rows/s")
    print(f"ratio by CPU time: {best['mysqldb'] / best['pymysql']:.2f}")


def make_table(url: str, count: int, seed: int = 7) -> None:
    """`count` rows of about 500 bytes, with a NULL here and there."""
    from sqlalchemy import create_engine

    engine = create_engine(url.replace("mysql:", "mysql+pymysql:"))
    draw = random.Random(seed)
    marks = ", ".join(["%s"] * len(COLUMNS))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS searchsvc_bench")
        connection.exec_driver_sql("CREATE DATABASE searchsvc_bench CHARACTER SET utf8mb4")
        columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        connection.exec_driver_sql(f"CREATE TABLE {TABLE} ({columns})")
        for start in range(0, count, 5_000):
            rows = [_row(draw, n) for n in range(start, min(start + 5_000, count))]
            connection.exec_driver_sql(f"INSERT INTO {TABLE} VALUES ({marks})", rows)
    engine.dispose()


def _row(draw: random.Random, number: int) -> tuple:
    words = " ".join(f"word{draw.randint(1, 5000)}" for _ in range(40))
    day = f"20{draw.randint(10, 25)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
    return (
        number, f"Prodüct {number}", draw.randint(1, 300), f"{draw.uniform(1, 999):.2f}",
        draw.uniform(0, 50), draw.choice(("draft", "live", "gone")), draw.randint(0, 1), words,
        None if number % 10 == 0 else day, f"{day} 10:00:00.{draw.randint(0, 999_999):06}",
    )  # fmt: skip


def _in_process(client: str, url: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--client", client, "--url", url]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def read(url: str) -> dict[str, float]:
    """CPU and wall time of all pages."""
    from searchsvc.indexing import Indexer
    from searchsvc.sources.sql import SqlSource

    indexer = Indexer("products", "shop", f"SELECT * FROM {TABLE}", "id")
    source = SqlSource(indexer, url + "/searchsvc_bench")
    source.page(None, 1)  # imports and connects
    gc.set_threshold(50_000, 20, 50)  # as bootstrap sets it for rebuilds
    started, cpu = time.perf_counter(), time.process_time()
    after = None
    while True:
        page = source.page(after, indexer.page_size)
        if len(page.by_id) < indexer.page_size:
            break
        after = page.last
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - started}


if __name__ == "__main__":
    main()
