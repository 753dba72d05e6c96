"""Draws queries as people ask them: the commonest often, most of them rarely."""

import random
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "queries"


class Queries:
    """Draws from a file of queries; without weights the n-th query weighs 1/n (Zipf's law)."""

    def __init__(self, index, path=""):
        file = Path(path) if path else FOLDER / f"{index}.tsv"
        if not file.exists():
            raise SystemExit(f"no queries for index '{index}': write {file}, or name --queries")
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        if not lines:
            raise SystemExit(f"{file} has no query")
        parts = [line.partition("\t") for line in lines]
        self._texts = [text for text, _, _ in parts]
        self._weights = [
            float(weight) if weight else 1 / rank for rank, (_, _, weight) in enumerate(parts, 1)
        ]

    def draw(self):
        """One query."""
        return random.choices(self._texts, self._weights)[0]
