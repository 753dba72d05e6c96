"""What the commands of `searchsvc judge` share: the store, a set by name, files."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

import click

from searchsvc.bootstrap import Services
from searchsvc.cli.options import Decorator
from searchsvc.domain.judgment import DEFAULT_SET, Conflict, JudgmentCounts
from searchsvc.ports import JudgmentStore
from searchsvc.relevance.formats.lines import Text

_SHOWN = 5  # conflicts that a person is told of; a program gets all

set_option: Decorator = click.option(
    "--set", "name", default=DEFAULT_SET, show_default=True, help="The name of the set."
)


@contextmanager
def opened(built: Services) -> Iterator[JudgmentStore]:
    """The judgments, closed at the end."""
    store = built.judgments()
    try:
        yield store
    finally:
        store.close()


def text_of(file: BinaryIO) -> Text:
    """What a file says. Raises JudgmentsRefused."""
    return Text.decoded(file.read(), name_of(file))


def name_of(file: BinaryIO) -> str:
    """How errors name it."""
    return "standard input" if file.name in ("-", "<stdin>") else str(file.name)


def tell_counts(
    index: str,
    name: str,
    counts: JudgmentCounts,
    differing: Sequence[Conflict],
    *,
    dry_run: bool,
) -> None:
    """Print what became of judgments that were put into a set, and where its raters differ."""
    verb = " would be" if dry_run else ""
    click.echo(
        f"{index}/{name}:{verb} {counts.new:,} new, {counts.changed:,} changed, "
        f"{counts.unchanged:,} unchanged"
    )
    if differing:
        click.echo(f"raters differ on {len(differing):,} documents of the set; its mean counts")
    for one in differing[:_SHOWN]:
        click.echo(f"  {one.query}: {one.id}: {ratings_text(one)}")
    if len(differing) > _SHOWN:
        click.echo("  all of them: searchsvc judge conflicts")


def ratings_text(conflict: Conflict) -> str:
    """What each rater says, on a line."""
    return ", ".join(f"{rater or 'unnamed'} {rating:g}" for rater, rating in conflict.ratings)


def conflict_row(one: Conflict) -> Mapping[str, Any]:
    """As JSON shows it."""
    return {"query": one.query, "id": one.id, "ratings": dict(one.ratings)}
