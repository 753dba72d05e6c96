"""The option `--fields`: for each use of a field those that a key or a token may name."""

from collections.abc import Iterable, Mapping

import click

from searchsvc.domain.allowlists import AllowLists, Use
from searchsvc.domain.definition import IndexDefinition
from searchsvc.errors import UsageError, nearest

NONE = "none"  # in the place of names
_EXAMPLE = "like: --fields return=title,price --fields filter=brand"
# What a field must be for each use, as definitions have it. Any text that is shown can be marked.
_FLAGS: Mapping[Use, tuple[str, str]] = {
    Use.RETURN: ("name", "return"),
    Use.FILTER: ("filterable", "filter by"),
    Use.FACET: ("facet", "count as a facet"),
    Use.SORT: ("sortable", "sort by"),
    Use.HIGHLIGHT: ("name", "highlight"),
}

fields_option = click.option(
    "--fields", "fields", multiple=True, metavar="USE=NAMES",
    help=f"Only these fields, with commas, or {NONE}, for one use: {', '.join(Use)}.",
)  # fmt: skip


def read_lists(given: Iterable[str]) -> AllowLists:
    """The lists of the option; a use that comes again has more fields. Raises UsageError."""
    found: dict[str, tuple[str, ...]] = {}
    for one in given:
        use, equals, names = one.partition("=")
        if use not in tuple(Use) or not equals:
            hint = nearest(use, Use) if equals else _EXAMPLE
            raise UsageError(f"'{one}' names no use of fields", hint=hint)
        listed = tuple(name.strip() for name in names.split(","))
        if not all(listed):
            raise UsageError(f"'{one}' names no field", hint=f"for no field at all: {use}={NONE}")
        found[use] = found.get(use, ()) + (() if listed == (NONE,) else listed)
    lists = AllowLists({use: tuple(dict.fromkeys(names)) for use, names in found.items()})
    _refuse_unseen(lists)
    return lists


def check_lists(lists: AllowLists, definitions: Iterable[IndexDefinition]) -> None:
    """Raises UsageError for a name that is in none of these indexes what it is listed for."""
    indexes = list(definitions)
    for use, names in lists.given.items():
        flag, done = _FLAGS[Use(use)]
        known = {name for index in indexes for name in index.public(flag)}
        for name in names:
            if name not in known:
                where = ", ".join(f"'{index.name}'" for index in indexes) or "no index"
                message = f"there is no field '{name}' to {done} in {where}"
                raise UsageError(message, hint=nearest(name, known))


def shown(lists: AllowLists) -> str:
    """The lists as the option takes them, for people."""
    return " ".join(f"{use}={','.join(names) or NONE}" for use, names in lists.given.items())


def _refuse_unseen(lists: AllowLists) -> None:
    """A highlight shows its text, so of what is not returned there is none."""
    allowed = lists.fields(Use.HIGHLIGHT) or frozenset()
    for name in lists.given.get(Use.HIGHLIGHT, ()):
        if name not in allowed:
            message = f"'{name}' is to be highlighted and not to be returned"
            raise UsageError(message, hint=f"list it for {Use.RETURN}, too")
