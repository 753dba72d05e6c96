"""`searchsvc compare`: whether one ranking is better than another, and how sure that is."""

import click

from searchsvc import bootstrap_relevance
from searchsvc.bootstrap import Services
from searchsvc.cli.metrics import metric_option
from searchsvc.cli.options import json_option, require, services
from searchsvc.cli.output import print_json, print_table
from searchsvc.cli.relevance import Judged, evaluated, judged_options, sides_of
from searchsvc.domain.evaluation import Evaluation
from searchsvc.errors import CheckFailed
from searchsvc.relevance.bodies import comparison_body
from searchsvc.relevance.compare import (
    MAY_DIFFER,
    Comparison,
    asked_depth,
    compare_all,
    kept_side,
    refuse_twice,
)
from searchsvc.relevance.metrics import Metric


@click.command
@click.argument("index")
@click.argument("sides", nargs=-1, required=True, metavar="A B…")
@judged_options
@metric_option
@click.option(
    "--despite", default="", help=f"What may differ beside the ranking: {','.join(MAY_DIFFER)}.",
)  # fmt: skip
@click.option("--movers", type=click.IntRange(0, 50), default=3, show_default=True,
              help="Queries to show that gain, and that lose, most.")  # fmt: skip
@click.option("--fail-on-regression", is_flag=True, help="Exit with 3 where one is really worse.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    index: str,
    sides: tuple[str, ...],
    *,
    judged: Judged,
    metric: Metric,
    despite: str,
    movers: int,
    fail_on_regression: bool,
    as_json: bool,
) -> int:
    """Compare rankings of INDEX over the same judged queries: A with each of B….

    A side is a ranking, which is evaluated now, or the id of an evaluation that is kept. A
    difference is told with the range in which the true one lies and with the probability that
    there is none (paired randomisation test; Holm's where there are several). Sides that differ
    in more than the ranking are refused.
    """
    built = services(ctx)
    allowed = _allowed(despite)
    first, *others = _evaluations(built, require(built, index), sides, judged, metric)
    found = compare_all(first, others, metric, despite=allowed, movers=movers)
    if as_json:
        print_json([comparison_body(one) for one in found])
    else:
        for one in found:
            _print(one)
    worse = [one.verdict for one in found if one.difference.interval.high < 0]
    if worse and fail_on_regression:
        raise CheckFailed(worse)
    return 0


def _allowed(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in MAY_DIFFER]
    if unknown:
        message = f"'{unknown[0]}' cannot be left to differ; there is {', '.join(MAY_DIFFER)}"
        raise click.BadParameter(message, param_hint="--despite")
    return names


def _evaluations(
    built: Services, index: str, sides: tuple[str, ...], judged: Judged, metric: Metric
) -> list[Evaluation]:
    """Those of the sides, in their order; rankings are all asked now."""
    if len(sides) < 2:
        raise click.UsageError("a comparison needs two sides: searchsvc compare INDEX A B")
    refuse_twice(sides)
    names = [one.name for one in built.definitions[index].all_rankings]
    rankings = [side for side in sides if side in names]
    files = bootstrap_relevance.evaluations(built.project)
    kept = {side: kept_side(files, side, names) for side in sides if side not in names}
    depth = asked_depth([one.basis for one in kept.values()], metric)
    found = evaluated(built, index, judged, rankings, (metric,), depth) if rankings else []
    return sides_of(sides, found, kept)


def _print(one: Comparison) -> None:
    found = one.difference
    click.echo(one.verdict)
    click.echo(
        f"  {found.won:,} queries better, {found.lost:,} worse, {found.tied:,} alike; "
        f"lists overlap by {one.overlap:.2f}; median {one.latency_ms:+.2f} ms"
    )
    click.echo(
        f"  judged@10 {one.judged.a:.2f} and {one.judged.b:.2f}; "
        f"evaluations {one.a.id[:8]} and {one.b.id[:8]}"
    )
    rows = [
        (mover.query, f"{mover.gain:+.3f}", " ".join(mover.a[:5]), " ".join(mover.b[:5]))
        for mover in one.movers
    ]
    if rows:
        print_table(["query", "gain>", *one.names], rows)
