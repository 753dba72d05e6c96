"""`searchsvc serve`: the API and the search page."""

import click

from searchsvc.bootstrap import serve
from searchsvc.cli.options import services


@click.command
@click.option("--port", type=click.IntRange(1, 65535), help="The port (default: api.port).")
@click.pass_context
def command(ctx: click.Context, port: int | None) -> None:
    """Serve the API and the search page, until Ctrl-C or SIGTERM.

    Runs no indexer: `searchsvc schedule` does, and `searchsvc up` does both.
    """
    built = services(ctx)
    built.log_to_console()
    serve(built.project, port=port)
