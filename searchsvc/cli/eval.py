"""`searchsvc eval`: how well an index answers its judged queries."""

import click

from searchsvc.cli.metrics import least_option, metrics_option
from searchsvc.cli.options import json_option, require, services
from searchsvc.cli.output import print_json, print_table
from searchsvc.cli.relevance import Judged, evaluated, judged_options
from searchsvc.domain.definition import DEFAULT
from searchsvc.domain.evaluation import Evaluation
from searchsvc.errors import CheckFailed
from searchsvc.relevance.bodies import answers_body, summary_body
from searchsvc.relevance.compare import Summary
from searchsvc.relevance.metrics import Metric

_SHOWN = 10


@click.command
@click.argument("index")
@click.option("--ranking", default=DEFAULT, show_default=True, help="Which of its rankings.")
@judged_options
@metrics_option
@least_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    index: str,
    ranking: str,
    *,
    judged: Judged,
    metrics: tuple[Metric, ...],
    least: tuple[tuple[Metric, float], ...],
    as_json: bool,
) -> int:
    """Ask the live version of INDEX every judged query, and tell how good its answers are.

    Each figure comes with the range in which the true one lies, 95 times of 100. What nobody
    judged counts as 0; judged@10 says how much of the first ten was. A query without results
    counts as 0, one without a relevant document is left out. The evaluation is kept under its id,
    to be compared. Exit code 3: below --fail-under.
    """
    built = services(ctx)
    wanted = (*metrics, *(metric for metric, _ in least if metric not in metrics))
    ((evaluation, found),) = evaluated(built, require(built, index), judged, [ranking], wanted)
    if as_json:
        answers = answers_body(evaluation, wanted)
        print_json({**summary_body(evaluation, found), "answers": answers})
    else:
        _print(evaluation, found)
    means = {score.metric: score.mean for score in found.scores}
    below = [(metric, limit) for metric, limit in least if means[metric] < limit]
    if below:
        told = [f"{metric.name} {means[metric]:.4f} is below {limit}" for metric, limit in below]
        raise CheckFailed(told)
    return 0


def _print(evaluation: Evaluation, found: Summary) -> None:
    basis = evaluation.basis
    click.echo(
        f"{basis.version}, ranking {basis.ranking}, judged by {evaluation.judged_by}, "
        f"evaluation {basis.id}"
    )
    rows = [
        (s.metric.name, f"{s.mean:.4f}", f"{s.interval.low:.4f} to {s.interval.high:.4f}")
        for s in found.scores
    ]
    print_table(["metric", "mean>", "95 %"], rows)
    left_out = f", {found.left_out:,} left out: nothing relevant is known" if found.left_out else ""
    click.echo(f"{found.queries:,} queries{left_out}; judged@10 {found.judged:.3f}")
    click.echo(f"p50 {found.p50_ms:.2f} ms, p95 {found.p95_ms:.2f} ms")
    if evaluation.empty:
        some = ", ".join(evaluation.empty[:_SHOWN])
        click.echo(f"{found.empty:,} queries without results: {some}")
