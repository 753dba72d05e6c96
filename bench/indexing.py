"""Rows to committed documents: a whole rebuild against bare tantivy fed with ready documents.

    python3 dev.py run python bench/indexing.py [--rows 50000] [--rounds 3]

Both sides run in processes of their own, in turn, and are compared by their CPU time. The bare
side is handed dictionaries that are read already, and indexes and commits them; ours also reads
the rows, converts and checks them, writes, commits, passes the gate and swaps.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import orjson
from rows import MAPPING, SQL, make_products

SIDES = ("bare", "ours")


def main() -> None:
    """Both sides in turn, and the ratio of the best of each."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=50_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.side:
        print(json.dumps(globals()[chosen.side](chosen.folder)))
        return
    with tempfile.TemporaryDirectory() as folder:
        make_products(Path(folder) / "products.db", chosen.rows)
        results = {side: [] for side in SIDES}
        for number in range(chosen.rounds):
            for side in SIDES:
                results[side].append(_in_process(side, Path(folder), number))
    for side in SIDES:
        for unit in ("cpu", "wall"):
            seconds = min(result[unit] for result in results[side])
            print(f"{side:5} {unit:4} {chosen.rows / seconds:9,.0f} documents/s")
    print(f"ratio by CPU time:  {_ratio(results, 'cpu'):.2f}")
    print(f"ratio by wall time: {_ratio(results, 'wall'):.2f}")


def _in_process(side: str, folder: Path, number: int) -> dict[str, float]:
    target = folder / f"{side}-{number}"
    target.mkdir()
    (target / "products.db").symlink_to(folder / "products.db")
    command = [sys.executable, __file__, "--side", side, "--folder", str(target)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def _ratio(results: dict[str, list[dict[str, float]]], unit: str) -> float:
    """How many of the bare side's documents ours makes in the same time."""
    best = {side: min(r[unit] for r in results[side]) for side in SIDES}
    return best["bare"] / best["ours"]


def bare(folder: Path) -> dict[str, float]:
    """The library alone: dictionaries in, the very fields that our index has, one commit."""
    import sqlite3

    import tantivy

    database = sqlite3.connect(folder / "products.db")
    database.row_factory = sqlite3.Row
    documents = [dict(row) for row in database.execute(SQL)]
    index = tantivy.Index(_schema(), path=str(folder))
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    index.register_tokenizer("searchsvc_words", words.filter(tantivy.Filter.lowercase()).build())

    started, cpu = time.perf_counter(), time.process_time()
    writer = index.writer(heap_size=64_000_000, num_threads=1)
    for number, row in enumerate(documents):
        writer.add_document(_document(tantivy.Document(), number, row))
    writer.commit()
    writer.wait_merging_threads()
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - started}


def _schema():
    from searchsvc.definitions.mappings import parse_mapping
    from searchsvc.engines.embedded.schema import build

    return build(parse_mapping("products", MAPPING))


def _document(document, number: int, row: dict):
    """One row as a tantivy document, by hand."""
    document.add_text("_id", str(row["id"]))
    document.add_integer("_version", 1)
    document.add_integer("_digest", number)
    document.add_bytes("_source", orjson.dumps(row))
    document.add_float("_boost", math.log(1 + row["sales"]))
    document.add_text("words0", row["name"])
    document.add_text("whole0", row["name"].lower())
    document.add_text("words1", row["brand"])
    document.add_text("whole1", row["brand"].lower())
    document.add_text("value1", row["brand"])
    document.add_text("words2", row["description"])
    document.add_text("value3", row["category"])
    document.add_float("value4", row["price"])
    document.add_float("sort4", row["price"])
    document.add_boolean("value5", bool(row["in_stock"]))
    moment = datetime.fromisoformat(row["updated_at"])
    document.add_integer("value6", int(moment.timestamp() * 1_000_000))
    document.add_integer("sort6", int(moment.timestamp() * 1_000_000))
    document.add_float("value7", float(row["sales"]))
    return document


def ours(folder: Path) -> dict[str, float]:
    """A rebuild of an ordinary project."""
    services = make_project(folder)
    started, cpu = time.perf_counter(), time.process_time()
    services.runner("products").rebuild()
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - started}


def make_project(folder: Path):
    """The services of a project with one index over `products.db` in `folder`."""
    from searchsvc.bootstrap import build
    from searchsvc.settings import load

    (folder / "mappings" / "products").mkdir(parents=True)
    (folder / "mappings" / "products" / "mapping.yaml").write_text(MAPPING)
    (folder / "indexers").mkdir()
    (folder / "indexers" / "products.py").write_text(
        "from searchsvc.indexing import Indexer\n"
        f"indexer = Indexer(index='products', source='shop', sql={SQL!r}, key='id',"
        " watermark='updated_at', every='30s')\n"
    )
    (folder / "searchsvc.yaml").write_text('sources: {shop: {url: "sqlite:///products.db"}}\n')
    return build(load(folder))


if __name__ == "__main__":
    main()
