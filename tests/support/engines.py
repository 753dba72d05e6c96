"""Every engine that the same tests run on."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from searchsvc.engines.elastic import Client, ElasticEngine, ElasticStore
from searchsvc.engines.elastic.access import Access, parse_hosts
from searchsvc.engines.elastic.names import Names
from searchsvc.engines.embedded.index import EmbeddedStore
from searchsvc.engines.embedded.search import EmbeddedEngine
from searchsvc.engines.memory import MemoryEngine, MemoryStore
from searchsvc.ports import IndexStore, SearchEngine
from tests.support.servers import DISTRIBUTIONS, Server, lacking

SERVERS = tuple(DISTRIBUTIONS)
ENGINES = ("memory", "embedded", *SERVERS)


@contextmanager
def open_engine(
    name: str, folder: Path, url: str = ""
) -> Iterator[tuple[IndexStore, SearchEngine]]:
    """The write and the read side of that engine, empty; `url` is its server's, if it has one."""
    if name in SERVERS:
        with open_elastic(name, url) as pair:
            yield pair
    elif name == "memory":
        store = MemoryStore()
        yield store, MemoryEngine(store)
    else:
        # Small, and without a moment in which a commit goes unseen.
        yield EmbeddedStore(folder, writer_memory_mb=15), EmbeddedEngine(folder, poll=0.0)


@contextmanager
def open_elastic(kind: str, url: str) -> Iterator[tuple[ElasticStore, ElasticEngine]]:
    """An engine with names of its own on a server, all of which go with it."""
    client = Client(Access(kind, parse_hosts((url,), allow_http=True), write_timeout=30.0))
    names = Names(f"t{uuid.uuid4().hex[:12]}-")
    try:
        engine = ElasticEngine(client, names, poll=0.0)
        yield ElasticStore(client, names, replicas=0, patience=20.0), engine
    finally:
        rows = client.json("GET", f"/_cat/indices/{names.prefix}*?format=json&h=index", doing="")
        for row in rows:
            client.json("DELETE", f"/{row['index']}", doing="cleaning up")
        engine._transport.close()
        client.close()


class Servers:
    """The servers of one test session: each is found or started when a test first asks for it."""

    def __init__(self) -> None:
        self._started: dict[str, Server] = {}

    def url(self, kind: str) -> str:
        """The server's address; skips the test where there is none and none can be started."""
        if kind not in SERVERS:
            return ""
        distribution = DISTRIBUTIONS[kind]
        given = os.environ.get(distribution.variable)
        if given:
            return given
        if kind not in self._started:
            why = lacking(distribution)
            if why:
                pytest.skip(why)
            server = Server(distribution)
            server.start()
            self._started[kind] = server
        return self._started[kind].url

    def stop(self) -> None:
        """End those that were started."""
        for server in self._started.values():
            server.stop()


ServerUrl = Callable[[str], str]
