"""Search through the API on one keep-alive connection, against the same queries on tantivy alone.

    python3 dev.py run python bench/api.py [--rows 50000] [--rounds 5] [--requests 400]

`bare` is handed tantivy's own query objects, compiled before the clock runs, and does with them
what any program must: search, count, read the page's documents; for facets also one aggregation,
for suggestions the best documents and the commonest values. So all that is ours falls into the
difference: HTTP, parameters, words and typos, the compiling of queries, highlights, JSON.

Every round has queries of its own, of which each matches something, and runs both sides one after
the other. Both must find as many documents, and the best of them with the same scores. The
server is `searchsvc serve` with one worker; its CPU time is that of its whole process tree.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import orjson
from indexing import make_project
from rows import make_products, queries
from server import Server, served

PAGE, SUGGESTIONS = 10, 8
EVERY = 1_000_000  # values kept of each of several segments, so that counts are exact


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of request: what is asked of the API, and what bare tantivy does for it."""

    name: str
    path: str
    parameters: dict[str, str]
    misspelt: bool = False

    def url(self, text: str) -> bytes:
        """What is asked of the API."""
        parameters = urlencode({"q": text, **self.parameters})
        return f"/v1/indexes/products/{self.path}?{parameters}".encode()


SHAPES = (
    Shape("plain", "search", {"highlight": "false"}),
    Shape("misspelt", "search", {"highlight": "false"}, misspelt=True),
    Shape("highlighted", "search", {}),
    Shape("facets", "search", {"highlight": "false", "facets": "*"}),
    Shape("suggest", "suggest", {}),
)


def main() -> None:
    """Every shape in turn, both sides in each round."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=50_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--requests", type=int, default=400)
    options.add_argument("--shape", choices=[shape.name for shape in SHAPES])
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_products(folder / "products.db", chosen.rows)
        services = make_project(folder)
        services.runner("products").rebuild()
        services.close()
        bare = Bare(folder)
        with served(folder) as server:
            print(f"{'µs of CPU time':14} {'bare':>8} {'API':>8} {'more':>8} {'ratio':>7}")
            floor = server.measure([b"/livez"] * chosen.requests)[0]
            print(f"{'livez':14} {0:8.0f} {floor:8.0f} {floor:8.0f}")
            for shape in SHAPES:
                if chosen.shape in (None, shape.name):
                    print(_line(shape, _rounds(shape, bare, server, chosen)), flush=True)


def _line(shape: Shape, rounds: list[tuple[float, float]]) -> str:
    bare, ours = (median(side) for side in zip(*rounds, strict=True))
    more = median(ours - bare for bare, ours in rounds)
    return f"{shape.name:14} {bare:8.0f} {ours:8.0f} {more:8.0f} {ours / bare:7.2f}"


def _rounds(
    shape: Shape, bare: "Bare", server: "Server", chosen: argparse.Namespace
) -> list[tuple[float, float]]:
    """CPU time per query of both sides, in µs, for each round."""
    texts = bare.with_hits(shape, chosen.requests * (chosen.rounds + 1))
    found = []
    for start in range(0, len(texts), chosen.requests):
        part = texts[start : start + chosen.requests]
        work = [bare.work(shape, text) for text in part]
        started = time.process_time()
        results = [one() for one in work]
        spent = (time.process_time() - started) / len(work) * 1e6
        ours, answers = server.measure([shape.url(text) for text in part])
        if shape.path == "search":
            _check(results, [orjson.loads(answer) for answer in answers])
        found.append((spent, ours))
    return found[1:]  # the first one warms both up


def _check(results: list, answers: list[dict]) -> None:
    """Both sides must have found as many documents, and the page with the same scores."""
    for result, answer in zip(results, answers, strict=True):
        theirs = answer["total"]["value"], [hit["score"] for hit in answer["hits"]]
        if theirs != (result.count, [score for score, _ in result.hits]):
            sys.exit(f"the sides find different documents for '{answer['query']}'")


class Bare:
    """The same index in this process, and what tantivy needs of each query."""

    def __init__(self, folder: Path) -> None:
        from searchsvc.engines.embedded.live import LiveSnapshots

        self._snapshots = LiveSnapshots(folder / ".searchsvc" / "indexes", poll=3600)
        self._snapshot = self._snapshots.get("products")

    def with_hits(self, shape: Shape, count: int) -> list[str]:
        """Queries of that shape, each of which finds something."""
        draw = random.Random(shape.name)
        found: list[str] = []
        for text in queries(20 * count, seed=draw.randrange(10**6)):
            asked = _misspelt(text, draw) if shape.misspelt else text
            if self.work(shape, asked)().count:
                found.append(asked)
            if len(found) == count:
                return found
        raise RuntimeError("too few of the queries find something")

    def work(self, shape: Shape, text: str) -> Callable[[], Any]:
        """What answers the query on tantivy, compiled: it gives the page that was found."""
        if shape.path == "suggest":
            return self._suggest(text)
        from searchsvc.engines.fields import searched
        from searchsvc.search.request import search_query

        query = search_query({"q": text}, self._snapshot.definition)
        words = self._words(query.terms, searched(self._snapshot.definition, None), text)
        best, matching = words.scoring, words.matching
        facets = [field.name for field in self._snapshot.definition.select("facet")]
        asked = {name: self._terms(name, PAGE) for name in facets}
        asked = asked if "facets" in shape.parameters else {}

        def run() -> Any:
            page = self._page(best, PAGE)
            if asked:
                self._snapshot.searcher.aggregate(matching, asked)
            return page

        return run

    def _suggest(self, text: str) -> Callable[[], Any]:
        """The best documents by their names, and the commonest brands of those that match."""
        from searchsvc.engines import fields, suggestions
        from searchsvc.search.request import suggest_query

        definition = self._snapshot.definition
        query = suggest_query({"q": text}, definition)
        best = self._words(query.terms, fields.suggest_texts(definition)).scoring
        values = [
            (self._words(suggestions.as_spelt(query.terms), [field]).matching, field.name)
            for field in fields.suggest_values(definition)
        ]

        def run() -> Any:
            page = self._page(best, SUGGESTIONS)
            for matching, name in values:
                asked = {name: self._terms(name, SUGGESTIONS)}
                self._snapshot.searcher.aggregate(matching, asked)
            return page

        return run

    def _words(self, terms, fields, text: str = ""):
        from searchsvc.domain.query import SearchQuery
        from searchsvc.engines.embedded.query import WordsQuery
        from searchsvc.engines.terms import understand

        groups = understand(terms, self._snapshot)
        return WordsQuery(self._snapshot, SearchQuery("products", text), groups, fields)

    def _terms(self, name: str, size: int) -> dict:
        field = self._snapshot.plan.fields[name].value
        kept = EVERY if self._snapshot.searcher.num_segments > 1 else size
        return {"terms": {"field": field, "size": size, "segment_size": kept}}

    def _page(self, query, limit: int) -> Any:
        searcher = self._snapshot.searcher
        result = searcher.search(query, limit, weight_by_field="_boost")
        for _, address in result.hits:
            document = searcher.doc(address)
            bytes(document.get_first("_source"))
        return result


def _misspelt(text: str, draw: random.Random) -> str:
    """The text with two letters of its longest word swapped, behind its first letter."""
    word = max(text.split(), key=len)
    if len(word) < 4:
        return text
    at = draw.randrange(1, len(word) - 1)
    wrong = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return text.replace(word, wrong, 1)


if __name__ == "__main__":
    main()
