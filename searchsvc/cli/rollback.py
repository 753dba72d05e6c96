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
    A version of another definition is served as it is, and does not catch up.
    """
    built = services(ctx)
    run = built.runner(require(built, index)).rollback(version)
    click.echo(f"{run.version} answers for {index}")
    report(run)
