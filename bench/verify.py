"""Verify beside reconcile: what it costs to prove that an index equals its table.

    python3 dev.py run python bench/verify.py [--rows 200000] [--engine opensearch]

Both compare the same equal sides, in turn: a table in SQLite with the embedded engine, or one in
MariaDB with OpenSearch. Printed are seconds, and how many of the rows each of them has read out
of the source; of the servers also what they say themselves of one `verify`.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import indexing
import shop
from rows import make_products

RUNS = ("verify", "reconcile")


def main() -> None:
    """The runs in turn, and their ratio."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=200_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--engine", choices=("embedded", "opensearch"), default="embedded")
    options.add_argument("--only", choices=RUNS, help="one of the two")
    chosen = options.parse_args()
    runs = (chosen.only,) if chosen.only else RUNS
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    read = {}
    with globals()[chosen.engine](chosen.rows) as (services, sent):
        runner = services.runner("products")
        runner.rebuild()
        for _ in range(chosen.rounds):
            for name, taken in seconds.items():
                before = sent()
                started = time.perf_counter()
                run, _ = getattr(runner, name)()
                taken.append(time.perf_counter() - started)
                read[name] = run.counts.read
                if run.drift:
                    raise SystemExit(f"{name} found {run.drift} documents wrong")
                left = {what: number - before[what] for what, number in sent().items()}
                print(f"{name}: {taken[-1]:.2f} s", *(f"{n:,} {what}" for what, n in left.items()))
        services.close()
    for name, taken in seconds.items():
        share = read[name] / chosen.rows
        print(f"{name:9} {min(taken):6.2f} s, {share:7.2%} of the rows read")
    if not chosen.only:
        print(f"ratio: {min(seconds['verify']) / min(seconds['reconcile']):.3f}")


@contextmanager
def embedded(rows: int) -> Iterator[tuple]:
    """A project on files."""
    with tempfile.TemporaryDirectory() as folder:
        make_products(Path(folder) / "products.db", rows)
        yield indexing.make_project(Path(folder)), dict


@contextmanager
def opensearch(rows: int) -> Iterator[tuple]:
    """A project on servers, and what those have sent so far."""
    with shop.mariadb() as server, shop.opensearch() as engine:
        url = shop.make_shop(server, rows)
        with tempfile.TemporaryDirectory() as folder:
            services = shop.make_project(Path(folder), "words", url, engine)

            def sent() -> dict[str, int]:
                """Rows, sums of buckets too, and answers, which hold up to 10,000 sums each."""
                path = "/products*/_stats/search"
                stats = services.store._client.json("GET", path, doing="")["_all"]["total"]
                return {
                    "rows sent by MariaDB": shop.rows_sent(url),
                    "answers by OpenSearch": stats["search"]["query_total"],
                }

            yield services, sent


if __name__ == "__main__":
    main()
