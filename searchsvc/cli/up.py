"""`searchsvc up`: rebuilds what is missing or outdated, then schedules and serves."""

import click

from searchsvc.bootstrap import Services, check_address, serve
from searchsvc.cli.index import report
from searchsvc.cli.options import services
from searchsvc.cli.progress import watch


@click.command
@click.option("--port", type=click.IntRange(1, 65535), help="The port (default: api.port).")
@click.pass_context
def command(ctx: click.Context, port: int | None) -> None:
    """Rebuild what is missing or outdated, then run indexers when they are due, and serve.

    Ends on Ctrl-C or SIGTERM: requests under way are answered, runs stop between two pages.
    """
    built = services(ctx)
    built.log_to_console()
    check_address(built.project, port)
    bring_up(built)
    schedule = built.schedule()
    serve(built.project, port=port, on_started=schedule.start, on_stop=schedule.stop)


def bring_up(built: Services) -> None:
    """Rebuild every index without a live version, or with one of another definition.

    All of them are checked before the first one is begun.
    """
    runners = [built.runner(index) for index in sorted(built.indexers)]
    due = [runner for runner in runners if not runner.serving or runner.outdated]
    for runner in due:
        built.check(runner.index)
    for runner in due:
        with watch(runner.index) as watching:
            run = runner.rebuild(watching=watching)
        report(run)
