"""`searchsvc rollback`: an earlier version answers again."""

import click

from searchsvc.cli.index import report
from searchsvc.cli.options import index_argument, require, services


@click.command
@index_argument
@click.option("--to", "version", metavar="VERSION", help="The version (default: the one before).")
@click.pass_context
def command(ctx: click.Context, index: str, version: str | None) -> None:
    """Let an earlier version of INDEX answer again, then catch up with its source.

    See the versions with `searchsvc versions INDEX`. The version that answered until now stays.
    A version of another definition is served as it is, does not catch up, and is replaced by the
    next `up` or `schedule`, unless the definition is put back before.
    """
    built = services(ctx)
    runner = built.runner(require(built, index))
    run = runner.rollback(version)
    click.echo(f"{run.version} answers for {index}")
    report(run)
    if runner.outdated:
        click.echo(
            f"{index}: this version is of another definition, so it does not follow its source;"
            " put the definition back, or `up` and `schedule` rebuild the index"
        )
