"""Reads `mappings/<index>/judgments.csv`: golden queries, with the documents judged for them."""

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from searchsvc.domain.judgment import Judgment
from searchsvc.errors import DefinitionError, nearest

FILE_NAME = "judgments.csv"
_COLUMNS = ("query", "id", "rating")
# As other tools call them.
_ALIASES = {"docid": "id", "doc_id": "id", "document": "id", "grade": "rating", "label": "rating"}


def read_judgments(path: Path) -> list[Judgment]:
    """All of a file's judgments, UTF-8 with a line of headings. Raises DefinitionError, OSError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DefinitionError("not UTF-8", file=path, hint="save it as UTF-8") from error
    return list(_parsed(path, text))


def _parsed(path: Path, text: str) -> Iterator[Judgment]:
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    places: Mapping[str, int] | None = None
    try:
        for cells in reader:
            if not any(cells):
                continue
            if places is None:
                places = _places(path, cells)
                continue
            yield _judgment(path, reader.line_num, [cells[n : n + 1] for n in places.values()])
    except csv.Error as error:
        message = f"not CSV: {error}"
        raise DefinitionError(message, file=path, line=reader.line_num) from error


def _places(path: Path, headings: list[str]) -> dict[str, int]:
    """Where each of our columns stands."""
    names = [heading.strip().lower() for heading in headings]
    names = [_ALIASES.get(name, name) for name in names]
    for column in _COLUMNS:
        if column not in names:
            hint = (
                f"the first line names the columns: {','.join(_COLUMNS)}; {nearest(column, names)}"
            )
            raise DefinitionError(f"there is no column '{column}'", file=path, line=1, hint=hint)
    return {column: names.index(column) for column in _COLUMNS}


def _judgment(path: Path, line: int, cells: list[list[str]]) -> Judgment:
    query, id, rating = (cell[0].strip() if cell else "" for cell in cells)
    try:
        value = float(rating)
    except ValueError:
        value = math.nan
    if not query or not id or not 0 <= value < math.inf:
        hint = "a line has a query, an id and a rating from 0, like: black jacket,4711,3"
        raise DefinitionError("no judgment", file=path, line=line, hint=hint)
    return Judgment(query, id, value)
