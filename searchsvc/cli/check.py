"""`searchsvc check`: proves that settings, definitions and sources fit together."""

from collections.abc import Iterable
from operator import itemgetter

import click

from searchsvc.bootstrap import Services
from searchsvc.cli.options import json_option, services
from searchsvc.cli.output import grouped, print_json
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
    """Read settings, definitions, synonyms and rules, and run each statement of each indexer
    without reading rows.

    Writes nothing. Exit code 3 when something does not fit, 4 when a source does not answer.
    """
    try:
        built = services(ctx)
    except _UNREADABLE as error:
        if as_json:
            print_json({**_as_json([], [], [("", error)]), "warnings": {}})
        raise
    problems, warnings = _checked(built)
    unfilled = sorted(set(built.definitions) - set(built.indexers))
    if as_json:
        report = _as_json(sorted(built.definitions), unfilled, problems)
        print_json({**report, "warnings": {i: found for i, found in warnings.items() if found}})
    else:
        _print(built, problems, unfilled)
        for text, names in grouped(warnings).items():
            click.echo(f"warning: {', '.join(names)}: {text}")
    if any(isinstance(error, SourceUnreachable) for _, error in problems):
        return 4
    return 3 if problems else 0


def _checked(built: Services) -> tuple[list[tuple[str, SearchsvcError]], dict[str, list[str]]]:
    """What is wrong with each index, and what each indexer warns of."""
    problems: list[tuple[str, SearchsvcError]] = []
    warnings: dict[str, list[str]] = {}
    for index in sorted(built.definitions):
        try:
            built.check_curation(index)
        except SearchsvcError as error:
            problems.append((index, error))
        if index in built.indexers:
            try:
                warnings[index] = built.check(index)
            except SearchsvcError as error:
                problems.append((index, error))
    return problems, warnings


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


def _print(
    built: Services, problems: list[tuple[str, SearchsvcError]], unfilled: list[str]
) -> None:
    fine = set(built.indexers) - {index for index, _ in problems}
    lines = [*problems, *((index, "ok") for index in fine)]
    for index, line in sorted(lines, key=itemgetter(0)):
        click.echo(f"{index}: {line}")
    for index in unfilled:
        click.echo(f"{index}: no indexer fills it; add indexers/{index}.py")
    if not built.definitions:
        click.echo("no index is defined; begin with: searchsvc init URL")
