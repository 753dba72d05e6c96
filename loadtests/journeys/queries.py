"""Draws queries as people ask them: the commonest often, most of them rarely."""

import random
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "queries"


class NoQueries(Exception):
    """There is no file of queries, or nothing usable in it; the message says what to do."""


class Queries:
    """Draws from a file of queries; without weights the n-th query weighs 1/n (Zipf's law)."""

    def __init__(self, index, path="", chance=random):
        file = Path(path) if path else FOLDER / f"{index}.tsv"
        if not file.is_file():
            raise NoQueries(f"no queries for index '{index}': write {file}, or name --queries")
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        if not lines:
            raise NoQueries(f"{file} has no query")
        parts = [line.partition("\t") for line in lines]
        self._texts = [text for text, _, _ in parts]
        self._weights = [_weight(file, text, rank) for rank, (_, _, text) in enumerate(parts, 1)]
        self._chance = chance

    def draw(self):
        """One query."""
        return self._chance.choices(self._texts, self._weights)[0]


def _weight(file, text, rank):
    if not text.strip():
        return 1 / rank
    try:
        weight = float(text)
    except ValueError:
        weight = -1.0
    if not 0 <= weight < float("inf"):
        raise NoQueries(f"{file}: '{text}' behind the tab is no weight")
    return weight
