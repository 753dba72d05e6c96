"""Writes the rows of a report as CSV, or as a line of JSON each."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

# A spreadsheet takes a cell that begins so for a formula, and carries it out.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """A line for each row under one of names; nothing where there is no row.

    A text that a spreadsheet would carry out has an apostrophe in front.
    """
    file = io.StringIO()
    found = list(rows)
    writer = csv.writer(file, lineterminator="\r\n")
    if found:
        writer.writerow(found[0])
    for row in found:
        writer.writerow([_cell(value) for value in row.values()])
    return file.getvalue()


def ndjson_of(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A line of JSON for each row."""
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def _cell(value: object) -> object:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value
