"""`searchsvc schedule`: runs every indexer when it is due."""

import signal

import click

from searchsvc.cli.options import services
from searchsvc.cli.output import print_table
from searchsvc.interrupt import Interrupt


@click.command
@click.option("--list", "only_list", is_flag=True, help="List what is due when, and end.")
@click.pass_context
def command(ctx: click.Context, only_list: bool) -> None:
    """Run every indexer when it is due, until Ctrl-C or SIGTERM.

    Any number of these may run at once: a lease lets one process at a time write an index.
    """
    built = services(ctx)
    schedule = built.schedule()
    if only_list:
        print_table(
            ["index", "run", "when", "next"],
            [(due.index, due.kind, due.when, due.next_run) for due in schedule.due()],
            empty="nothing is due: no indexer says when (every, rebuild, reconcile)",
        )
        return
    built.log_to_console()
    stop = Interrupt()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    schedule.start()
    try:
        stop.wait()
    finally:
        schedule.stop()
