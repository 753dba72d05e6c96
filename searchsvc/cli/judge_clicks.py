"""`searchsvc judge from-clicks`: judgments out of the logs of searches and events."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from searchsvc.analytics.click_judgments import (
    MIN_IMPRESSIONS,
    MODELS,
    SET,
    ClickJudgments,
    click_judgments,
)
from searchsvc.analytics.impressions import impressions
from searchsvc.analytics.period import Asked, read_time
from searchsvc.analytics.searches import Searches
from searchsvc.cli.judged import conflict_row, opened, tell_counts
from searchsvc.cli.options import Decorator, index_argument, json_option, require, services
from searchsvc.cli.output import print_json, print_table
from searchsvc.relevance.importing import check_set, put

# Of each log; about 130,000 searches. A server, whose requests wait meanwhile, reads less.
_MOST_BYTES = 64 * 1024 * 1024

model_option: Decorator = click.option(
    "--model", type=click.Choice(MODELS), default=MODELS[0], show_default=True,
    help="How the effect of positions is taken out.",
)  # fmt: skip
impressions_option: Decorator = click.option(
    "--min-impressions", "least", type=click.IntRange(1, 1_000_000), default=MIN_IMPRESSIONS,
    show_default=True, help="How many clients must have been served a document for a query.",
)  # fmt: skip


@click.command("from-clicks", short_help="Make judgments of what people clicked on.")
@index_argument
@model_option
@click.option("--set", "name", default=SET, show_default=True, help="The name of the set.")
@click.option(
    "--since", default="30d", show_default=True,
    help="From then on: 7d, 12h, 2026-11-28, 2026-11-28T10:00:00Z.",
)  # fmt: skip
@click.option("--until", default="", help="Before then.")
@impressions_option
@click.option(
    "--limit", type=click.IntRange(0, 100_000), default=20, show_default=True,
    help="How many judgments are shown; all are kept.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would change, and keep nothing.")
@json_option
@click.pass_context
def from_clicks(
    ctx: click.Context,
    index: str,
    *,
    model: str,
    name: str,
    since: str,
    until: str,
    least: int,
    limit: int,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Rate documents of INDEX from 0 to 3 by the clicks in this host's logs, for their queries.

    coec: clicks over expected clicks; position: a position-based model, which needs documents
    that stood in different places. A document whose clicks prove nothing gets no rating. The
    same log again changes nothing. docs/relevance.md says what each number means.
    """
    built = services(ctx)
    require(built, index)
    check_set(name)
    now = datetime.now(UTC)
    asked = Asked(index, "", read_time(since, "since", now), read_time(until, "until", now))
    found = impressions(log_of(built.project.data_dir).read(asked))
    with opened(built) as store:
        known = {one.query for one in store.judgments(index, name)}
        made = click_judgments(found, model, now, least, known)
        counts, differing = put(store, index, name, made.judgments, dry_run=dry_run)
    if as_json:
        print_json({
            "index": index, "set": name, "model": model, "dry_run": dry_run, **made.counts,
            **asdict(counts), "conflicts": [conflict_row(one) for one in differing],
            "positions": made.positions, "judgments": [one.row for one in made.judged[:limit]],
        })  # fmt: skip
        return
    _show(made, limit)
    tell_counts(index, name, counts, differing, dry_run=dry_run)


def log_of(data_dir: Path) -> Searches:
    """The logs of a project, as far back as a person waits for."""
    return Searches(data_dir / "logs", _MOST_BYTES)


def _show(made: ClickJudgments, limit: int) -> None:
    columns = ("query", "id", "rating", "value", "low", "high", "impressions", "clicks")
    rows = [[one.row[column] for column in columns] for one in made.judged[:limit]]
    if rows:
        print_table([*columns[:2], *(f"{one}>" for one in columns[2:])], rows, empty="")
    found, places = made.found, made.positions
    since = f" since {found.since}" if found.since else ""
    click.echo(f"{found.searches:,} searches by {found.clients:,} clients{since}")
    left = {"with a filter": found.filtered, "without a client": found.nameless}
    for what, number in left.items():
        if number:
            click.echo(f"  {number:,} {what} are left out")
    told = [f"{one['position']} {one['examined']:.2f}" for one in places if one["examined"]][:10]
    click.echo(f"positions are looked at: {', '.join(told) or 'nobody clicked'}")
    click.echo(
        f"{len(made.judged):,} documents judged, {made.unsure:,} unsure, "
        f"{made.few:,} with too few impressions"
    )
    if made.unplaced:
        click.echo(f"  {made.unplaced:,} stood at positions of which the model knows nothing")
