"""`searchsvc verify`: proves that indexes equal their tables."""

import click

from searchsvc.cli.index import chosen, reports
from searchsvc.cli.options import indexes_argument, json_option, services
from searchsvc.domain.run import Drift


@click.command
@indexes_argument
@click.option("--all", "every", is_flag=True, help="Every index that has an indexer.")
@click.option("--repair", is_flag=True, help="Mend what differs.")
@click.option(
    "--allow-deletes", is_flag=True, help="Delete even more than indexing.max_delete_ratio allows."
)
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    indexes: tuple[str, ...],
    every: bool,
    repair: bool,
    allow_deletes: bool,
    as_json: bool,
) -> int:
    """Compare each of INDEXES with its source by sums, and row by row only where those differ.

    Both sides add up checksums of their rows themselves, so that millions of equal rows cost a
    few lines. What merely waits for an increment is written first, and is no drift. Exit code 3
    when documents differ and stay so.
    """
    built = services(ctx)
    drifts: list[Drift] = []
    with reports(as_json=as_json) as tell:
        for index in chosen(built, indexes, every):
            run, drift = built.runner(index).verify(repair=repair, allow_deletes=allow_deletes)
            drifts.append(drift)
            tell(run)
            if not as_json:
                dead = built.state.dead_letter_count(index)
                click.echo(f"{index}: {describe(drift, dead, repaired=repair)}")
    return 3 if any(drift.total for drift in drifts) and not repair else 0


def describe(drift: Drift, dead: int, *, repaired: bool) -> str:
    """One clause on what was found."""
    if not drift.total:
        return "equal to its source" + (f", but for {dead:,} rows that are dead" if dead else "")
    found = (
        f"{drift.missing:,} documents missing, {drift.different:,} different,"
        f" {drift.extra:,} without a row"
    )
    return f"{found}: {'mended' if repaired else 'mend them with --repair'}"
