"""Which words of an index could be meant by a misspelt one."""

from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

MOST = 8


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that could be meant; `weight` is below 1 and falls with every typo."""

    word: str
    weight: float


def corrections(
    word: str, typos: int, frequencies: Mapping[str, int], limit: int = MOST
) -> list[Correction]:
    """At most `limit` words within `typos` edits of `word`, nearest first, then commonest.

    `frequencies` gives the number of documents of each known word. The first letter must agree,
    since hardly anybody mistypes it, and a correction must be commoner than what was typed: that
    keeps the rare word that somebody really means. A swap of neighbours counts as one typo.
    """
    if typos < 1 or not word:
        return []
    typed = frequencies.get(word, 0)
    near = [
        (distance, -frequencies[candidate], candidate)
        for candidate, distance, _ in process.extract(
            word,
            _comparable(word, typos, frequencies),
            scorer=OSA.distance,
            score_cutoff=typos,
            limit=None,
        )
        if distance and frequencies[candidate] > typed
    ]
    return [
        Correction(candidate, 1 - distance / max(len(word), len(candidate)))
        for distance, _, candidate in sorted(near)[:limit]
    ]


def prefix_corrections(
    prefix: str, typos: int, frequencies: Mapping[str, int], limit: int = MOST
) -> list[Correction]:
    """Beginnings of known words that could be meant by the unfinished word `prefix`.

    None while any known word begins as typed: its end is still being written.
    """
    beginnings: dict[str, int] = {}
    for word, frequency in frequencies.items():
        if word.startswith(prefix):
            return []
        start = word[: len(prefix)]
        beginnings[start] = beginnings.get(start, 0) + frequency
    return corrections(prefix, typos, beginnings, limit)


def _comparable(word: str, typos: int, frequencies: Mapping[str, int]) -> list[str]:
    """The known words worth measuring: same first letter, length within reach."""
    low, high, first = len(word) - typos, len(word) + typos, word[0]
    return [known for known in frequencies if low <= len(known) <= high and known[0] == first]
