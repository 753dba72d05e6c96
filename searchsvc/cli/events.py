"""`searchsvc events`: the logs of searches and events, as UBI has them, in and out."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from searchsvc.analytics.parquet import write_parquet
from searchsvc.analytics.period import Asked, read_time
from searchsvc.analytics.transfer import Exported, Write, import_files, write_bulk, write_ndjson
from searchsvc.cli.options import json_option, project, require, services
from searchsvc.cli.output import print_json

_FORMATS: Mapping[str, Write] = {
    "ndjson": write_ndjson,
    "bulk": write_bulk,
    "parquet": write_parquet,
}


@click.group
def command() -> None:
    """Take the logs of searches and events out, or others' in, in the form of UBI 1.3.

    docs/events.md has the members of both.
    """


@command.command("import", short_help="Read queries and events into the logs.")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE…",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@json_option
@click.pass_context
def import_(ctx: click.Context, files: tuple[Path, ...], *, as_json: bool) -> None:
    """Read files of queries and events, a JSON object a line, gzipped where they end in .gz.

    A line with an `action_name` is an event. Nothing is written where a line cannot be used; what
    is there already is not written again, nor what is older than analytics.days.
    """
    here = project(ctx)
    days, today = here.settings.analytics.days, datetime.now(UTC).date()
    done = import_files(here.data_dir / "logs", files, days, today)
    if as_json:
        print_json(asdict(done))
        return
    text = f"{done.searches:,} searches and {done.events:,} events"
    text += f"; {done.known:,} were there already" if done.known else ""
    old = f"; {done.too_old:,} are older than analytics.days, {days}" if done.too_old else ""
    click.echo(text + old)


@command.command(short_help="Write the logs into files.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--format", type=click.Choice(list(_FORMATS)), default="ndjson", show_default=True,
    help="How: bulk is what OpenSearch and Elasticsearch take; parquet needs that extra.",
)  # fmt: skip
@click.option("--index", default="", help="Of this index only.")
@click.option(
    "--since", default="", help="From then on: 7d, 12h, 2026-11-28, 2026-11-28T10:00:00Z."
)
@click.option("--until", default="", help="Before then.")
@json_option
@click.pass_context
def export(
    ctx: click.Context,
    folder: Path,
    *,
    format: str,
    index: str,
    since: str,
    until: str,
    as_json: bool,
) -> None:
    """Write `ubi_queries` and `ubi_events` into FOLDER, over what is there of those names."""
    now = datetime.now(UTC)
    asked = Asked(index, "", read_time(since, "since", now), read_time(until, "until", now))
    found, write = Exported(project(ctx).data_dir / "logs", asked), _FORMATS[format]
    folder.mkdir(parents=True, exist_ok=True)
    queries = write(folder, "ubi_queries", found.queries())
    events = write(folder, "ubi_events", found.events())
    if index and not queries:
        require(services(ctx), index)  # others' logs, too, may have been imported
    if as_json:
        print_json({"queries": queries, "events": events})
    else:
        click.echo(f"{queries:,} queries and {events:,} events are in {folder}")
