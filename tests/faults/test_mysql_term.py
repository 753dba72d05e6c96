"""SIGTERM of `searchsvc index rebuild` on MariaDB: soon over, told, and gone on with."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.mysql_shop import MySQLShop, new_shop
from tests.support.command import COMMAND, run_command

ROWS, PAGE = 4_000, 200
MAPPING = "fields:\n  name: text^3\n  price: number, sort\n"
# Each row takes a moment, so that there is something to interrupt, and is noted.
INDEXER = f"""\
import time
from pathlib import Path
from searchsvc.indexing import Indexer

seen = Path(__file__).with_name("seen").open("a", encoding="utf-8")


def to_document(row):
    seen.write(f"{{row['id']}}\\n")
    seen.flush()
    time.sleep(0.0005)
    return {{"name": row["name"], "price": row["price"]}}


indexer = Indexer(
    index="products", source="shop", sql="SELECT id, name, price, updated_at FROM products",
    key="id", watermark="updated_at", page_size={PAGE}, to_document=to_document,
)
"""


@pytest.fixture
def shop(mysql_url: str) -> Iterator[MySQLShop]:
    """A shop of twenty pages."""
    with new_shop(mysql_url, ROWS) as made:
        yield made


@pytest.fixture
def folder(shop: MySQLShop, tmp_path: Path) -> Path:
    """A project over it."""
    files = {
        "mappings/products/mapping.yaml": MAPPING,
        "indexers/products.py": INDEXER,
        "searchsvc.yaml": f"sources: {{shop: {{url: {json.dumps(shop.url())}}}}}\n"
        "indexing: {checkpoint_seconds: 0.2}\n",
    }
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def seen(folder: Path) -> int:
    """How many rows the indexer has been given."""
    try:
        return (folder / "indexers/seen").read_text(encoding="utf-8").count("\n")
    except FileNotFoundError:
        return 0


def test_a_rebuild_that_is_asked_to_end_ends_and_is_gone_on_with(folder):
    """Within ten seconds, after one page more at most, with exit code 130 and a word of why.

    The next rebuild goes on from the checkpoint and reads less than all.
    """
    process = subprocess.Popen(
        [COMMAND, "index", "rebuild", "products"], cwd=folder, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "160"},
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while seen(folder) < ROWS / 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    asked, read = time.monotonic(), seen(folder)
    process.send_signal(signal.SIGTERM)
    _, error = process.communicate(timeout=30)
    assert time.monotonic() - asked < 10
    assert process.returncode == 130
    assert error == "interrupted: the run on index 'products' was stopped; start it again\n"
    # The page that was under way, and one that may have begun as the signal came.
    assert seen(folder) <= (read // PAGE + 2) * PAGE < ROWS

    before = seen(folder)
    ended = run_command("index", "rebuild", "products", folder=folder)

    assert ended.code == 0
    found = re.search(r"rebuild succeeded in .*: ([\d,]+) read", ended.out)
    assert found is not None, ended.out
    again = int(found[1].replace(",", ""))
    assert again < ROWS
    assert again >= ROWS - before
    (version,) = json.loads(run_command("versions", "products", "--json", folder=folder).out)
    assert (version["documents"], version["live"]) == (ROWS, True)
