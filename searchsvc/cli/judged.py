"""What the commands of `searchsvc judge` share: the store, a set by name, files."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import click

from searchsvc.bootstrap import Services
from searchsvc.cli.options import Decorator
from searchsvc.domain.judgment import DEFAULT_SET, Judgment
from searchsvc.errors import UnknownSet, nearest
from searchsvc.ports import JudgmentStore
from searchsvc.relevance.formats.lines import Text
from searchsvc.relevance.importing import check_set

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


def required(store: JudgmentStore, index: str, name: str) -> list[Judgment]:
    """The judgments of a set. Raises UnknownSet."""
    check_set(name)
    found = store.judgments(index, name)
    if not found:
        names = [one.name for one in store.sets(index)]
        hint = nearest(name, names) if names else "make it by: searchsvc judge import"
        raise UnknownSet(f"'{index}' has no judgments in a set '{name}'", hint=hint)
    return found


def text_of(file: BinaryIO) -> Text:
    """What a file says. Raises JudgmentsRefused."""
    return Text.decoded(file.read(), name_of(file))


def name_of(file: BinaryIO) -> str:
    """How errors name it."""
    return "standard input" if file.name in ("-", "<stdin>") else str(file.name)
