"""`searchsvc judge todo`: what to judge next."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import BinaryIO

import click

from searchsvc import bootstrap_relevance
from searchsvc.bootstrap import Services
from searchsvc.cli.judged import opened, set_option, text_of
from searchsvc.cli.options import index_argument, json_option, require, services
from searchsvc.cli.output import print_json, print_table
from searchsvc.errors import UnknownSet
from searchsvc.relevance.evaluate import ratings_of
from searchsvc.relevance.formats.lines import separated
from searchsvc.relevance.importing import check_set
from searchsvc.relevance.todo import Unjudged, unjudged


@click.command(short_help="List what to judge next.")
@index_argument
@set_option
@click.option(
    "--ranking", "rankings", multiple=True,
    help="Ask by this ranking; as often as wanted. By all of the index without.",
)  # fmt: skip
@click.option("--queries", type=click.File("rb"), help="More queries, one on each line.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=50, show_default=True,
    help="How many documents.",
)  # fmt: skip
@click.option(
    "--csv", "as_csv", is_flag=True,
    help="Print a table to be filled in: what gets a rating there, `judge import` takes.",
)  # fmt: skip
@json_option
@click.pass_context
def todo(
    ctx: click.Context,
    index: str,
    *,
    name: str,
    rankings: tuple[str, ...],
    queries: BinaryIO | None,
    limit: int,
    as_csv: bool,
    as_json: bool,
) -> None:
    """List documents that nobody has judged, among the first ten hits of the queries of a set.

    Those come first on whose places the rankings differ most, as their ratings tell most; then
    those at the top.
    """
    built = services(ctx)
    require(built, index)
    check_set(name)
    with opened(built) as store:
        stored = ratings_of(store.judgments(index, name))
    judged = {query: set(rated) for query, rated in stored.items()}
    for _, line in () if queries is None else text_of(queries).lines():
        judged.setdefault(line.strip(), set())
    if not judged:
        hint = "import judgments, or give queries: --queries FILE"
        raise UnknownSet(f"'{index}' has no judgments in a set '{name}'", hint=hint)
    found = asyncio.run(_asked(built, index, judged, list(dict.fromkeys(rankings))))
    if as_json:
        print_json({"unjudged": len(found), "documents": [asdict(one) for one in found[:limit]]})
    elif as_csv:
        rows = [(one.query, one.id, "", one.text) for one in found[:limit]]
        click.echo(separated([("query", "docid", "rating", "text"), *rows]), nl=False)
    else:
        _show(found, limit, len(judged))


async def _asked(
    built: Services, index: str, judged: Mapping[str, Collection[str]], rankings: Sequence[str]
) -> list[Unjudged]:
    engine = built.open_engine()
    try:
        search = bootstrap_relevance.search_service(built.project, built.definitions, engine, index)
        return await unjudged(search, index, judged, rankings)
    finally:
        await engine.close()


def _show(found: list[Unjudged], limit: int, queries: int) -> None:
    rows = [(one.query, one.id, _ranks(one), one.text[:60]) for one in found[:limit]]
    empty = "every document among the first ten hits is judged"
    print_table(["query", "id", "rank", "text"], rows, empty=empty)
    if len(found) > limit:
        click.echo(f"{len(found) - limit:,} more of {queries:,} queries; see --limit")


def _ranks(one: Unjudged) -> str:
    return ", ".join(f"{rank} {ranking}" for ranking, rank in one.ranks.items())
