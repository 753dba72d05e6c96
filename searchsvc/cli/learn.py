"""`searchsvc learn`: lifts the documents that people want, where that is proven to help."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from searchsvc import bootstrap_relevance
from searchsvc.analytics.click_judgments import click_judgments
from searchsvc.analytics.impressions import impressions
from searchsvc.analytics.learning import Lifts, learned, split
from searchsvc.analytics.period import Asked, read_time
from searchsvc.analytics.searches import Search
from searchsvc.bootstrap import Services
from searchsvc.cli.judge_clicks import impressions_option, log_of, model_option
from searchsvc.cli.options import index_argument, json_option, require, services
from searchsvc.cli.output import print_json, print_table
from searchsvc.definitions.learned import with_learned
from searchsvc.domain.curation import CurationKind
from searchsvc.relevance.evaluate import Ratings, ratings_of
from searchsvc.relevance.trying import Trial, tried
from searchsvc.search.serving import not_serving

_SHOWN = 10  # queries


@click.command
@index_argument
@model_option
@click.option("--since", default="30d", show_default=True, help="From then on: 7d, 2026-11-28.")
@impressions_option
@click.option(
    "--days", type=click.IntRange(1, 365), default=30, show_default=True,
    help="How long what is learned holds.",
)  # fmt: skip
@click.option("--write", is_flag=True, help="Write it into rules.yaml where it is proven better.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    index: str,
    *,
    model: str,
    since: str,
    least: int,
    days: int,
    write: bool,
    as_json: bool,
) -> None:
    """Learn from clicks which documents of INDEX to lift for which queries.

    What the earlier searches teach is tried on the later ones: it is written only where their
    clicks prove the answers better. It becomes rules with an end, among those that people write.
    docs/relevance.md says how.
    """
    built = services(ctx)
    require(built, index)
    now = datetime.now(UTC)
    asked = Asked(index, "", read_time(since, "since", now))
    searches = log_of(built.project.data_dir).read(asked)
    until = (now + timedelta(days=days)).date()
    earlier, later = split(searches)
    lifts, trial = learned(earlier, model, least), Trial(0)
    ratings = _held_out(later, lifts, model, least)
    file = built.project.mappings / index / "rules.yaml"
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    definition = built.definitions[index]
    if ratings:
        texts = [with_learned(text, _pairs(one), until, definition) for one in ({}, lifts)]
        trial = asyncio.run(_tried(built, index, ratings, texts))
    whole = learned(searches, model, least)
    written = write and trial.is_better
    if written:
        made = with_learned(text, _pairs(whole), until, definition)
        with bootstrap_relevance.curations(built.project, built.definitions, index) as curations:
            curations.put(index, CurationKind.RULES, made, "searchsvc learn")
    _tell(index, whole, trial, written=written, as_json=as_json, write=write)


def _held_out(later: Sequence[Search], lifts: Lifts, model: str, least: int) -> Ratings:
    """What the later clicks say of the queries that were learned of."""
    made = click_judgments(impressions(later), model, datetime.now(UTC), least)
    return {query: rated for query, rated in ratings_of(made.judgments).items() if query in lifts}


def _pairs(lifts: Lifts) -> Mapping[str, Sequence[tuple[str, float]]]:
    return {query: [(one.id, one.weight) for one in some] for query, some in lifts.items()}


async def _tried(built: Services, index: str, ratings: Ratings, texts: Sequence[str]) -> Trial:
    engine = built.open_engine()
    try:
        search = bootstrap_relevance.search_service(built.project, built.definitions, engine, index)
        live = search.live(index)
        if live is None:
            raise not_serving(index)
        with bootstrap_relevance.curations(built.project, built.definitions, index) as curations:
            before, after = (curations.proposed(live, {CurationKind.RULES: text}) for text in texts)
        return await tried(search, index, ratings, before, after)
    finally:
        await engine.close()


def _tell(
    index: str, lifts: Lifts, trial: Trial, *, written: bool, as_json: bool, write: bool
) -> None:
    if as_json:
        body: dict[str, Any] = {
            "index": index, "queries": len(lifts), "held_out": trial.queries,
            "before": trial.before, "after": trial.after, "difference": trial.difference,
            "better": trial.is_better, "verdict": trial.verdict, "written": written,
            "lifts": _pairs(lifts),
        }  # fmt: skip
        print_json(body)
        return
    rows = [
        (query, ", ".join(f"{one.id} by {one.weight:.0%}" for one in some))
        for query, some in list(lifts.items())[:_SHOWN]
    ]
    print_table(["query", "lifted"], rows, empty="clicks prove of no document that it is wanted")
    click.echo(trial.verdict)
    if written:
        click.echo(f"written into mappings/{index}/rules.yaml: {len(lifts):,} queries")
    elif trial.is_better:
        click.echo("write it into rules.yaml with --write")
    elif write:
        click.echo("nothing is written; what was learned before holds until its day")
