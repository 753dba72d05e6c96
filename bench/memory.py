"""Peak memory of a rebuild, as the command line runs it.

python3 dev.py run python bench/memory.py [--rows 200000]
"""

import argparse
import resource
import subprocess
import tempfile
import time
from pathlib import Path

from indexing import make_project
from rows import make_products


def main() -> None:
    """The peak resident memory of one `searchsvc index rebuild`."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=200_000)
    rows = options.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        make_products(Path(folder) / "products.db", rows)
        make_project(Path(folder)).close()
        started = time.perf_counter()
        command = ["searchsvc", "-C", folder, "index", "rebuild", "products"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=900)
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{rows:,} rows in {seconds:.1f} s, peak memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()
