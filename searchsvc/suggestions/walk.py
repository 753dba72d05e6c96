"""Finds the keys that begin as typed, or as typed with one edit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from searchsvc.suggestions.table import Range, Table

# Nobody types more without a look at what is suggested; each letter costs a step.
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Reading:
    """What may have been meant, and the keys that begin so."""

    key: str
    place: Range


def as_typed(table: Table, key: str) -> list[Reading]:
    """The keys that begin with `key`; none, or one range of them."""
    if not key.strip():
        return []
    low, high = table.narrowed(table.whole(), 0, key.encode())
    return [Reading(key, (low, high))] if low < high else []


def one_edit(table: Table, key: str) -> list[Reading]:
    """Beginnings of keys that are `key` with a letter more, less, wrong, or two of them swapped.

    The first letter is taken for right, since hardly anybody mistypes it, and so is the last one
    unless nothing is found so: a wrong end is one that is still being written. Words with a digit
    mean what they say.
    """
    if not 2 <= len(key) <= _LONGEST:
        return []
    signs, free = [sign.encode() for sign in key], _free(key)
    found = {meant: Reading(meant, place) for meant, place in _edited(table, signs, free)}
    return list(found.values()) or (as_typed(table, key[:-1]) if free[-1] else [])


def _free(key: str) -> list[bool]:
    """Of each character, whether it may be wrong."""
    words = key.split(" ")
    may = [[not any(map(str.isdigit, word))] * len(word) for word in words]
    return [one for word in may for one in (*word, True)][:-1]


def _edited(table: Table, signs: list[bytes], free: Sequence[bool]) -> Iterator[tuple[str, Range]]:
    """Walk along what was typed, and at each letter try what else may stand there."""
    before = signs[0]
    place = table.narrowed(table.whole(), 0, before)
    for at in range(1, len(signs)):
        if place[0] == place[1]:
            return
        rest, after = b"".join(signs[at:]), b"".join(signs[at + 1 :])
        last = at == len(signs) - 1
        tries: list[tuple[Range, bytes, bytes]] = []
        if free[at] and not last:
            swapped = signs[at + 1] + signs[at] + b"".join(signs[at + 2 :])
            tries += (place, before, after), (place, before, swapped)
        for sign, inner in table.children(place, len(before)) if free[at] else ():
            if sign != signs[at] and not last:
                tries.append((inner, before + sign, after))
            tries.append((inner, before + sign, rest))
        for within, begin, more in tries:
            low, high = table.narrowed(within, len(begin), more)
            if low < high:
                yield (begin + more).decode(), (low, high)
        place = table.narrowed(place, len(before), signs[at])
        before += signs[at]
