"""`searchsvc explain`: what a hit's score is made of, and what would let it pass another."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click

from searchsvc import bootstrap_relevance
from searchsvc.bootstrap import Services
from searchsvc.cli.options import index_argument, json_option, require, services
from searchsvc.cli.output import print_json, print_table
from searchsvc.domain.definition import DEFAULT
from searchsvc.errors import CheckFailed
from searchsvc.relevance.explain import Explainer
from searchsvc.relevance.explanation import Explained, Explanation
from searchsvc.relevance.told import name_of
from searchsvc.telemetry.stages import Stages

_BAR = 30  # characters of a whole score

ranking_option = click.option(
    "--ranking", default=DEFAULT, show_default=True, help="Which of the rankings of the index."
)
filter_option = click.option("--filter", "filter", default="", help="The filter of the search.")


@click.command
@index_argument
@click.argument("q")
@click.argument("id")
@click.option("--vs", metavar="ID2", help="Another document, to be passed by that one.")
@ranking_option
@filter_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    index: str,
    q: str,
    id: str,
    *,
    vs: str | None,
    ranking: str,
    filter: str,
    as_json: bool,
) -> None:
    """Search INDEX for Q, and tell where document ID stands and what its score is made of.

    With --vs also what sets it apart from another document, and from which weight of a field on it
    would pass that one: each weight is worked out, and then tried on the engine. What a missing
    word would add is an estimate. Exit code 3 where ID is no hit.
    """
    built = services(ctx)
    given = {"q": q, "ranking": ranking, "filter": filter}
    found = explained(built, require(built, index), id, vs, given)
    if as_json:
        print_json(body(found))
    else:
        for reason in found.reasons:
            click.echo(reason)
        for side in (found.hit, found.other):
            if side is not None and side.parts:
                click.echo()
                _print(side)
    if not found.hit.why.hit:
        raise CheckFailed([f"'{id}' is no hit of '{q}'"])


def explained(
    built: Services, index: str, id: str, vs: str | None, given: Mapping[str, object]
) -> Explanation:
    """An explanation by an engine of its own. Raises as a search does."""

    async def explain() -> Explanation:
        engine = built.open_engine()
        try:
            search = bootstrap_relevance.search_service(
                built.project, built.definitions, engine, index
            )
            return await Explainer(search).explain(index, id, vs, given, Stages())
        finally:
            await engine.close()

    return asyncio.run(explain())


def body(found: Explanation) -> dict[str, Any]:
    """All of it for a program."""
    return {**asdict(found), "hit": _side(found.hit), "other": found.other and _side(found.other)}


def _side(one: Explained) -> dict[str, Any]:
    why = one.why
    return {
        "id": why.id,
        "indexed": why.indexed,
        "passes_filter": why.passes,
        "hit": why.hit,
        "rank": why.rank,
        "total": why.total,
        "score": why.score,
        "pinned": why.pinned,
        "rules": why.query.applied.rules,
        "synonyms": why.query.applied.synonyms,
        "factor": one.factor,
        "behind": one.behind,
        "parts": [asdict(part) for part in one.parts],
    }


def _print(one: Explained) -> None:
    rows = [
        (
            name_of(part.source, part.word, part.field),
            part.score,
            f"{part.share:.0%}",
            "█" * round(max(0.0, part.share) * _BAR),
        )
        for part in one.parts
    ]
    print_table([one.why.id, "score>", "share>", ""], rows)
