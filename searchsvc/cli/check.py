"""`searchsvc check`: proves that settings, definitions and sources fit together."""

from collections.abc import Iterable

import click

from searchsvc.bootstrap import Services
from searchsvc.cli.options import json_option, services
from searchsvc.cli.output import print_json
from searchsvc.errors import (
    CheckFailed,
    DefinitionError,
    SearchsvcError,
    SettingsError,
    SourceUnreachable,
)

_UNREADABLE = (SettingsError, DefinitionError, CheckFailed)


@click.command
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int:
    """Read settings and definitions, and run each statement of each indexer without reading rows.

    Writes nothing. Exit code 3 when something does not fit, 4 when a source does not answer.
    """
    try:
        built = services(ctx)
    except _UNREADABLE as error:
        if as_json:
            print_json(_as_json([], [], [("", error)]))
        raise
    problems = {
        index: found for index in sorted(built.indexers) if (found := _problem(built, index))
    }
    unfilled = sorted(set(built.definitions) - set(built.indexers))
    if as_json:
        print_json(_as_json(sorted(built.definitions), unfilled, problems.items()))
    else:
        _print(built, problems, unfilled)
    if any(isinstance(error, SourceUnreachable) for error in problems.values()):
        return 4
    return 3 if problems else 0


def _problem(built: Services, index: str) -> SearchsvcError | None:
    """Why the indexer of that index would fail, None when its statements and columns fit."""
    try:
        built.check(index)
    except SearchsvcError as error:
        return error
    return None


def _as_json(
    indexes: list[str], unfilled: list[str], problems: Iterable[tuple[str, SearchsvcError]]
) -> dict[str, object]:
    """The report for a program; a problem of the files, not of one indexer, has no index."""
    found = [
        {"index": index, "code": error.code, "message": message}
        for index, error in problems
        for message in (error.problems if isinstance(error, CheckFailed) else [str(error)])
    ]
    return {
        "ok": not found, "indexes": indexes, "without_indexer": unfilled, "problems": found,
    }  # fmt: skip


def _print(built: Services, problems: dict[str, SearchsvcError], unfilled: list[str]) -> None:
    for index in sorted(built.indexers):
        problem = problems.get(index)
        click.echo(f"{index}: {'ok' if problem is None else problem}")
    for index in unfilled:
        click.echo(f"{index}: no indexer fills it; add indexers/{index}.py")
    if not built.definitions:
        click.echo("no index is defined; begin with: searchsvc init URL")
