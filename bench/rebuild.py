"""Wall time of a rebuild into OpenSearch, beside a writer that only sends, and the obvious stack.

    python3 dev.py run python bench/rebuild.py [--rows 200000] [--rounds 3] [--mapping words]

`bare` sends our own bulk lines, made beforehand, in requests of one fixed size, two at a time,
and refreshes; its best size counts. Ours is a whole `rebuild`: read, convert, send, count both
sides, compare a sample, swap. The obvious stack is PyMySQL's streaming cursor and the official
client's `parallel_bulk` into an index of the like fields with the server's own analysis. All run
in turn on the same servers.
"""

import argparse
import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from bulk import DRIVERS, dict_rows
from shop import MAPPINGS, make_project, make_shop, mariadb, opensearch

SIZES = {"bare 1 MiB": 1 << 20, "bare 4 MiB": 4 << 20, "bare 12 MiB": 12 << 20}
SIDES = (*SIZES, *DRIVERS, "obvious")


def main() -> None:
    """Every side in each round, and the ratios of the rounds."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=200_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--mapping", choices=MAPPINGS, default="words")
    options.add_argument("--side", nargs=4, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.side:
        print(run(*chosen.side, chosen.mapping))
        return
    with mariadb() as server, opensearch() as engine, tempfile.TemporaryDirectory() as folder:
        url, lines = make_shop(server, chosen.rows), str(Path(folder) / "lines")
        for side in ("prepare", "bare 4 MiB", "obvious"):  # a server runs slowly at first
            _in_process(side, url, engine, lines, chosen.mapping)
        rounds = [
            {
                side: _in_process(side, url, engine, lines, chosen.mapping)
                for side in (*SIDES[first:], *SIDES[:first])
            }
            for first in range(chosen.rounds)
        ]
    for side in SIDES:
        seconds = min(result[side] for result in rounds)
        print(f"{side:12} {seconds:6.1f} s {chosen.rows / seconds:8,.0f} documents/s")
    for driver in DRIVERS:
        for name, others in (("bare", tuple(SIZES)), ("obvious", ("obvious",))):
            found = sorted(r[driver] / min(r[other] for other in others) for r in rounds)
            rest = f"(rounds {found[0]:.2f} to {found[-1]:.2f})"
            print(f"{driver:8} of {name:8} {median(found):.2f} {rest}")


def _in_process(side: str, url: str, engine: str, lines: str, mapping: str) -> float:
    command = [sys.executable, __file__, "--mapping", mapping, "--side", side, url, engine, lines]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def run(side: str, url: str, engine: str, lines: str, mapping: str) -> float:
    """Seconds of one side; the server has nothing of it afterwards."""
    driver = side if side in DRIVERS else "pymysql"
    url = url.replace("mysql:", f"mysql+{driver}:")
    with tempfile.TemporaryDirectory() as folder:
        services = make_project(Path(folder), mapping, url, engine)
        try:
            if side == "prepare":
                return prepare(services, Path(lines))
            if side == "obvious":
                return obvious(url, engine, mapping)
            if side in SIZES:
                return bare(services, engine, Path(lines), SIZES[side])
            return ours(services)
        finally:
            services.close()
            _ask(engine, "DELETE", "/products*")


def prepare(services, lines: Path) -> float:
    """Write the bulk lines of all rows to a file."""
    from searchsvc.engines.elastic.documents import converter

    parts = services.runner("products")._parts
    convert = converter(services.definitions["products"])
    after = None
    with lines.open("wb") as file:
        while (reading := parts.reader.page(after, 2_000)).rows:
            file.writelines(map(convert, reading.writes))
            after = reading.last
    return 0.0


def bare(services, engine: str, lines: Path, size: int) -> float:
    """Post the file's lines in requests of `size` bytes."""
    from searchsvc.bootstrap import native_body

    body = native_body(services.definitions["products"])
    return posted(engine, "products-bare", body, lines, size)


def posted(engine: str, index: str, body: dict, lines: Path, size: int) -> float:
    """Seconds to post the file's lines into a new index, two requests of `size` bytes at a time."""
    _ask(engine, "PUT", f"/{index}", json.dumps(body).encode())
    started = time.perf_counter()
    path = f"/{index}/_bulk?filter_path=errors"
    with ThreadPoolExecutor(2) as threads:
        sent: deque[Future] = deque()
        for part in _parts(lines, size):
            if len(sent) > 2:
                sent.popleft().result()
            sent.append(threads.submit(_ask, engine, "POST", path, part))
        for future in sent:
            future.result()
    _ask(engine, "POST", f"/{index}/_refresh")
    return time.perf_counter() - started


def _parts(lines: Path, size: int) -> Iterator[bytes]:
    """The file in whole documents."""
    with lines.open("rb") as file:
        while chunk := file.readlines(size):
            if len(chunk) % 2:
                chunk.append(file.readline())
            yield b"".join(chunk)


def ours(services) -> float:
    """A rebuild, from its first statement to its swap."""
    started = time.perf_counter()
    services.runner("products").rebuild()
    return time.perf_counter() - started


def obvious(url: str, engine: str, mapping: str) -> float:
    """Rows as dicts through the official client's helper."""
    from opensearchpy import OpenSearch, helpers

    client = OpenSearch(engine)
    body = {"mappings": {"properties": _plain(mapping)}}
    client.indices.create(index="products-obvious", body=body)
    started = time.perf_counter()
    rows = dict_rows(url)
    next(rows)
    actions = ({"_index": "products-obvious", "_id": r["id"], "_source": r} for r in rows)
    for done, item in helpers.parallel_bulk(client, actions):
        if not done:
            raise SystemExit(f"not written: {item}")
    client.indices.refresh(index="products-obvious")
    return time.perf_counter() - started


def _plain(mapping: str) -> dict[str, dict]:
    """The like fields as one declares them by hand."""
    kinds = {"number": "double", "bool": "boolean", "json": "object", "id": "text"}
    stored = {"stored": {"type": "text", "index": False}, "json": {"type": "object"}}
    found = {}
    for line in MAPPINGS[mapping].splitlines()[1:]:
        name, _, declared = line.strip().partition(":")
        kind, *flags = declared.replace("^", ",").replace(" ", "").split(",")
        found[name] = stored.get(flags[-1] if flags else "", {"type": kinds.get(kind, kind)})
    return found


def _ask(engine: str, method: str, path: str, body: bytes | None = None) -> None:
    connection = http.client.HTTPConnection(urlsplit(engine).netloc, timeout=120)
    connection.request(method, path, body, {"content-type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 400 or b'"errors":true' in text:
        raise SystemExit(f"{method} {path}: {text[:300]}")
    connection.close()


if __name__ == "__main__":
    main()
