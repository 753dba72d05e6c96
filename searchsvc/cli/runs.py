"""`searchsvc runs`: what indexers did, newest first."""

import click

from searchsvc.bootstrap import Services
from searchsvc.cli.options import json_option, optional_index, require, services
from searchsvc.cli.output import print_json, print_table


@click.command
@optional_index
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many.",
)  # fmt: skip
@click.option("--dead", is_flag=True, help="List the rows that cannot be indexed, and why.")
@json_option
@click.pass_context
def command(ctx: click.Context, index: str | None, limit: int, dead: bool, as_json: bool) -> None:
    """List what indexers did, newest first; of one INDEX, or of all.

    A run's status follows from its counts: every id that was read is indexed, deleted, unchanged,
    stale or dead. `degraded` means that rows could not be indexed.
    """
    built = services(ctx)
    if dead:
        _print_dead(built, require(built, index) if index else None, limit, as_json)
        return
    found = built.state.runs(require(built, index) if index else None, limit)
    if as_json:
        print_json(found)
        return
    headings = ["run>", "index", "kind", "status", "started", "seconds>", "read>", "indexed>"]
    headings += ["deleted>", "unchanged>", "stale>", "dead>", "error"]
    rows = [
        (run.id, run.index, run.kind, run.status, run.started, run.seconds, run.counts.read,
         run.counts.indexed, run.counts.deleted, run.counts.unchanged, run.counts.stale,
         run.counts.dead, run.error)
        for run in found
    ]  # fmt: skip
    print_table(headings, rows, empty="no run yet; begin with: searchsvc index rebuild --all")


def _print_dead(built: Services, index: str | None, limit: int, as_json: bool) -> None:
    """The dead letters that are left, of one index or of each."""
    names = [index] if index else sorted(built.definitions)
    found = [letter for name in names for letter in built.state.dead_letters(name, limit)]
    if as_json:
        print_json(found)
        return
    rows = [(each.index, each.id, each.run, each.at, each.reason) for each in found]
    empty = "no row is known that cannot be indexed"
    print_table(["index", "id", "run>", "seen", "reason"], rows, empty=empty)
