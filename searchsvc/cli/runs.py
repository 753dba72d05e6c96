"""`searchsvc runs`: what indexers did, newest first."""

import click

from searchsvc.cli.options import json_option, optional_index, require, services
from searchsvc.cli.output import print_json, print_table
from searchsvc.domain.run import Run


@click.command
@optional_index
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many.",
)  # fmt: skip
@json_option
@click.pass_context
def command(ctx: click.Context, index: str | None, limit: int, as_json: bool) -> None:
    """List what indexers did, newest first; of one INDEX, or of all.

    A run's status follows from its counts: every id that was read is indexed, deleted, unchanged,
    stale or dead. `degraded` means that rows could not be indexed: see `searchsvc dead list`.
    """
    built = services(ctx)
    found = built.state.runs(require(built, index) if index else None, limit)
    if as_json:
        print_json(found)
        return
    headings = ["run>", "index", "kind", "status", "started", "seconds>", "read>", "indexed>"]
    headings += ["deleted>", "unchanged>", "stale>", "dead>", "error"]
    rows = [
        (run.id, run.index, run.kind, _status(run), run.started, run.seconds, run.counts.read,
         run.counts.indexed, run.counts.deleted, run.counts.unchanged, run.counts.stale,
         run.counts.dead, run.error)
        for run in found
    ]  # fmt: skip
    print_table(headings, rows, empty="no run yet; begin with: searchsvc index rebuild --all")


def _status(run: Run) -> str:
    """The status, and of a run under way how far it has come."""
    progress = run.progress
    if progress is None:
        return run.status
    share = f" {min(progress.done / progress.total, 1):.0%}" if progress.total else ""
    return f"{run.status}: {progress.phase}{share}"
