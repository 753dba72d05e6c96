"""Rows to committed documents: a whole rebuild against bare tantivy fed with ready documents.

    python3 dev.py run python bench/indexing.py [--rows 50000] [--rounds 5]

Both sides run in processes of their own, in turn, and are compared by their CPU time. The bare
side is handed dictionaries that are read already, and indexes and commits them; ours also reads
the rows, converts and checks them, writes, commits, passes the gate and swaps. In the end both
must hold the same terms and numbers in the same fields, or the comparison is refused.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
import zlib
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from statistics import median

import orjson
from rows import MAPPING, SQL, make_products

SIDES = ("bare", "ours")


def main() -> None:
    """Both sides in turn; the best of each, and the ratios of the rounds."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=50_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.side:
        print(json.dumps(globals()[chosen.side](chosen.folder)))
        return
    with tempfile.TemporaryDirectory() as folder:
        make_products(Path(folder) / "products.db", chosen.rows)
        rounds = [
            {side: _in_process(side, Path(folder), number) for side in SIDES}
            for number in range(chosen.rounds)
        ]
    for result in rounds:
        if result["bare"]["holds"] != result["ours"]["holds"]:
            sys.exit(f"the sides do not hold the same: {result}")
    for side in SIDES:
        for unit in ("cpu", "wall"):
            seconds = min(result[side][unit] for result in rounds)
            print(f"{side:5} {unit:4} {chosen.rows / seconds:9,.0f} documents/s")
    print(f"ratio by CPU time:  {_ratios(rounds, 'cpu')}")
    print(f"ratio by wall time: {_ratios(rounds, 'wall')}")


def _in_process(side: str, folder: Path, number: int) -> dict:
    target = folder / f"{side}-{number}"
    target.mkdir()
    (target / "products.db").symlink_to(folder / "products.db")
    command = [sys.executable, __file__, "--side", side, "--folder", str(target)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def _ratios(rounds: list[dict], unit: str) -> str:
    """How many of the bare side's documents ours makes in the same time.

    Of the two runs of a round, since they shared the weather of the machine.
    """
    found = sorted(result["bare"][unit] / result["ours"][unit] for result in rounds)
    return f"{median(found):.2f} (rounds {found[0]:.2f} to {found[-1]:.2f})"


def bare(folder: Path) -> dict:
    """The library alone: dictionaries in, the very fields that our index has, one commit."""
    import sqlite3

    import tantivy

    database = sqlite3.connect(folder / "products.db")
    database.row_factory = sqlite3.Row
    documents = [dict(row) for row in database.execute(SQL)]
    index = tantivy.Index(_schema(), path=str(folder))
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    words = words.filter(tantivy.Filter.remove_long(256)).filter(tantivy.Filter.lowercase())
    index.register_tokenizer("searchsvc_words", words.build())

    started, cpu = time.perf_counter(), time.process_time()
    writer = index.writer(heap_size=64_000_000, num_threads=1)
    for number, row in enumerate(documents):
        writer.add_document(_document(tantivy.Document(), number, row))
    writer.commit()
    writer.wait_merging_threads()
    spent = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - started}
    return {**spent, "holds": _held(index)}


def _schema():
    from searchsvc.definitions.mappings import parse_mapping
    from searchsvc.engines.embedded.schema import build

    return build(parse_mapping("products", MAPPING))


def _document(document, number: int, row: dict):
    """One row as a tantivy document, by hand."""
    document.add_text("_id", str(row["id"]))
    document.add_integer("_version", 1_700_000_000_000_000 + number // 2_000)
    document.add_integer("_slot", row["id"])
    document.add_integer("_checksum", number * 0x9E3779B1 % 2**32)
    document.add_integer("_digest", number * 0x5851F42D4C957F2D % 2**63)  # a hash's bits, for free
    document.add_bytes("_source", orjson.dumps(row))
    document.add_float("_boost", 2.0 ** (4.0 * (1.0 + 0.3 * math.log1p(row["sales"]))) - 2.0)
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
    micros = round(datetime.fromisoformat(row["updated_at"]).timestamp() * 1_000_000)
    document.add_integer("value6", micros)
    document.add_integer("sort6", micros)
    document.add_float("value7", float(row["sales"]))
    return document


def ours(folder: Path) -> dict:
    """A rebuild of an ordinary project."""
    services = make_project(folder)
    started, cpu = time.perf_counter(), time.process_time()
    services.runner("products").rebuild()
    spent = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - started}
    return {**spent, "holds": _held(_opened(folder))}


def _opened(folder: Path):
    import tantivy

    from searchsvc.engines.embedded.analyzers import register

    meta = next((folder / ".searchsvc").rglob("meta.json"))
    index = tantivy.Index.open(str(meta.parent))
    register(index)
    return index


def _held(index) -> dict:
    """What an index holds: a checksum of each field's terms, and the figures of each number."""
    import tantivy

    index.reload()
    searcher = index.searcher()
    held = {"documents": searcher.num_docs}
    for name in ("_id", *(f"{kind}{n}" for kind in ("words", "whole", "value") for n in range(4))):
        with suppress(ValueError):
            terms = searcher.terms_with_prefix(name, "")
            held[name] = len(terms), zlib.crc32(repr(sorted(terms)).encode())
    for name in ("_boost", "value4", "sort4", "value6", "sort6", "value7"):
        asked = {"all": {"stats": {"field": name}}}
        figures = searcher.aggregate(tantivy.Query.all_query(), asked)["all"]
        held[name] = {key: f"{value:.9g}" for key, value in figures.items()}
    return held


def make_project(folder: Path):
    """The services of a project with one index over `products.db` in `folder`."""
    from searchsvc.bootstrap import build
    from searchsvc.settings import load

    write_project(folder)
    return build(load(folder))


def write_project(
    folder: Path,
    url: str = "sqlite:///products.db",
    *,
    engine: str = "",
    mapping: str = MAPPING,
    sql: str = SQL,
) -> None:
    """The files of a project with the index `products`; `engine` are lines of its settings."""
    (folder / "mappings" / "products").mkdir(parents=True)
    (folder / "mappings" / "products" / "mapping.yaml").write_text(mapping)
    (folder / "indexers").mkdir()
    (folder / "indexers" / "products.py").write_text(
        "from searchsvc.indexing import Indexer\n"
        f"indexer = Indexer(index='products', source='shop', sql={sql!r}, key='id',"
        " watermark='updated_at', every='30s')\n"
    )
    (folder / "searchsvc.yaml").write_text(f'sources: {{shop: {{url: "{url}"}}}}\n{engine}')


if __name__ == "__main__":
    main()
