"""What several commands share: the project, an index by name, and --json."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypedDict

import click
from click.shell_completion import CompletionItem

from searchsvc.bootstrap import Services, build
from searchsvc.errors import SearchsvcError, UnknownIndex, nearest
from searchsvc.settings import Project, load


def project(ctx: click.Context) -> Project:
    """The project that -C names. Raises SettingsError."""
    return load(project_folder(ctx))


def project_folder(ctx: click.Context) -> Path:
    """The folder that -C names; it is known while a shell completes, too, which runs no command."""
    return Path(ctx.find_root().params.get("folder") or ".").resolve()


def services(ctx: click.Context) -> Services:
    """The project's services, closed when the command ends."""
    built = build(project(ctx))
    ctx.call_on_close(built.close)
    return built


def require(built: Services, index: str) -> str:
    """`index` if it is defined. Raises UnknownIndex with the nearest name."""
    if index not in built.definitions:
        hint = nearest(index, built.definitions)
        raise UnknownIndex(f"unknown index '{index}'", hint=hint)
    return index


def _complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    try:
        folder = project(ctx).mappings
    except SearchsvcError:
        return []
    names = sorted(path.parent.name for path in folder.glob("*/mapping.yaml"))
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

index_argument: Decorator = click.argument("index", shell_complete=_complete)
optional_index: Decorator = click.argument("index", required=False, shell_complete=_complete)
indexes_argument: Decorator = click.argument("indexes", nargs=-1, shell_complete=_complete)


class Allow(TypedDict):
    """What an operator accepts of a rebuild."""

    allow_empty: bool
    allow_change: bool
    allow_worse: bool


def allow_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Three flags, handed on as one mapping, `allowed`."""

    @click.option("--allow-empty", is_flag=True, help="Let a version without documents go live.")
    @click.option(
        "--allow-change",
        is_flag=True,
        help="Let a version go live whose count is far from the live one's.",
    )
    @click.option(
        "--allow-worse",
        is_flag=True,
        help="Let a version go live that answers golden queries worse or slower.",
    )
    @wraps(command)
    def wrapped(*args: Any, **given: Any) -> Any:
        allowed = Allow(
            allow_empty=given.pop("allow_empty"),
            allow_change=given.pop("allow_change"),
            allow_worse=given.pop("allow_worse"),
        )
        return command(*args, allowed=allowed, **given)

    return wrapped


json_option: Decorator = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON for a program to read."
)
