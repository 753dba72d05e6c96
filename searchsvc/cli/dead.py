"""`searchsvc dead`: the rows that cannot be indexed."""

import click

from searchsvc.cli.index import report
from searchsvc.cli.options import index_argument, json_option, optional_index, require, services
from searchsvc.cli.output import print_json, print_table
from searchsvc.errors import UsageError

ids_argument = click.argument("ids", nargs=-1, metavar="[ID]...")


@click.group
def command() -> None:
    """Work on dead letters: rows that cannot be indexed, and why.

    A letter names the row and the reason, never a value of the row. It goes by itself as soon as
    its row can be indexed, or is gone.
    """


@command.command("list", short_help="List them with their reasons.")
@optional_index
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Of each index.",
)  # fmt: skip
@json_option
@click.pass_context
def list_letters(ctx: click.Context, index: str | None, limit: int, as_json: bool) -> None:
    """List the dead letters of INDEX, or of every index, newest first."""
    built = services(ctx)
    names = [require(built, index)] if index else sorted(built.definitions)
    found = [letter for name in names for letter in built.state.dead_letters(name, limit)]
    if as_json:
        print_json(found)
        return
    rows = [(each.index, each.id, each.run, each.at, each.reason) for each in found]
    empty = "no row is known that cannot be indexed"
    print_table(["index", "id", "run>", "seen", "reason"], rows, empty=empty)


@command.command(short_help="Read the rows again.")
@index_argument
@ids_argument
@click.pass_context
def retry(ctx: click.Context, index: str, ids: tuple[str, ...]) -> int:
    """Read rows of INDEX again and index what can be indexed now: all dead letters, or these IDs.

    Exit code 3 when some are still dead.
    """
    built = services(ctx)
    runner = built.runner(require(built, index))
    letters = built.state.dead_letters(index, built.state.dead_letter_count(index))
    wanted = ids or tuple(letter.id for letter in letters)
    if not wanted:
        click.echo(f"{index}: no row is known that cannot be indexed")
        return 0
    report(runner.increment(also=wanted))
    left = built.state.dead_letter_count(index)
    click.echo(f"{index}: {left:,} dead letters are left")
    return 3 if left else 0


@command.command(short_help="Forget them.")
@index_argument
@ids_argument
@click.option("--all", "every", is_flag=True, help="Every dead letter of the index.")
@click.pass_context
def drop(ctx: click.Context, index: str, ids: tuple[str, ...], every: bool) -> None:
    """Forget dead letters of INDEX. One whose row is read again and is still dead comes back."""
    built = services(ctx)
    require(built, index)
    before = built.state.dead_letter_count(index)
    if not ids and not every:
        raise UsageError("name at least one ID, or say --all", hint="see: searchsvc dead list")
    found = built.state.dead_letters(index, before)
    gone = [letter.id for letter in found if every or letter.id in ids]
    built.state.resolve_dead_letters(index, gone)
    click.echo(f"{index}: {len(gone):,} dead letters dropped")
