"""`searchsvc status`: how each index stands."""

from collections.abc import Sequence
from typing import Any

import click

from searchsvc.bootstrap import Services
from searchsvc.cli.options import json_option, optional_index, require, services
from searchsvc.cli.output import print_json, print_table
from searchsvc.domain.run import Run, RunKind
from searchsvc.indexing.status import status_of


@click.command
@optional_index
@json_option
@click.pass_context
def command(ctx: click.Context, index: str | None, as_json: bool) -> None:
    """Show how INDEX stands, or every index: what answers, how fresh it is, and what is wrong.

    `freshness` is the age of the time up to which the live version follows its source; `drift`
    how many documents the last verify or reconcile found wrong; `dead letters` are rows that
    cannot be indexed.
    """
    built = services(ctx)
    names = [require(built, index)] if index else sorted(built.definitions)
    found = [_status(built, name) for name in names]
    if as_json:
        print_json(found)
        return
    headings = ["index", "version", "documents>", "freshness>", "drift>", "dead letters>"]
    rows = [
        (s["index"], s["version"] or "none yet", s["documents"], _age(s["freshness_seconds"]),
         s["drift"], s["dead_letters"], s["last_run"])
        for s in found
    ]  # fmt: skip
    print_table([*headings, "last run"], rows, empty="no index is defined")


def _status(built: Services, index: str) -> dict[str, Any]:
    """One index for a program; None where there is nothing to tell."""
    status = status_of(index, built.store, built.state)
    live = status.live
    return {
        "index": index,
        "version": live.version.name if live else None,
        "documents": live.documents if live else None,
        "freshness_seconds": status.freshness,
        "drift": status.drift,
        "dead_letters": status.dead_letters,
        "last_run": _last(status.runs),
        "unfinished_rebuild": built.runner(index).unfinished if index in built.indexers else None,
    }


def _last(runs: Sequence[Run]) -> str:
    """The newest run that was not an increment without news."""
    for run in runs:
        if run.kind is not RunKind.INCREMENT or run.error:
            return f"{run.kind} {run.status}"
    return "" if not runs else f"{runs[0].kind} {runs[0].status}"


def _age(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
