"""`searchsvc experiment`: which of two rankings people prefer."""

import asyncio
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from searchsvc.analytics.preferences import preferences
from searchsvc.bootstrap import Services
from searchsvc.cli.options import index_argument, json_option, optional_index, require, services
from searchsvc.cli.output import print_json, print_table
from searchsvc.domain.experiment import Experiment, Preferences
from searchsvc.errors import UsageError
from searchsvc.relevance.experiments import FOLDER, ExperimentFiles, begun, required, stopped
from searchsvc.relevance.verdict import LEAST_SESSIONS, SHARE, row_of, sessions_needed, told
from searchsvc.search.service import SearchService


@click.group
def command() -> None:
    """Compare two rankings of an index by what people click on.

    While an experiment runs, people who search see the hits of both in one list, and are not told
    which of them has brought a hit. docs/experiments.md says how that is done and counted.
    """


@command.command(short_help="Start one.")
@index_argument
@click.argument("a")
@click.argument("b")
@click.option(
    "--sessions", type=click.IntRange(LEAST_SESSIONS, 1_000_000),
    help="Sessions that prefer a side, after which it ends by itself.",
)  # fmt: skip
@click.option(
    "--share", type=click.FloatRange(0.502, 0.99), default=SHARE, show_default=True,
    help="Plan as many sessions as show, four times of five, that so many of them prefer a side.",
)  # fmt: skip
@json_option
@click.pass_context
def start(
    ctx: click.Context,
    index: str,
    a: str,
    b: str,
    *,
    sessions: int | None,
    share: float,
    as_json: bool,
) -> None:
    """Serve the rankings A and B of INDEX together from now on, to whoever names no ranking.

    The same ranking twice shows that neither side is preferred where there is no difference. An
    index has one experiment at a time.
    """
    if math.isnan(share):
        raise click.BadParameter("it is no number", param_hint="--share")
    built = services(ctx)
    require(built, index)
    if not built.project.settings.analytics.log:
        message = "searches are not remembered, so that nothing could be told"
        raise UsageError(message, hint="set analytics.log")
    engine = built.open_engine()
    try:
        search = SearchService(engine, built.definitions)
        one = begun(search, index, a, b, sessions or sessions_needed(share))
    finally:
        asyncio.run(engine.close())
    _files(built).start(one)
    if as_json:
        print_json(row_of(one))
        return
    click.echo(f"{one.id}: ends after {one.sessions:,} sessions that prefer {a} or {b}")
    click.echo(f"see what it finds: searchsvc experiment show {index}")


@command.command("list", short_help="List them, the newest first.")
@optional_index
@json_option
@click.pass_context
def list_all(ctx: click.Context, index: str | None, as_json: bool) -> None:
    """List the experiments of INDEX, or of every index."""
    built = services(ctx)
    found = _files(built).all(require(built, index) if index else "")
    if as_json:
        print_json({"experiments": [row_of(one) for one in found]})
        return
    rows = [(one.id, one.a, one.b, one.sessions, one.ended or "runs", one.why) for one in found]
    headings = ["experiment", "a", "b", "sessions>", "ended", "why"]
    print_table(headings, rows, empty="there are none: searchsvc experiment start")


@command.command(short_help="Tell what one has found.")
@index_argument
@click.argument("id", required=False)
@json_option
@click.pass_context
def show(ctx: click.Context, index: str, id: str | None, as_json: bool) -> None:
    """Tell what the experiment ID of INDEX has found; without an ID its newest.

    Before its end it decides nothing: who looks until it suits finds a winner among equals.
    """
    built = services(ctx)
    require(built, index)
    files = _files(built)
    newest = files.all(index)
    one = files.find(id) if id else newest[0] if newest else required(files, index)
    _tell(one, _found(built, one), as_json=as_json)


@command.command(short_help="End the one that runs.")
@index_argument
@json_option
@click.pass_context
def stop(ctx: click.Context, index: str, as_json: bool) -> None:
    """End the experiment that runs on INDEX, and tell what it has found.

    Before as many sessions as were planned it decides nothing.
    """
    built = services(ctx)
    require(built, index)
    files = _files(built)
    one = required(files, index)
    found = _found(built, one)
    _tell(stopped(files, one, found, datetime.now(UTC)), found, as_json=as_json)


def _files(built: Services) -> ExperimentFiles:
    return ExperimentFiles(built.project.data_dir / FOLDER)


def _found(built: Services, one: Experiment) -> Preferences:
    return one.found or preferences(built.project.data_dir / "logs", one)


def _tell(one: Experiment, found: Preferences, *, as_json: bool) -> None:
    body: Mapping[str, Any] = told(one, found)
    if as_json:
        print_json(body)
        return
    click.echo(body["verdict"])
    if body["interval"]:
        low, high = body["interval"]["low"], body["interval"]["high"]
        click.echo(f"  true share of {one.b}: {low:.1%} to {high:.1%}, 95 times of 100")
    click.echo(
        f"  {found.decided:,} of {one.sessions:,} sessions that are to prefer a side; "
        f"{found.tied:,} tied, {found.silent:,} without a click"
    )
    if one.ended is not None:
        click.echo(f"  ended {one.ended:%Y-%m-%dT%H:%M:%SZ}: {one.why}")
