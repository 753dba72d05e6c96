"""What bench/serving.py compares: a table on both engines, searches of it, and how to send them."""

import argparse
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
from indexing import write_project
from rows import make_products, queries
from server import Server, free_port, get, served, started
from shop import opensearch

SHAPES = {
    "plain": {"highlight": "false"},
    "facets": {"highlight": "false", "facets": "brand,category"},
    "highlighted": {},
}
ROUTE = "/v1/indexes/products/search"
SETTINGS = 'engine: {{kind: opensearch, hosts: ["{0}"], allow_http: true, replicas: 0}}\n'


class Bench:
    """The indexes of the run, made when first asked for, and its figures."""

    def __init__(self, stack: ExitStack, chosen: argparse.Namespace) -> None:
        self.rounds = chosen.rounds
        self.stack = stack
        self._chosen = chosen
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self._made: dict[str, Any] = {}

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gave when it was asked for first."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    @property
    def engine(self) -> str:
        """The address of an OpenSearch with the products."""
        return self.once("engine", lambda: self.stack.enter_context(opensearch()))

    def project(self, name: str, settings: str) -> Path:
        """A project over the products, in a folder of that name."""
        folder = self._folder / name
        folder.mkdir()
        make_products(folder / "products.db", self._chosen.rows)
        write_project(folder, engine=settings)
        return folder

    def rebuilt(self, name: str, settings: str) -> Path:
        """The same with its index."""
        from searchsvc.bootstrap import build
        from searchsvc.settings import load

        folder = self.project(name, settings)
        services = build(load(folder))
        services.runner("products").rebuild()
        services.close()
        return folder

    @property
    def on_engine(self) -> Path:
        """A project whose index is on the server."""
        settings = SETTINGS.format(self.engine) + "api: {cache_ms: 0}\n"
        return self.once("on_engine", lambda: self.rebuilt("on_engine", settings))

    @property
    def embedded(self) -> Path:
        """A project with the embedded engine."""
        return self.once("embedded", lambda: self.rebuilt("embedded", "api: {cache_ms: 0}\n"))

    @property
    def index(self) -> str:
        """The name of the live version's index on the server."""
        return self.once("index", self._index)

    def _index(self) -> str:
        host = urlsplit(self.engine)
        with socket.create_connection((host.hostname, host.port)) as connection:
            told = orjson.loads(get(connection, b"/_aliases"))
        return next(name for name, one in told.items() if "products" in one["aliases"])

    @property
    def texts(self) -> list[str]:
        """Searches that each take one request to the engine, by our own server over it."""
        return self.once("texts", self._texts)

    def _texts(self) -> list[str]:
        found: list[str] = []
        with served(self.on_engine) as server, connected(server.port) as connection:
            for text in dict.fromkeys(queries(20 * self._chosen.searches)):
                answer = orjson.loads(get(connection, path(text, "plain")))
                if answer["applied"]["match"] == "all" and answer["total"]["value"] >= 10:
                    found.append(text)
                if len(found) == self._chosen.searches:
                    return found
        raise RuntimeError("too few of the queries have ten hits")

    def bodies(self, shape: str) -> dict[str, bytes]:
        """What our engine is sent for each text."""
        return self.once(f"bodies {shape}", lambda: dict(self._bodies(shape)))

    def _bodies(self, shape: str) -> Iterator[tuple[str, bytes]]:
        from rows import MAPPING

        from searchsvc.definitions.mappings import parse_mapping
        from searchsvc.engines.clauses import clauses
        from searchsvc.engines.elastic.bodies import search_body
        from searchsvc.engines.elastic.plan import Plan
        from searchsvc.engines.elastic.query import group
        from searchsvc.search.request import search_query

        plan = Plan(parse_mapping("products", MAPPING))
        for text in self.texts:
            query = search_query({"q": text} | SHAPES[shape], plan.definition)
            cut = clauses(query.terms, query.alternatives, group)
            yield text, orjson.dumps(search_body(plan, query, cut, misspelt=False))

    @contextmanager
    def official(self, shape: str, *, planned: bool) -> Iterator[Server]:
        """The route on the official client."""
        file = self._folder / f"{shape}.json"
        fragments = {text: orjson.Fragment(body) for text, body in self.bodies(shape).items()}
        file.write_bytes(orjson.dumps(fragments))
        port = free_port()
        command = ["granian", "--interface", "asgi", "--factory", "official:make"]
        command += ["--port", str(port), "--log-level", "warning", "--working-dir"]
        command += [str(Path(__file__).parent)]
        given = {"BENCH_ENGINE": self.engine, "BENCH_INDEX": self.index, "BENCH_BODIES": str(file)}
        with started(command, port, **given, **({"BENCH_PLAN": "1"} if planned else {})) as server:
            yield server


def path(text: str, shape: str) -> bytes:
    """What the API is asked."""
    return f"{ROUTE}?{urlencode({'q': text, **SHAPES[shape]})}".encode()


def gets(path: bytes) -> bytes:
    """A whole request."""
    return b"GET %b HTTP/1.1\r\nHost: bench\r\n\r\n" % path


def posts(index: str, body: bytes) -> bytes:
    """A whole request to an engine."""
    head = f"POST /{index}/_search HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def connected(port: int) -> socket.socket:
    """A connection to a server of this host."""
    found = socket.create_connection(("127.0.0.1", port))
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found
