"""kill -9 of an embedded writer: what it acknowledged is there, and the next writer gets in."""

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from searchsvc.domain.index import Recipe
from searchsvc.domain.query import SearchQuery
from searchsvc.engines.embedded import EmbeddedEngine, EmbeddedStore
from tests.contract.support import PRODUCTS, document, outcomes, version

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from searchsvc.domain.document import Delete
from searchsvc.engines.embedded import EmbeddedStore
from tests.contract.support import document, version

start = int(sys.argv[2])
with EmbeddedStore(Path(sys.argv[1]), writer_memory_mb=15).writer(version()) as writer:
    for n in range(start, start + 100_000):
        writer.write([document(f"{n}-{k}", n, name=f"lamp {n} {k}") for k in range(20)])
        writer.write([Delete(f"{n - 1}-0", n)])
        writer.commit()
        print(n, flush=True)
"""


def _killed_after(root: Path, start: int, seconds: float) -> int:
    """Run a writer, kill it, and return the last number that it acknowledged."""
    command = [sys.executable, "-c", WRITER, str(root), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        first = process.stdout.readline()
        time.sleep(seconds)
        process.kill()
        # A line that the kill cut short was no acknowledgement.
        rest = process.stdout.read().split("\n")[:-1]
    return int([first, *rest][-1])


@pytest.mark.parametrize("seed", range(3))
def test_acknowledged_commits_survive_kill(tmp_path, seed) -> None:
    """After each kill every acknowledged write is found, whole batches only, and no .tmp stays."""
    moments = random.Random(seed)
    store, engine = EmbeddedStore(tmp_path, 15), EmbeddedEngine(tmp_path, poll=0.0)
    store.create(version(), Recipe(PRODUCTS))
    store.swap(version())
    last = 0
    for _ in range(3):
        acknowledged = _killed_after(tmp_path, last + 1, moments.uniform(0, 0.6))
        found = {id for batch in store.ids(version()) for id in batch}
        complete = {f"{n}-{k}" for n in range(1, acknowledged + 1) for k in range(20)}
        deleted = {f"{n}-0" for n in range(1, acknowledged)}
        missing = complete - deleted - found
        assert missing <= {f"{acknowledged}-0"}, "the next batch may be in without being told"
        last = max(int(id.split("-")[0]) for id in found)
        assert last <= acknowledged + 1
        assert len([id for id in found if id.startswith(f"{last}-")]) == 20
        result = asyncio.run(engine.search(SearchQuery("products", limit=0)))
        assert result.total == len(found)
    with store.writer(version()) as writer:
        assert outcomes(writer.write([document("1-0", 1)])) == ["stale"], "deletes are remembered"
        assert not list(tmp_path.rglob(".tmp*"))
