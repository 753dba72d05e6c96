"""The `searchsvc` command: finds the subcommand, and turns every error into a line and a code.

Exit codes: 0 ok, 1 failure, 2 usage, 3 check failed, 4 a source or engine is unreachable,
130 interrupted before the work was done.
"""

import importlib
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from searchsvc import __version__
from searchsvc.errors import (
    CallerError,
    CheckFailed,
    DefinitionError,
    EngineTimeout,
    EngineUnreachable,
    JudgmentsRefused,
    RunStopped,
    SearchsvcError,
    SettingsError,
    SourceError,
    SourceUnreachable,
    StalePlan,
    nearest,
)

INTERRUPTED = 130
_COMMANDS = {
    "demo": "Index this Python's own documentation, serve it, open the page.",
    "init": "Write mappings and indexers for the tables of a database.",
    "check": "Prove that settings, definitions and sources fit together.",
    "show": "Show an index's definition as it is understood.",
    "plan": "Say what bringing indexes to their files would take.",
    "apply": "Do what a plan says, and nothing else.",
    "index": "Run indexers: rebuild, increment, reconcile, prune.",
    "schedule": "Run every indexer when it is due.",
    "serve": "Serve the API and the search page.",
    "up": "Rebuild what is missing or outdated, then schedule and serve.",
    "judge": "Import, export and plan judgments: how good hits are, as people say.",
    "keys": "Make, list, rotate and revoke API keys; make tokens.",
    "status": "Show how each index stands.",
    "verify": "Prove that indexes equal their tables.",
    "runs": "List what indexers did.",
    "dead": "List, retry or drop rows that cannot be indexed.",
    "versions": "List the versions of indexes.",
    "rollback": "Let an earlier version answer again.",
    "eval": "Tell how well an index answers its judged queries.",
    "compare": "Tell whether one ranking is better than another.",
    "explain": "Tell what a hit's score is made of, and what lets it pass another.",
    "why": "Follow one row into the index and into a search.",
    "experiment": "Tell which of two rankings people prefer, by their clicks.",
    "learn": "Lift the documents that people click on, where that is proven to help.",
    "tune": "Find weights of fields that rank judged queries better.",
    "report": "Report what people search for, in vain too, and click on.",
    "events": "Take the logs of searches and events out, or others' in.",
    "latency": "Show latency percentiles by route, index and stage.",
    "completion": "Print the completion script of a shell.",
}
_EXIT_CODES: tuple[tuple[type[SearchsvcError], int], ...] = (
    (SourceUnreachable, 4),
    (EngineUnreachable, 4),
    (EngineTimeout, 4),
    (DefinitionError, 3),
    (SettingsError, 3),
    (SourceError, 3),
    (CheckFailed, 3),
    (StalePlan, 3),
    (JudgmentsRefused, 3),
    (CallerError, 2),
    (RunStopped, INTERRUPTED),
)


class _Commands(click.Group):
    """A group that imports a subcommand's module only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every subcommand, in the order of a first acquaintance."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of that name, None when there is none."""
        if cmd_name not in _COMMANDS:
            return None
        with _interrupts_held():
            command = importlib.import_module(f"searchsvc.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, but an unknown name is answered with the nearest."""
        if args[0] not in _COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise click.UsageError(f"no command '{args[0]}'; {nearest(args[0], _COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in --help, without importing what it lists."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Begin with: searchsvc demo, or with your own data: searchsvc init URL",
)
@click.option(
    "-C",
    "--project",
    "folder",
    type=click.Path(file_okay=False),
    default=".",
    metavar="FOLDER",
    help="The project: the folder of searchsvc.yaml, mappings/ and indexers/ (default: here).",
)
@click.version_option(__version__, message="searchsvc %(version)s")
def cli(folder: str) -> None:  # commands find it with options.project_folder
    """Search for the MySQL or SQLite tables that you have already.

    A project declares its indexes in mappings/<index>/mapping.yaml and what fills them in
    indexers/<index>.py. `searchsvc up` keeps the indexes equal to their tables and serves search
    and autocomplete over HTTP.
    """


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let Ctrl-C take effect at the end of the block.

    Python prints and forgets an interrupt that meets one of the callbacks by which it imports.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def main() -> None:
    """The installed command."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Carry out the command line; its exit code. Errors go to standard error."""
    try:
        result: Any = cli.main(arguments, prog_name="searchsvc", standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`| head`); say nothing more, not even when Python flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (SearchsvcError, OSError) as error:
        return _tell(error)
    return result if isinstance(result, int) else 0


def _tell(error: SearchsvcError | OSError) -> int:
    """Print an error on a line of standard error; its exit code."""
    if isinstance(error, OSError):
        if error.filename is None:
            raise error
        # A file or folder of the project cannot be made, read or written.
        click.echo(f"error: {error.filename}: {str(error.strerror).lower()}", err=True)
        return 1
    code = exit_code(error)
    click.echo(f"{'interrupted' if code == INTERRUPTED else 'error'}: {error}", err=True)
    return code


def exit_code(error: SearchsvcError) -> int:
    """The exit code of an error."""
    return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), 1)
