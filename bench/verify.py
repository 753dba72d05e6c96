"""Verify beside reconcile: what it costs to prove that an index equals its table.

    python3 dev.py run python bench/verify.py [--rows 200000]

Both compare the same equal sides, in turn. Printed are seconds, and how many of the rows each of
them has read out of the source.
"""

import argparse
import tempfile
import time
from pathlib import Path

from indexing import make_project
from rows import make_products


def main() -> None:
    """Both comparisons, and their ratio."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=200_000)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make_products(Path(folder) / "products.db", chosen.rows)
        services = make_project(Path(folder))
        runner = services.runner("products")
        runner.rebuild()
        seconds = {"verify": [], "reconcile": []}
        read = {}
        for _ in range(chosen.rounds):
            for name, taken in seconds.items():
                started = time.perf_counter()
                run, _ = getattr(runner, name)()
                taken.append(time.perf_counter() - started)
                read[name] = run.counts.read
                if run.drift:
                    raise SystemExit(f"{name} found {run.drift} documents wrong")
        services.close()
    for name, taken in seconds.items():
        share = read[name] / chosen.rows
        print(f"{name:9} {min(taken):6.2f} s, {share:7.2%} of the rows read")
    print(f"ratio: {min(seconds['verify']) / min(seconds['reconcile']):.3f}")


if __name__ == "__main__":
    main()
