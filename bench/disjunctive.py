"""Four refined facets in one request, beside the five that a client would send without us.

    python3 dev.py run python bench/disjunctive.py [--documents 200000] [--rounds 5]

OpenSearch is started for it, unless --engine-url names one. What it says of each
request (`took`, whole milliseconds) is summed over the same searches, asked in turns and without
its request cache. The five are written by hand: the hits under the whole filter, and each facet's
values under the filter without its own clause, neither scored nor totalled.
"""

import argparse
import http.client
import random
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import orjson

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.document import Document, digest
from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.engines.clauses import clauses
from searchsvc.engines.elastic import Client, ElasticStore
from searchsvc.engines.elastic.access import Access, parse_hosts
from searchsvc.engines.elastic.bodies import search_body
from searchsvc.engines.elastic.plan import Plan
from searchsvc.engines.elastic.query import group
from searchsvc.search.request import search_query

DEFINITION = parse_mapping(
    "disjunctive",
    """
    fields:
      name: text^8, highlight
      brand: keyword^4, facet
      color: keyword, facet
      category: keyword, facet
      tags: keyword, facet
      price: number, sort
    """,
)
FACETS = {"brand": 200, "color": 30, "category": 60, "tags": 500}
WORDS = ("lamp", "chair", "table", "shelf", "sofa", "carpet", "mirror", "clock", "vase", "frame")
BATCH = 5_000


def main() -> None:
    """Fill an index, ask both ways in turns, and print the ratio."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--documents", type=int, default=200_000)
    options.add_argument("--searches", type=int, default=100)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--engine-url", help="an OpenSearch of your own; else one is started")
    chosen = options.parse_args()
    with ExitStack() as stack:
        url = chosen.engine_url or started(stack)
        path = filled(url, chosen.documents, stack)
        compare(Asked(url, path), list(searches(chosen.searches)), chosen.rounds)


def started(stack: ExitStack) -> str:
    """The address of a server that ends with the bench."""
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parent.parent))
    from tests.support.servers import DISTRIBUTIONS, Server

    server = Server(DISTRIBUTIONS["opensearch"])
    stack.callback(server.stop)
    server.start()
    return server.url


def filled(url: str, count: int, stack: ExitStack) -> str:
    """The path of an index of so many documents."""
    client = Client(Access("opensearch", parse_hosts((url,), allow_http=True), write_timeout=60.0))
    store = ElasticStore(client, replicas=0)
    version = IndexVersion.new(DEFINITION.name, datetime.now(UTC), 1)
    stack.callback(client.json, "DELETE", f"/{version.name}", doing="cleaning up")
    store.create(version, Recipe(DEFINITION))
    begun = time.perf_counter()
    with store.writer(version, append=True) as writer:
        for start in range(0, count, BATCH):
            writer.write([document(n) for n in range(start, min(start + BATCH, count))])
        writer.commit()
    store.swap(version)
    print(f"{store.count(version):,} documents in {time.perf_counter() - begun:.0f} s")
    return f"/{version.name}"


def document(number: int) -> Document:
    """A made-up product; a few values of each facet are much commoner than the others."""
    draw = random.Random(number)
    values: dict[str, Any] = {
        "name": " ".join(draw.choices(WORDS, k=3)) + f" {number % 1000}",
        **{name: value(name, draw) for name in ("brand", "color", "category")},
        "tags": list({value("tags", draw) for _ in range(3)}),
        "price": draw.randint(1, 1000),
    }
    source = orjson.dumps(values)
    return Document(str(number), 1, values, source, digest(source))


def value(field: str, draw: random.Random) -> str:
    """One of a field's values."""
    return f"{field}{int(FACETS[field] * draw.random() ** 3)}"


def searches(count: int) -> Iterator[Mapping[str, Any]]:
    """Searches with one to three chosen values of each of the four facets, half of them common."""
    draw = random.Random(7)
    for number in range(count):
        words = ("", draw.choice(WORDS), " ".join(draw.sample(WORDS, 2)))[number % 3]
        clauses = {
            field: sorted({value(field, draw) for _ in range(draw.randint(1, 3))})
            for field in FACETS
        }
        yield {"q": words, "clauses": clauses}


def parameters(asked: Mapping[str, Any], without: str = "") -> dict[str, Any]:
    """A search's parameters; without the clause of one facet, where it is named."""
    chosen = [f for f in asked["clauses"].items() if f[0] != without]
    filter = " AND ".join(f"{field} IN [{', '.join(values)}]" for field, values in chosen)
    return {"q": asked["q"], "filter": filter, "per_page": 10}


class Asked:
    """Both ways to ask, over one connection."""

    def __init__(self, url: str, path: str) -> None:
        self._connection = http.client.HTTPConnection(str(urlsplit(url).netloc))
        self._path = path
        self._plan = Plan(DEFINITION)

    def ours(self, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        """One request."""
        query = search_query(parameters(asked) | {"facets": list(FACETS)}, DEFINITION)
        return [search_body(self._plan, query, self._cut(query), misspelt=False)]

    def naive(self, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        """One for the hits, and one for each facet."""
        query = search_query(parameters(asked), DEFINITION)
        bodies = [search_body(self._plan, query, self._cut(query), misspelt=False)]
        for field in FACETS:
            one = search_query(parameters(asked, field) | {"per_page": 0}, DEFINITION)
            body = search_body(self._plan, one, self._cut(one), misspelt=False)
            terms = {"terms": {"field": self._plan.fields[field].value, "size": 10}}
            bodies.append(body | {"track_total_hits": False, "aggs": {"values": terms}})
        return bodies

    def _cut(self, query: Any) -> Any:
        return clauses(query.terms, query.alternatives, group)

    def sent(self, side: str, bodies: list[dict[str, Any]]) -> tuple[float, list[Any]]:
        """Milliseconds by the clock, and the answers; the shards book their time by `side`."""
        datas = [orjson.dumps({**body, "stats": [side]}) for body in bodies]
        path = f"{self._path}/_search?request_cache=false"
        begun = time.perf_counter()
        answers = [self._answer("POST", path, data) for data in datas]
        return (time.perf_counter() - begun) * 1000, [orjson.loads(answer) for answer in answers]

    def booked(self) -> dict[str, float]:
        """Milliseconds that shards searched and fetched until now, by side."""
        answer = orjson.loads(self._answer("GET", f"{self._path}/_stats/search?groups=*"))
        groups = answer["_all"]["primaries"]["search"]["groups"]
        phases = ("query_time_in_millis", "fetch_time_in_millis")
        return {side: sum(group[phase] for phase in phases) for side, group in groups.items()}

    def _answer(self, method: str, path: str, body: bytes | None = None) -> bytes:
        self._connection.request(method, path, body, {"Content-Type": "application/json"})
        return self._connection.getresponse().read()


def compare(asked: Asked, every: list[Mapping[str, Any]], rounds: int) -> None:
    """Ask all of them once to warm up, and then in turns."""
    for one in every:
        equal(asked.sent("ours", asked.ours(one))[1], asked.sent("naive", asked.naive(one))[1])
    ratios = []
    for number in range(1, rounds + 1):
        measured = round_of(asked, every)
        shares = {of: times["ours"] / times["naive"] for of, times in measured.items()}
        ratios.append(shares["engine"])
        means = "; ".join(
            f"{of} {shares[of]:.2f} ({times['ours'] / len(every):.2f} of"
            f" {times['naive'] / len(every):.2f} ms a search)"
            for of, times in measured.items()
        )
        print(f"round {number}: {means}", flush=True)
    print(f"one request takes {median(ratios):.2f} of the engine's time for 1 + {len(FACETS)}")


def round_of(asked: Asked, every: list[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Milliseconds of all searches by side: the engine's, its shards' alone, and by the clock."""
    sides = {"ours": asked.ours, "naive": asked.naive}
    engine, clock, before = dict.fromkeys(sides, 0.0), dict.fromkeys(sides, 0.0), asked.booked()
    for position, one in enumerate(every):
        for side in sorted(sides, reverse=position % 2 == 0):
            passed, answers = asked.sent(side, sides[side](one))
            clock[side] += passed
            engine[side] += sum(answer["took"] for answer in answers)
    after = asked.booked()
    shards = {side: after[side] - before[side] for side in sides}
    return {"engine": engine, "shards": shards, "clock": clock}


def equal(ours: list[Any], naive: list[Any]) -> None:
    """Ends the bench unless both ways give the same total and the same counts."""
    (one,), (hits, *facets) = ours, naive
    same = one["hits"]["total"] == hits["hits"]["total"]
    for number, facet in enumerate(facets):
        found = one["aggregations"][f"f{number}"]["values"]["buckets"]
        wanted = facet["aggregations"]["values"]["buckets"]
        same &= [b["doc_count"] for b in found] == [b["doc_count"] for b in wanted]
    if not same:
        sys.exit("the answers differ")


if __name__ == "__main__":
    main()
