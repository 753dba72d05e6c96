"""How commands print: tables for people, JSON for programs."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click
import orjson
from rich.console import Console
from rich.table import Table

# Controls, ends of lines, and what turns the direction of a text.
_OBEYED = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def print_json(value: Any) -> None:
    """`value` as indented JSON; dataclasses and datetimes included."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z
    click.echo(orjson.dumps(value, option=options, default=str))


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str = ""
) -> None:
    """A table, in a pipe without a limit of width; a heading ending in `>` aligns to the right.

    Without rows it says `empty`.
    """
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        right = heading.endswith(">")
        table.add_column(heading.rstrip(">"), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    if empty and not table.row_count:
        click.echo(empty)
        return
    if not console.is_terminal:
        console.width = 240  # a pipe has no width to keep to
    console.print(table)


def grouped(texts: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Each text with the names that it goes for: what concerns many is said once."""
    concerned: dict[str, list[str]] = {}
    for name, some in texts.items():
        for text in some:
            concerned.setdefault(text, []).append(name)
    return concerned


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%SZ")
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else printable(str(value))


def printable(text: str) -> str:
    """Without what a terminal would obey, or show in another order: people typed it."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def human_size(size: int) -> str:
    """A number of bytes as people read it: 1.5 MiB."""
    value = float(size)
    for unit in ("B", "KiB", "MiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} GiB"
