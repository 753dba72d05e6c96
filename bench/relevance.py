"""The ranking that `init` gives, beside plain BM25 over one joined field, on judged catalogues.

    python3 dev.py run python bench/relevance.py FOLDER … [--queries 1000] [--tune]

Each FOLDER holds documents.jsonl.gz, queries.tsv and qrels.tsv; bench/catalogue.py says how. Its
documents become a database, `searchsvc init` writes mapping and indexer, and nothing in them is
changed. Both sides cut and stem words alike, and answer the same queries. Printed are nDCG@10 as
trec_eval counts it (what nobody judged counts as 0) with its 95 % interval, the share of the ten
that was judged, and how many queries find nothing. With --tune a third side is what `searchsvc
tune` finds, each query answered by what was found on others.
"""

import argparse
import asyncio
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import catalogue
import shop

ENGINES = ("embedded", "opensearch")
_DEPTH = 10
# Finds the ids of the best documents for a text.
Search = Callable[[str], Sequence[str]]
Ratings = Mapping[str, Mapping[str, float]]


def main() -> None:
    """Both sides on each catalogue."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    options.add_argument("--engine", choices=ENGINES, default=ENGINES[0])
    options.add_argument("--url", help="an OpenSearch that runs already")
    options.add_argument("--queries", type=int, default=None, help="the first so many of them")
    options.add_argument("--tune", action="store_true", help="tune by the judgments, too")
    chosen = options.parse_args()
    for folder in chosen.folders:
        held = catalogue.documents(folder)
        graded = catalogue.judgments(folder)
        texts = {
            query: text
            for query, text in catalogue.queries(folder).items()
            if any(grade > 0 for grade in graded.get(query, {}).values())
        }
        texts = dict(list(texts.items())[: chosen.queries])
        print(f"{folder.name}: {len(held):,} documents, {len(texts):,} queries, {chosen.engine}")
        with ours(held, chosen.engine, chosen.url) as (fields, search, tune):
            sides = {"joined field": joined(held, fields), "searchsvc": search}
            scores = {side: evaluate(side, find, texts, graded) for side, find in sides.items()}
            differs("searchsvc for joined field", scores["joined field"], scores["searchsvc"])
            if chosen.tune:
                tune({text: graded[query] for query, text in texts.items()})
    print(f"python3 dev.py run python {shlex.join(sys.argv)}")


def evaluate(
    side: str,
    find: Search,
    texts: Mapping[str, str],
    graded: Mapping[str, Mapping[str, float]],
) -> list[float]:
    """The nDCG of each query, after a line of their means."""
    from searchsvc.relevance.metrics import ndcg
    from searchsvc.relevance.statistics import interval

    scores, judged, empty = [], 0, []
    for query, text in texts.items():
        ids = find(text)
        scores.append(ndcg(ids, graded[query], _DEPTH))
        judged += sum(id in graded[query] for id in ids)
        if not ids:
            empty.append(text)
    share = judged / _DEPTH / len(scores)
    mean, span = sum(scores) / len(scores), interval(scores)
    print(
        f"  {side:12} nDCG@10 {mean:.4f} ({span.low:.4f} to {span.high:.4f})  "
        f"judged@10 {share:.3f}  without hits {len(empty)}"
    )
    if empty:
        print(f"    nothing for {', '.join(empty[:5])}")
    return scores


def differs(what: str, before: Sequence[float], after: Sequence[float]) -> None:
    """A line of how much two sides differ over the same queries."""
    from searchsvc.relevance.statistics import difference

    found = difference(before, after)
    span = f"{found.interval.low:+.4f} to {found.interval.high:+.4f}, p {found.p:.4f}"
    print(f"  {what}: {found.mean:+.4f} ({span}), {found.won} better, {found.lost} worse")


def joined(held: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> Search:
    """Plain BM25: the words of all `fields` in one, any word of the query is enough."""
    import tantivy
    from tantivy import Occur, Query

    from searchsvc.engines.analysis import stemmer, tokens

    stem = stemmer("en")
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("all", tokenizer_name="whitespace")
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(50_000_000, 1)
    for document in held:
        text = " ".join(_text(document[field]) for field in fields)
        target = tantivy.Document()
        target.add_text("id", document["id"])
        target.add_text("all", " ".join(stem(tokens(text))))
        writer.add_document(target)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(text: str) -> list[str]:
        words = dict.fromkeys(stem(tokens(text)))
        terms = [(Occur.Should, Query.term_query(schema, "all", word, "freq")) for word in words]
        hits = searcher.search(Query.boolean_query(terms), _DEPTH).hits
        return [str(searcher.doc(address).get_first("id")) for _, address in hits]

    return search


def _text(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value or "")


@contextmanager
def ours(
    held: Sequence[Mapping[str, Any]], engine: str, running: str | None
) -> Iterator[tuple[list[str], Search, Callable[[Ratings], None]]]:
    """The documents' fields that are searched, our search of them as `init` left it, and tuning."""
    from searchsvc.bootstrap import _engine, build
    from searchsvc.engines.boosts import multiplier
    from searchsvc.relevance.tuning import IndexTuner
    from searchsvc.search.service import SearchService
    from searchsvc.settings import load
    from searchsvc.telemetry.stages import Stages

    is_ours = engine == "opensearch" and running is None
    server = shop.opensearch() if is_ours else nullcontext(running)
    with server as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        catalogue.make_database(folder / "catalogue.db", "items", held)
        _init(folder, url)
        project = load(folder)
        services = build(project)
        services.runner("items").rebuild(allow_change=True)
        _, searcher = _engine(project)
        definition = services.definitions["items"]
        service = SearchService(searcher, services.definitions)
        loop = asyncio.new_event_loop()

        def search(text: str) -> list[str]:
            # Whoever judges results has typed the last word to its end.
            asked = {"q": f"{text} ", "per_page": str(_DEPTH), "highlight": "false"}
            answer = loop.run_until_complete(service.search("items", asked, Stages()))
            return [hit.id for hit in answer.result.hits]

        def tune(ratings: Ratings) -> None:
            tuner = IndexTuner(searcher, service, "items", multiplier)
            found = loop.run_until_complete(tuner.tune(ratings))
            print(f"  tuned: {found.verdict}, {found.queries} queries held out in turns")
            print(f"    of judged hits alone: {found.judged_alone}")
            print(f"    {', '.join(found.tuned.ranking.steps)}")

        searched = tuple(field.name for field in definition.select("searchable"))
        names = [name for name in held[0] if any(map(_begins(name), searched))]
        yield names, search, tune
        loop.run_until_complete(searcher.close())
        services.close()


def _begins(name: str) -> Callable[[str], bool]:
    return lambda field: field.startswith(catalogue.singular(name))


def _init(folder: Path, server: str | None) -> None:
    command = (
        sys.executable,
        "-m",
        "searchsvc",
        "init",
        "sqlite:///catalogue.db",
        "--table",
        "items",
    )
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    if server is not None:
        engine = f"engine: {{kind: opensearch, hosts: [{server}], allow_http: true, replicas: 0}}\n"
        settings = folder / "searchsvc.yaml"
        settings.write_text(settings.read_text() + engine)


if __name__ == "__main__":
    main()
