"""One keystroke on a page with four refined facets, beside Searchkit over the same OpenSearch.

    python3 dev.py run python bench/page.py [--rows 30000] [--searches 150] [--rounds 5]

Both are sent the five requests that InstantSearch makes of such a page, in one POST: the hits, and
each refined facet without its own refinement. Pages have twenty hits or more with all words: with
fewer we look for near ones, which takes more searches. Times over one connection each, the sides in
turns for every keystroke; searches of the engine by its own count. Nothing is answered from a cache
of ours. Searchkit has an index of its own with the mapping that its documentation shows; it is
installed by npm into a temporary folder.
"""

import argparse
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import orjson
from rows import SQL, queries
from server import answered, free_port, served, started
from sides import Bench, connected

OURS = "/compat/algolia/1/indexes/*/queries"
OTHERS = "searchkit_products"
TEXT = {"type": "text", "fields": {"keyword": {"type": "keyword"}}}
MAPPING = {
    "name": {"type": "text"}, "brand": TEXT, "description": {"type": "text"}, "category": TEXT,
    "in_stock": TEXT, "price": {"type": "float"},
}  # fmt: skip
ENOUGH = 20
FACETS = ["brand", "category", "in_stock", "price"]


def main() -> None:
    """Fill both indexes, send the same pages in turns, and print the ratio."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=30_000)
    options.add_argument("--searches", type=int, default=150)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    if not (shutil.which("node") and shutil.which("npm")):
        sys.exit("needs node and npm, for Searchkit")
    with ExitStack() as stack:
        bench = Bench(stack, chosen)
        folder = bench.on_engine
        fill(bench.engine, folder / "products.db")
        port = searchkit(stack, bench.engine, folder)
        ours = stack.enter_context(served(folder))
        compare(bench, {"ours": (ours.port, OURS), "Searchkit": (port, "/")}, chosen)


def fill(url: str, database: Path) -> None:
    """Searchkit's index, of the same rows."""
    names = SQL.partition("SELECT ")[2].partition(" FROM")[0].split(", ")
    body = {"settings": {"number_of_shards": 1, "number_of_replicas": 0}}
    httpx.put(f"{url}/{OTHERS}", json={**body, "mappings": {"properties": MAPPING}})
    rows = sqlite3.connect(database).execute(SQL)
    while page := rows.fetchmany(2_000):
        lines = []
        for row in page:
            values = dict(zip(names, row, strict=True))
            values["in_stock"] = "true" if values["in_stock"] else "false"
            kept = {name: values[name] for name in MAPPING}
            lines += [{"index": {"_id": str(values["id"])}}, kept]
        data = b"".join(orjson.dumps(line) + b"\n" for line in lines)
        headers = {"Content-Type": "application/x-ndjson"}
        sent = httpx.post(f"{url}/{OTHERS}/_bulk", content=data, headers=headers, timeout=60)
        if sent.json()["errors"]:
            sys.exit(sent.text[:500])
    httpx.post(f"{url}/{OTHERS}/_forcemerge?max_num_segments=1", timeout=120)
    httpx.post(f"{url}/{OTHERS}/_refresh", timeout=60)


def searchkit(stack: ExitStack, url: str, folder: Path) -> int:
    """The port of its server."""
    made = folder / "searchkit"
    shutil.copytree(Path(__file__).parent / "searchkit", made)
    subprocess.run(["npm", "install", "--silent", "--no-audit"], cwd=made, check=True)
    port = free_port()
    command = ["node", made / "server.mjs", str(port), url, OTHERS]
    stack.enter_context(started(command, port))
    return port


def pages(count: int) -> Iterator[list[dict[str, Any]]]:
    """Keystrokes within texts, each with one to three values of each facet chosen."""
    draw = random.Random(5)
    for text in queries(count, seed=3):
        word = text.split()[0]
        typed = word[: max(3, len(word) - draw.randint(0, 2))]
        low = draw.randint(0, 400)
        refined = {
            "brand": [f"brand:Brand {n}" for n in draw.sample(range(1, 301), 60)],
            "category": [f"category:Category {n}" for n in draw.sample(range(1, 41), 8)],
            "in_stock": ["in_stock:true"],
        }
        yield list(requests(typed, refined, [f"price>={low}", f"price<={low + 500}"]))


def with_hits(port: int, count: int) -> list[list[dict[str, Any]]]:
    """So many pages that have enough hits, by our own server."""
    found = []
    with connected(port) as connection:
        for page in pages(50 * count):
            answer = orjson.loads(answered(connection, posted(OURS, page)))
            if answer["results"][0]["nbHits"] >= ENOUGH:
                found.append(page)
            if len(found) == count:
                return found
    sys.exit("too few pages have hits")


def requests(
    typed: str, refined: dict[str, list[str]], numbers: list[str]
) -> Iterator[dict[str, Any]]:
    """What InstantSearch sends of one page."""
    shared = {"query": typed, "highlightPreTag": "__ais-highlight__", "maxValuesPerFacet": 20}
    hits = {"facets": FACETS, "hitsPerPage": 20, "page": 0, "numericFilters": numbers}
    yield shared | hits | {"facetFilters": [*refined.values()]}
    counts = {"hitsPerPage": 0, "analytics": False, "page": 0}
    for name in refined:
        others = [values for of, values in refined.items() if of != name]
        yield (
            shared | counts | {"facets": [name], "facetFilters": others, "numericFilters": numbers}
        )
    yield shared | counts | {"facets": ["price"], "facetFilters": [*refined.values()]}


def posted(path: str, page: Sequence[dict[str, Any]]) -> bytes:
    """A page as one request."""
    body = orjson.dumps([{"indexName": "products", "params": one} for one in page])
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: text/plain\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def searches(url: str, index: str) -> int:
    """How many searches the engine has made of an index."""
    told = httpx.get(f"{url}/{index}/_stats/search").json()
    return int(told["_all"]["total"]["search"]["query_total"])


def compare(bench: Bench, sides: dict[str, tuple[int, str]], chosen: argparse.Namespace) -> None:
    """Print medians of both, and their ratio."""
    sent = with_hits(sides["ours"][0], chosen.searches)
    indexes = {"ours": bench.index, "Searchkit": OTHERS}
    before = {name: searches(bench.engine, index) for name, index in indexes.items()}
    taken: dict[str, list[float]] = {name: [] for name in sides}
    with ExitStack() as stack:
        connections = {
            name: stack.enter_context(connected(port)) for name, (port, _) in sides.items()
        }
        for number in range(chosen.rounds + 1):
            for page in sent:
                for name, (_, path) in sides.items():
                    request = posted(path, page)
                    begun = time.perf_counter()
                    answer = answered(connections[name], request)
                    if number:  # the first round warms
                        taken[name].append((time.perf_counter() - begun) * 1000)
                    if len(orjson.loads(answer)["results"]) != len(page):
                        sys.exit(f"{name}: {answer[:300]!r}")
    posts = len(sent) * (chosen.rounds + 1)
    for name, index in indexes.items():
        each = (searches(bench.engine, index) - before[name]) / posts
        print(f"{name}: p50 {median(taken[name]):.2f} ms, {each:.2f} searches of the engine a page")
    ratio = median(taken["ours"]) / median(taken["Searchkit"])
    print(f"p50 of ours / Searchkit's: {ratio:.2f}")


if __name__ == "__main__":
    main()
