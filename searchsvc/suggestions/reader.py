"""Opens a prefix file, and completes what was typed from it."""

import mmap
from collections.abc import Sequence
from pathlib import Path

from searchsvc.errors import StateError
from searchsvc.suggestions.entries import Entry, Kind
from searchsvc.suggestions.layout import MOST, SECTIONS, read_header
from searchsvc.suggestions.table import Table
from searchsvc.suggestions.walk import Reading, as_typed, one_edit


class PrefixFile:
    """One file as it was when it was opened, in memory that all processes share.

    Nothing is read before it is asked for. Raises StateError for a file that cannot be used,
    FileNotFoundError where there is none.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            try:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError as error:
                raise StateError(f"the suggestions in '{path}' cannot be used: empty") from error
        about, begin = read_header(data, len(data), path)
        view = memoryview(data)
        sections = {}
        for name, code in SECTIONS.items():
            start, length = about["sections"][name]
            sections[name] = view[begin + start : begin + start + length].cast(code)
        texts = begin + about["sections"]["texts"][0]
        self._table = Table(data, texts, sections, about["bounds"])

    def __len__(self) -> int:
        return len(self._table)

    def complete(self, key: str, *, edits: bool) -> "Found":
        """Entries of which a key begins with `key`; with `edits`, with one edit where none does.

        Words that are all known are typed right: only no entry has them one after another.
        """
        found = as_typed(self._table, key)
        edited = edits and not found and not self._knows_words(key)
        return Found(self._table, one_edit(self._table, key) if edited else found, edited=edited)

    def _knows_words(self, key: str) -> bool:
        *finished, last = key.split(" ")
        words = [f"{word} " for word in finished] + [last] * bool(last)
        return all(as_typed(self._table, word) for word in words)


class Found:
    """The completions of one text; `edited` where none begins as typed.

    `meant` are what their keys begin with instead: the text as typed, or with an edit.
    """

    def __init__(self, table: Table, readings: Sequence[Reading], *, edited: bool) -> None:
        self._table = table
        self._best = table.best(reading.place for reading in readings)
        self.meant = [reading.key for reading in readings]
        self.edited = edited and bool(readings)

    def __bool__(self) -> bool:
        return bool(self.meant)

    def entries(self, kind: Kind, limit: int = MOST) -> list[Entry]:
        """The best ones, the heaviest first; MOST at most."""
        return [self._table.entry(one) for one in self._best[kind][:limit]]
