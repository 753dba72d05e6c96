"""`searchsvc report`: what people search for, in vain too, and what they click on."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from searchsvc.analytics.period import Asked, read_time
from searchsvc.analytics.rendering import csv_of, ndjson_of
from searchsvc.analytics.reports import BY, Reports
from searchsvc.analytics.searches import Searches
from searchsvc.analytics.slow import SlowReport
from searchsvc.cli.options import json_option, project, require, services
from searchsvc.cli.output import print_json, print_table
from searchsvc.errors import UsageError

_MEASURES = ("ctr", "click-mrr")
_NAMES = ("popular", "zero-results", "no-click", *_MEASURES, "reformulations", "slow")
_SLOW = ("total_ms", "index", "method", "path", "status", "time")


@click.command
@click.argument("name", type=click.Choice(_NAMES))
@click.option("--index", default="", help="Of this index only.")
@click.option("--ranking", default="", help="Of this ranking only.")
@click.option(
    "--since", default="", help="From then on: 7d, 12h, 2026-11-28, 2026-11-28T10:00:00Z."
)
@click.option("--until", default="", help="Before then.")
@click.option("--by", type=click.Choice(BY), help="What a row is about; of ctr and click-mrr.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=20, show_default=True, help="Of rows.",
)  # fmt: skip
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV that is safe in a spreadsheet.")
@click.option("--ndjson", "as_lines", is_flag=True, help="Print a line of JSON for each row.")
@click.pass_context
def command(
    ctx: click.Context,
    name: str,
    *,
    index: str,
    ranking: str,
    since: str,
    until: str,
    by: str | None,
    limit: int,
    as_json: bool,
    as_csv: bool,
    as_lines: bool,
) -> None:
    """Report from this host's logs of searches, events and slow requests.

    popular, zero-results, no-click: what most clients search for, in vain, or without a click. ctr:
    the share of searches with a click; click-mrr: how far up the first click is. reformulations:
    what is searched for instead. slow: the slowest requests. docs/events.md says how each number
    is counted.
    """
    if by and name not in _MEASURES:
        raise UsageError(f"--by is of {' and '.join(_MEASURES)}")
    if as_json + as_csv + as_lines > 1:
        raise UsageError("one of --json, --csv and --ndjson")
    here = project(ctx)
    now = datetime.now(UTC)
    asked = Asked(index, ranking, read_time(since, "since", now), read_time(until, "until", now))
    logs = here.data_dir / "logs"
    if name == "slow":
        body: Mapping[str, Any] = {"rows": SlowReport(logs / "slow.jsonl").slowest(asked, limit)}
    else:
        report = getattr(Reports(Searches(logs)), name.replace("-", "_"))
        found = report(asked, limit, by) if by else report(asked, limit)
        body = {"logged": here.settings.analytics.log, **asdict(found)}
    if index and not body["rows"]:
        require(services(ctx), index)  # others' logs, too, may have been imported
    if as_json:
        print_json(body)
    elif as_csv:
        click.echo(csv_of(body["rows"]), nl=False)
    elif as_lines:
        click.echo(ndjson_of(body["rows"]), nl=False)
    else:
        _print(name, body)


def _print(name: str, body: Mapping[str, Any]) -> None:
    rows = body["rows"]
    columns = [*(_SLOW if name == "slow" else rows[0] if rows else ())]
    columns = [column for column in columns if column != "explain"]
    numbers = [any(isinstance(row[one], int | float) for row in rows) for one in columns]
    headings = [f"{one}>" if n else one for one, n in zip(columns, numbers, strict=True)]
    table = [[row[column] for column in columns] for row in rows]
    print_table(headings, table, empty="nothing is remembered that this asks for")
    if body.get("searches"):
        number, clicked = body["searches"], body["clicked"]
        click.echo(f"of {number:,} searches since {body['since']}, {clicked:,} with a click")
