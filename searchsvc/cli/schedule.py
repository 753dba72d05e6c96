"""`searchsvc schedule`: runs every indexer when it is due."""

import signal
from threading import Event

import click

from searchsvc.cli.options import services
from searchsvc.cli.output import print_table

_LONGEST_WAIT = 0.5  # seconds


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
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    schedule.start()
    try:
        # Not for ever: a signal that the system gives to another thread ends no such wait.
        while not stop.wait(_LONGEST_WAIT):
            pass
    finally:
        schedule.stop()
