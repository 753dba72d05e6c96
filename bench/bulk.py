"""Rows read to bulk requests answered, by the CPU time of our process, beside the obvious stack.

    python3 dev.py run python bench/bulk.py [--rows 500000] [--rounds 3] [--mapping values]

Ours is the copy of a rebuild: pages read, converted, digested, made into bulk lines, sent, and
counted. Theirs is the same driver's streaming cursor, whose rows as they are go through the better
of the official client's helpers. Both send to a sink that keeps nothing, in turn, each in a
process of its own. With `--mapping words` ours also cuts and stems the texts' words, which theirs
leave to the server.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from shop import MAPPINGS, make_project, make_shop, mariadb
from sink import sink

DRIVERS = ("pymysql", "mysqldb")
SIDES = ("ours", "streaming_bulk", "parallel_bulk")


def main() -> None:
    """All sides of each driver in each round, and the ratios of the rounds."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=500_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--mapping", choices=MAPPINGS, default="values")
    options.add_argument("--side", nargs=3, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.side:
        side, url, engine = chosen.side
        print(run(side, url, engine, chosen.mapping))
        return
    with mariadb() as server, sink() as engine:
        url = make_shop(server, chosen.rows)
        rounds = [
            {
                (driver, side): chosen.rows / _in_process(side, driver, url, engine, chosen.mapping)
                for driver in DRIVERS
                for side in SIDES
            }
            for _ in range(chosen.rounds)
        ]
    for driver in DRIVERS:
        for side in SIDES:
            best = max(result[driver, side] for result in rounds)
            print(f"{driver:8} {side:15} {best:9,.0f} documents/CPU-s")
        ratios = sorted(
            result[driver, "ours"] / max(result[driver, side] for side in SIDES[1:])
            for result in rounds
        )
        print(f"{driver:8} ratio {median(ratios):.2f} (rounds {ratios[0]:.2f} to {ratios[-1]:.2f})")


def _in_process(side: str, driver: str, url: str, engine: str, mapping: str) -> float:
    given = [side, url.replace("mysql:", f"mysql+{driver}:"), engine]
    command = [sys.executable, __file__, "--mapping", mapping, "--side", *given]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def run(side: str, url: str, engine: str, mapping: str) -> float:
    """Seconds of CPU for all rows."""
    if side != "ours":
        return theirs(side, url, engine)
    with tempfile.TemporaryDirectory() as folder:
        return ours(make_project(Path(folder), mapping, url, engine))


def ours(services) -> float:
    """The copy of a rebuild; the gate after it has nothing to count in a sink."""
    from searchsvc.domain.index import IndexVersion
    from searchsvc.domain.run import Checkpoint, RunKind
    from searchsvc.indexing.context import no_failpoint
    from searchsvc.indexing.rebuild import Allowed, Rebuild
    from searchsvc.indexing.records import RunRecords

    runner = services.runner("products")
    parts = runner._parts
    spent = 0.0

    def begin(lease) -> IndexVersion:
        return IndexVersion.new("products", services._clock.now(), lease.number)

    def work(context, version: IndexVersion) -> None:
        nonlocal spent
        parts.store.create(version, runner.recipe)
        parts.source.page(None, 1)  # connects
        started = time.process_time()
        Rebuild(parts, context, version, Allowed())._copy(Checkpoint(version.name, "bench", 0))
        spent = time.process_time() - started

    RunRecords(parts, no_failpoint).run(RunKind.REBUILD, begin, work, None, 0.0)
    services.close()
    return spent


def theirs(helper: str, url: str, engine: str) -> float:
    """A streaming cursor of dicts, and one of the client's helpers."""
    from opensearchpy import OpenSearch, helpers

    client = OpenSearch(engine)
    client.info()
    documents = dict_rows(url)
    next(documents)
    started = time.process_time()
    actions = (
        {"_index": "products", "_id": document["id"], "_source": document} for document in documents
    )
    for done, item in getattr(helpers, helper)(client, actions):
        if not done:
            raise SystemExit(f"not written: {item}")
    return time.process_time() - started


def dict_rows(url: str):
    """The table's rows as the documents that a search returns; first what `execute` says."""
    from sqlalchemy import make_url

    target = make_url(url)
    if "pymysql" in target.drivername:
        import pymysql as library
        from pymysql.cursors import SSDictCursor
    else:
        import MySQLdb as library  # noqa: N813
        from MySQLdb.cursors import SSDictCursor
    connection = library.connect(
        host=target.host, port=target.port, user=target.username, database=target.database,
        charset="utf8mb4", cursorclass=SSDictCursor,
    )  # fmt: skip
    with connection.cursor() as cursor:
        yield cursor.execute("SELECT * FROM products")
        for row in cursor:
            row["attributes"] = json.loads(row["attributes"])
            row["in_stock"] = bool(row["in_stock"])
            yield row
    connection.close()


if __name__ == "__main__":
    main()
