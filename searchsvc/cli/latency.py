"""`searchsvc latency`: percentiles of what this project's API served."""

import click

from searchsvc.bootstrap import latency_report
from searchsvc.cli.options import json_option, project
from searchsvc.cli.output import print_json, print_table


@click.command
@click.option(
    "--minutes", type=click.Choice(["1", "5", "60"]), default="5", show_default=True,
    help="The window.",
)  # fmt: skip
@json_option
@click.pass_context
def command(ctx: click.Context, minutes: str, as_json: bool) -> None:
    """Show latency percentiles by route, index and stage, over all workers, in milliseconds."""
    rows = latency_report(project(ctx), int(minutes))
    if as_json:
        print_json(rows)
        return
    headings = ["route", "index", "stage", "count>", "p50>", "p90>", "p99>", "max>"]
    print_table(
        headings,
        [
            (
                r["route"],
                r["index"],
                r["stage"],
                r["count"],
                *(r[f"{p}_ms"] for p in ("p50", "p90", "p99", "max")),
            )
            for r in rows
        ],
        empty=f"nothing was served in the last {minutes} min",
    )
