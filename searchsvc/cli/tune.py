"""`searchsvc tune`: finds weights of fields that rank better, and says whether they really do."""

import asyncio
import importlib.util
from typing import Any

import click

from searchsvc import bootstrap_relevance
from searchsvc.bootstrap import Services
from searchsvc.cli.options import json_option, require, services
from searchsvc.cli.output import print_json, print_table
from searchsvc.cli.relevance import Judged, judged_options, progress
from searchsvc.definitions.added import with_ranking
from searchsvc.domain.definition import Ranking
from searchsvc.errors import UsageError
from searchsvc.relevance.tuning import METRIC, Tuning


@click.command
@click.argument("index")
@judged_options
@click.option(
    "--ranking", default="tuned", show_default=True, help="Its name, where it is written."
)
@click.option("--folds", type=click.IntRange(2, 20), default=5, show_default=True,
              help="Parts of the queries, each ranked by what the others ask for.")  # fmt: skip
@click.option("--seed", default=0, show_default=True, help="By which parts are drawn.")
@click.option("--write", is_flag=True, help="Write the ranking into mapping.yaml if it is better.")
@click.option("--force", is_flag=True, help="Write it even where it is not proven better.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    index: str,
    *,
    judged: Judged,
    ranking: str,
    folds: int,
    seed: int,
    write: bool,
    force: bool,
    as_json: bool,
) -> int:
    """Find weights for the fields of INDEX by its judged queries.

    Words are looked up once in each field; the search for weights then asks nothing of the
    engine. What the weights are worth is told by queries that they were not found on, as the
    engine really answers them. They become a ranking of their own, which changes no answer until
    a search names it; nothing is written where the gain is not proven. Needs the extra `tune`.
    """
    if importlib.util.find_spec("numpy") is None:
        hint = "install it: pip install 'searchsvc[tune]'"
        raise UsageError("tuning needs numpy, which is not installed", hint=hint)
    built = services(ctx)
    found = _tuned(built, require(built, index), judged, folds, seed)
    new = Ranking(ranking, weights=_kept(found))
    written = (write and found.is_better) or force
    if written:
        file = built.project.mappings / index / "mapping.yaml"
        text = with_ranking(index, file.read_text(encoding="utf-8"), new)
        file.write_text(text, encoding="utf-8")
    if as_json:
        print_json(_body(found, new, written=written))
    else:
        _print(found, new, index, written=written)
    return 0


def _tuned(built: Services, index: str, judged: Judged, folds: int, seed: int) -> Tuning:
    ratings = judged.ratings(built, index)
    with progress() as shown:
        task = shown.add_task(f"{index}: words, then weights", total=len(ratings) + folds + 1)

        async def tune() -> Tuning:
            engine = built.open_engine()
            try:
                tuner = bootstrap_relevance.tuner(
                    built.project, built.definitions, engine, index, lambda: shown.advance(task)
                )
                return await tuner.tune(ratings, folds, seed)
            finally:
                await engine.close()

        return asyncio.run(tune())


def _kept(found: Tuning) -> tuple[tuple[str, float], ...]:
    return tuple((name, float(f"{weight:.3g}")) for name, weight in found.tuned.weights)


def _print(found: Tuning, ranking: Ranking, index: str, *, written: bool) -> None:
    click.echo(found.verdict)
    gain = found.difference
    click.echo(
        f"  {found.queries:,} queries in {len(found.tuned.parts)} parts, each by weights of the "
        f"others: {gain.won:,} better, {gain.lost:,} worse, {gain.tied:,} alike"
    )
    after = dict(ranking.weights)
    print_table(
        ["field", "weight>", "tuned>"],
        [(name if name != "*" else "all together", f"{weight:g}", f"{after[name]:g}")
         for name, weight in found.start],
    )  # fmt: skip
    if written:
        click.echo(f"written as ranking '{ranking.name}'; it takes no rebuild to use it:")
        click.echo(f"searchsvc plan {index} --out plan.json && searchsvc apply plan.json")
    elif found.is_better:
        click.echo("write it into mapping.yaml with --write")
    else:
        click.echo("nothing is written; more judged queries may tell")


def _body(found: Tuning, ranking: Ranking, *, written: bool) -> dict[str, Any]:
    return {
        "metric": METRIC.name,
        "queries": found.queries,
        "before": found.before,
        "held_out": found.held_out,
        "difference": found.difference,
        "better": found.is_better,
        "verdict": found.verdict,
        "start": dict(found.start),
        "weights": dict(ranking.weights),
        "by_part": [dict(weights) for weights in found.tuned.by_part],
        "tried": found.tuned.tried,
        "ranking": ranking.name,
        "written": written,
    }
