"""An increment of a hundred changed rows of a large table, from its start to its being searchable.

    python3 dev.py run python bench/increment.py [--rows 1000000] [--rounds 5]

The table is in MariaDB, the index in OpenSearch. Every few seconds, as an indexer's `every` has it,
a hundred rows anywhere in the table change; then an increment runs, once in a process that has
run others, and once as a new one, which remembers nothing. Whatever has changed must be found.
"""

import argparse
import random
import tempfile
import time
from pathlib import Path

from shop import execute, make_project, make_shop, mariadb, opensearch

CHANGED = 100
EVERY = 5.0


def main() -> None:
    """Both kinds of processes in turn: seconds, and rows read."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    draw = random.Random(7)
    with mariadb() as server, opensearch() as engine, tempfile.TemporaryDirectory() as folder:
        url = make_shop(server, chosen.rows)
        services = make_project(Path(folder), "words", url, engine)
        services.runner("products").rebuild()
        taken: dict[str, list[tuple[float, int]]] = {"long-lived": [], "new": []}
        for number in range(chosen.rounds):
            for name, found in taken.items():
                time.sleep(EVERY)
                ids = draw.sample(range(1, chosen.rows + 1), CHANGED)
                word = f"{name.replace('-', '')}{number}"
                change(url, ids, word)
                if name == "new":
                    services.close()
                    services = make_project(Path(folder), "words", url, engine)
                found.append(increment(services, word))
                if name == "long-lived":  # the next one is its second
                    services.runner("products").increment()
        services.close()
    for name, found in taken.items():
        seconds = sorted(seconds for seconds, _ in found)
        rows = max(rows for _, rows in found)
        print(f"{name:10} {seconds[0]:.2f} to {seconds[-1]:.2f} s, at most {rows} rows read")


def change(url: str, ids: list[int], word: str) -> None:
    """Change rows as an application does."""
    execute(
        url,
        f"UPDATE products SET name = '{word}', updated_at = UTC_TIMESTAMP(6)"
        f" WHERE id IN ({', '.join(map(str, ids))})",
    )


def increment(services, word: str) -> tuple[float, int]:
    """Seconds until `word` is found in all documents that have it now, and rows read for it."""
    started = time.perf_counter()
    run = services.runner("products").increment()
    path = f"/products/_count?q=name.words:{word}"
    while services.store._client.json("GET", path, doing="counting")["count"] < CHANGED:
        if time.perf_counter() - started > 30:
            raise SystemExit(f"{word} is not found")
    return time.perf_counter() - started, run.counts.read


if __name__ == "__main__":
    main()
