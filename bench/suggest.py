"""Suggestions from a prefix file, beside those that the engine is asked for.

    python3 dev.py run python bench/suggest.py [--entries 1000000] [--requests 3000]

The same made-up names are written to a prefix file and, as documents, to an index of the embedded
engine. Looked up in this process, and over HTTP from workers that serve both: what is typed is
the beginning of a name, as it is or with one typo.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from string import ascii_lowercase
from typing import Any
from urllib.parse import quote

import orjson

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.document import Document, digest
from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.engines.embedded.index import EmbeddedStore
from searchsvc.engines.embedded.search import EmbeddedEngine
from searchsvc.suggestions.entries import Entry, Kind
from searchsvc.suggestions.files import FOLDER, file_of
from searchsvc.suggestions.keys import typed_key
from searchsvc.suggestions.reader import PrefixFile
from searchsvc.suggestions.writer import write_file

NAMES = IndexDefinition(
    "names", (Field("name", FieldType.TEXT, weight=1, suggest=True),
              Field("brand", FieldType.KEYWORD, facet=True, suggest=True, weight=1)),
)  # fmt: skip
VERSION = IndexVersion.new("names", datetime(2026, 11, 28, tzinfo=UTC), 1)
_FOLDER = "BENCH_SUGGEST"
_SYLLABLES = [a + b for a in "bcdfglmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er", "il")]
_ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Build both, look up, serve, and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--entries", type=int, default=1_000_000)
    options.add_argument("--requests", type=int, default=3000)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--documents", type=int, help="indexed, where not as many as entries")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        names = make_names(chosen.entries)
        write_both(folder, names, chosen.documents or chosen.entries)
        file = PrefixFile(file_of(folder / FOLDER, VERSION))
        asked = {kind: typed(names, chosen.requests, kind) for kind in ("exact", "one typo")}
        del names
        for kind, texts in asked.items():
            show(f"look-up, {kind}", timed(lambda text: look_up(file, text), texts))
        some = asked["one typo"]
        known = [text for text in some if file.complete(typed_key(text), edits=True)]
        print(f"  the file knows {len(known) / len(some):.1%} of those, else the engine is asked")
        asked["one typo that the file knows"] = known
        with serving(folder, chosen.workers) as (port, workers):
            mean = {}
            for kind, texts in asked.items():
                for source in ("file", "engine"):
                    some = texts if source == "file" else texts[: len(texts) // 5]
                    took = timed(asking(port, source == "engine"), some)
                    mean[source] = sorted(took)[len(took) // 2]
                    show(f"HTTP, {kind}, from the {source}", took)
                print(f"  p50 of the file / engine: {mean['file'] / mean['engine']:.3f}")
            for worker in workers():
                print(f"memory of a worker (PSS): {pss(worker):.0f} MiB")


def make_names(number: int) -> list[tuple[str, float]]:
    """Names of three or four words, about 25 letters, some words far commoner than others."""
    pick = random.Random(7)
    words = [
        "".join(pick.choices(_SYLLABLES, k=pick.choice((2, 2, 3, 3, 4)))) for _ in range(40_000)
    ]
    weights = [1 / (n + 10) for n in range(len(words))]
    chosen = iter(pick.choices(words, weights, k=number * 4))
    found = []
    for _ in range(number):
        some = [next(chosen).capitalize() for _ in range(pick.choice((3, 4)))]
        found.append((f"{' '.join(some)} {pick.randrange(1000)}", pick.paretovariate(1.2)))
    return found


def write_both(folder: Path, names: list[tuple[str, float]], documents: int) -> None:
    """The file in a process of its own, as a server has it made; the index in this one."""
    began = time.monotonic()
    pid = os.fork()
    if not pid:
        path = file_of(folder / FOLDER, VERSION)
        write_file(path, VERSION.name, split(names))
        print(
            f"file of {len(names):,}: {time.monotonic() - began:.1f} s,"
            f" {path.stat().st_size / 2**20:.0f} MiB", flush=True,
        )  # fmt: skip
        os._exit(0)
    os.waitpid(pid, 0)
    store = EmbeddedStore(folder / "indexes", 256)
    store.create(VERSION, Recipe(NAMES))
    began = time.monotonic()
    with store.writer(VERSION, append=True) as writer:
        for begin in range(0, documents, 1000):
            writer.write(
                [document(n, names[n]) for n in range(begin, min(begin + 1000, documents))]
            )
        writer.commit()
    store.swap(VERSION)
    store.close()
    print(f"index of {documents:,} documents: {time.monotonic() - began:.1f} s")


def split(names: list[tuple[str, float]]) -> dict[Kind, list[Entry]]:
    """One in twenty is a query, one in twenty a value, the others are documents."""
    made: dict[Kind, list[Entry]] = {kind: [] for kind in Kind}
    for n, (name, weight) in enumerate(names):
        kind = Kind.QUERY if n % 20 == 0 else Kind.VALUE if n % 20 == 1 else Kind.HIT
        made[kind].append(Entry(name, weight, "name", id=str(n)))
    return made


def document(number: int, name: tuple[str, float]) -> Document:
    """One name; its first word is a brand."""
    source = orjson.dumps({"name": name[0], "brand": name[0].split()[0]})
    values = orjson.loads(source)
    return Document(str(number), 1, values, source, digest(source))


def typed(names: Sequence[tuple[str, float]], number: int, kind: str) -> list[str]:
    """Beginnings of names of 3 to 14 letters, from any word on; or such with one typo."""
    pick = random.Random(8)
    found = []
    while len(found) < number:
        words = pick.choice(names)[0].split()
        text = " ".join(words[pick.randrange(3) :])[: pick.randint(3, 14)].rstrip()
        found.append(text if kind == "exact" else misspelt(text, pick))
    return found


def misspelt(text: str, pick: random.Random) -> str:
    """A letter more, less, wrong, or two swapped, behind the first one."""
    at, letter = pick.randrange(1, max(2, len(text) - 1)), pick.choice(ascii_lowercase)
    before, after = text[:at], text[at + 1 :]
    swapped = text[at : at + 2][::-1] + text[at + 2 :]
    return before + pick.choice((letter + text[at:], after, letter + after, swapped))


def look_up(file: PrefixFile, text: str) -> None:
    """The best eight of each kind, read."""
    found = file.complete(typed_key(text), edits=True)
    for kind in Kind:
        found.entries(kind, 8)


def timed(do: Callable[[str], Any], texts: Sequence[str]) -> list[float]:
    """Seconds of each, after some that are not counted."""
    for text in texts[:100]:
        do(text)
    took = []
    for text in texts:
        began = time.perf_counter()
        do(text)
        took.append(time.perf_counter() - began)
    return took


def show(what: str, took: Sequence[float]) -> None:
    """Percentiles in milliseconds."""
    ordered = sorted(took)
    p50, p99 = (ordered[int(len(ordered) * part)] * 1000 for part in (0.5, 0.99))
    print(f"{what}: p50 {p50:.3f} ms, p99 {p99:.3f} ms")


def asking(port: int, by_engine: bool) -> Callable[[str], None]:
    """Asks over one connection; a filter that all pass goes to the engine."""
    connection = HTTPConnection("127.0.0.1", port)
    narrowed = "&filter=" + quote('NOT brand:"-"') if by_engine else ""

    def ask(text: str) -> None:
        connection.request("GET", f"/v1/indexes/names/suggest?q={quote(text)}{narrowed}")
        reply = connection.getresponse()
        body = reply.read()
        if reply.status != 200:
            raise RuntimeError(body)

    return ask


@contextmanager
def serving(folder: Path, workers: int) -> Iterator[tuple[int, Callable[[], list[int]]]]:
    """The API over both, its port, and what gives the processes of its workers."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start = (
        "from pathlib import Path; from searchsvc.api.server import serve; "
        "from searchsvc.settings import Api; "
        f"serve('suggest:create_app', Api(port={port}, workers={workers}), Path({str(folder)!r}), "
        "drain_seconds=0.0)"
    )
    env = {**os.environ, _FOLDER: str(folder), "PYTHONPATH": f"{_ROOT}:{_ROOT / 'bench'}"}
    process = subprocess.Popen([sys.executable, "-c", start], env=env)
    try:
        wait(port)
        yield port, lambda: children(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def wait(port: int) -> None:
    """Until it answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            asking(port, by_engine=False)("abc")
        except (OSError, RuntimeError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def children(pid: int) -> list[int]:
    """The workers: processes of the server that answer."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [int(line.split()[0]) for line in listed if "spawn_main" in line]


def pss(pid: int) -> float:
    """Proportional set size, MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def create_app() -> Any:
    """The app of a worker of `serving`."""
    from searchsvc.api.app import create_app as app_of
    from searchsvc.api.services import Stores, api_services
    from searchsvc.definitions.curations import CurationFiles
    from searchsvc.search.service import SearchService
    from searchsvc.settings import Api
    from searchsvc.stores.memory import MemoryJudgmentStore, MemoryStateStore
    from searchsvc.suggestions.completer import Completer
    from tests.support.app import HostClock

    folder = Path(os.environ[_FOLDER])
    engine = EmbeddedEngine(folder / "indexes")
    known = {"names": NAMES}
    service = SearchService(engine, known, completions=Completer(folder / FOLDER))
    store, state = EmbeddedStore(folder / "indexes", 64), MemoryStateStore(HostClock())
    stores = Stores(store, state, MemoryJudgmentStore())
    curations = CurationFiles(folder, known)
    return app_of(api_services(service, stores, curations, Api(), folder, engine.close))


if __name__ == "__main__":
    main()
