"""`searchsvc index`: runs indexers by hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from searchsvc.bootstrap import Services
from searchsvc.cli.options import (
    Allow,
    allow_options,
    index_argument,
    indexes_argument,
    json_option,
    require,
    services,
)
from searchsvc.cli.output import print_json
from searchsvc.cli.progress import watch
from searchsvc.domain.run import Run
from searchsvc.errors import UsageError
from searchsvc.indexing.dryrun import DryRun

_PLURALS = {"query": "queries", "value": "values", "hit": "hits"}


@click.group
def command() -> None:
    """Run indexers: rebuild, increment, reconcile, prune; make suggestions."""


@command.command(short_help="Fill a new version and let it go live.")
@indexes_argument
@click.option("--all", "every", is_flag=True, help="Every index that has an indexer.")
@allow_options
@click.option("--fresh", is_flag=True, help="Begin at the first row, whatever a checkpoint says.")
@click.option("--dry-run", is_flag=True, help="Read and count every row, write nothing.")
@json_option
@click.pass_context
def rebuild(
    ctx: click.Context,
    indexes: tuple[str, ...],
    every: bool,
    allowed: Allow,
    fresh: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Fill a new version of each of INDEXES and let it go live.

    The live version answers, and follows its source, until the new one has passed its gate: its
    documents equal the source, and answer golden queries no worse. `searchsvc rollback INDEX`
    undoes it.
    A rebuild that was killed, stopped or cut off goes on from its last checkpoint. With --dry-run
    nothing is written, and exit code 3 says that the gate would refuse.
    """
    built = services(ctx)
    names = chosen(built, indexes, every)
    for index in names:
        built.check(index)
    if dry_run:
        return _dry_runs(built, names, as_json=as_json)
    with reports(as_json=as_json) as tell:
        for index in names:
            with watch(index, quiet=as_json) as watching:
                run = built.runner(index).rebuild(fresh=fresh, watching=watching, **allowed)
            tell(run)
    return 0


def _dry_runs(built: Services, names: list[str], *, as_json: bool) -> int:
    """Tell what rebuilds would find; 3 where a gate would refuse."""
    found: list[DryRun] = []
    for index in names:
        with watch(index, quiet=as_json) as watching:
            found.append(built.runner(index).dry_run(watching))
    if as_json:
        print_json(found)
    else:
        for one in found:
            _tell_dry_run(one)
    return 3 if any(one.refusals for one in found) else 0


def _tell_dry_run(one: DryRun) -> None:
    click.echo(f"{one.index}: nothing was written: {one.evidence.report()}")
    for id, reason in one.dead.items():
        click.echo(f"{one.index}: row {id} cannot be indexed: {reason}")
    for reason in one.refusals:
        click.echo(f"{one.index}: would be refused: {reason}")


@command.command(short_help="Write what changed since the last increment.")
@indexes_argument
@click.option("--all", "every", is_flag=True, help="Every index that has an indexer.")
@json_option
@click.pass_context
def increment(ctx: click.Context, indexes: tuple[str, ...], every: bool, as_json: bool) -> None:
    """Write what changed since the last increment into the live version of each of INDEXES."""
    built = services(ctx)
    names = chosen(built, indexes, every)
    with reports(as_json=as_json) as tell:
        for index in names:
            tell(built.runner(index).increment())


@command.command(short_help="Compare with the source, and mend what differs.")
@indexes_argument
@click.option("--all", "every", is_flag=True, help="Every index that has an indexer.")
@click.option(
    "--allow-deletes", is_flag=True, help="Delete even more than indexing.max_delete_ratio allows."
)
@json_option
@click.pass_context
def reconcile(
    ctx: click.Context, indexes: tuple[str, ...], every: bool, allow_deletes: bool, as_json: bool
) -> None:
    """Compare each of INDEXES with its source, row by row, and mend what differs.

    This finds what increments cannot see: deleted rows, and updates that moved no watermark.
    """
    built = services(ctx)
    names = chosen(built, indexes, every)
    with reports(as_json=as_json) as tell:
        for index in names:
            with watch(index, quiet=as_json) as watching:
                run, drift = built.runner(index).reconcile(
                    allow_deletes=allow_deletes, watching=watching
                )
            tell(run)
            if not as_json:
                click.echo(
                    f"{index}: {drift.total} documents were off: {drift.missing} missing,"
                    f" {drift.different} different, {drift.extra} without a row"
                )


@command.command(short_help="Delete versions that are not kept.")
@index_argument
@click.pass_context
def prune(ctx: click.Context, index: str) -> None:
    """Delete the versions of INDEX that indexing.keep_versions does not keep."""
    built = services(ctx)
    dropped = built.runner(require(built, index)).prune()
    click.echo(f"{index}: {len(dropped)} versions deleted")


@command.command(short_help="Make suggestions that need no engine.")
@indexes_argument
@click.option("--all", "every", is_flag=True, help="Every index that has an indexer.")
@click.pass_context
def suggest(ctx: click.Context, indexes: tuple[str, ...], every: bool) -> None:
    """Make the file that completes what is typed in the live version of each of INDEXES.

    `serve` and `up` have it made when it is due: see suggest.refresh.
    """
    built = services(ctx)
    for index in chosen(built, indexes, every):
        made = built.build_suggestions(index)
        counts = ", ".join(f"{number:,} {_PLURALS[kind]}" for kind, number in made.counts.items())
        click.echo(f"{index}: {counts} can be suggested, found in {made.seconds:.1f} s")


@contextmanager
def reports(*, as_json: bool) -> Iterator[Callable[[Run], object]]:
    """Takes each run that has ended: for a line on it, or for one JSON list at the end.

    An error ends the list, which then holds the runs before it.
    """
    ended: list[Run] = []
    try:
        yield ended.append if as_json else report
    finally:
        if as_json:
            print_json(ended)


def report(run: Run) -> None:
    """One line on a run that has ended, and one more where rows could not be indexed."""
    counts = run.counts
    parts = [f"{counts.read:,} read"]
    for name in ("indexed", "deleted", "unchanged", "stale", "dead"):
        number = getattr(counts, name)
        if number:
            parts.append(f"{number:,} {name}")
    click.echo(
        f"{run.index}: {run.kind} {run.status} in {run.seconds or 0:.1f} s: {', '.join(parts)}"
    )
    if counts.dead:
        click.echo(f"{run.index}: see why rows are dead: searchsvc dead list {run.index}")


def chosen(built: Services, indexes: tuple[str, ...], every: bool) -> list[str]:
    """The indexes to work on. Raises UnknownIndex, or UsageError when none is named."""
    if every and not built.indexers:
        hint = "add indexers/<index>.py, or begin with: searchsvc init URL"
        raise UsageError("no index has an indexer", hint=hint)
    if every:
        return sorted(built.indexers)
    if not indexes:
        known = ", ".join(sorted(built.indexers)) or "none"
        raise UsageError("name at least one index, or say --all", hint=f"known: {known}")
    return [require(built, index) for index in dict.fromkeys(indexes)]
