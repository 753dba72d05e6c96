"""Writes a prefix file: keys in order, and the best entries of each prefix that many share."""

import os
import secrets
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import orjson

from searchsvc.suggestions.entries import Entry, Kind
from searchsvc.suggestions.keys import key_of, word_starts
from searchsvc.suggestions.layout import HEAVY, best_of_each, header_of, padding

TEMPORARY = ".tmp"
Buffer: TypeAlias = "bytearray | array[int]"


def write_file(path: Path, version: str, entries: Mapping[Kind, Iterable[Entry]]) -> None:
    """Put a file of these entries in the place of `path`, whole or not at all. Raises OSError.

    Needs about a kilobyte of memory for each entry, so it belongs into a process of its own.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    try:
        _write(temporary, version, *_sections(entries))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _write(path: Path, version: str, bounds: list[int], sections: Mapping[str, Buffer]) -> None:
    places: dict[str, tuple[int, int]] = {}
    size = 0
    for name, data in sections.items():
        length = memoryview(data).nbytes
        places[name] = size, length
        size += length + len(padding(length))
    with path.open("wb") as file:
        file.write(header_of(version, bounds, places, size))
        for name, data in sections.items():
            file.write(data)
            file.write(padding(places[name][1]))
        file.flush()
        os.fsync(file.fileno())


def _sections(entries: Mapping[Kind, Iterable[Entry]]) -> tuple[list[int], dict[str, Buffer]]:
    ranked: list[Entry] = []
    bounds = []
    for kind in Kind:
        some = entries.get(kind, ())
        ranked += sorted(some, key=lambda entry: (-entry.weight, entry.text, entry.field))
        bounds.append(len(ranked))
    texts, keys, pointers, ids = _keys(ranked)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    keys = [keys[place] for place in order]
    numbers = array("I", (ids[place] for place in order))
    heavy, best, best_ends = _heavy(keys, numbers, bounds)
    records, ends = _records(ranked)
    return bounds, {
        "texts": texts,
        "pointers": array("I", (pointers[place] for place in order)),
        "ids": numbers,
        "heavy": heavy,
        "best": best,
        "best_ends": best_ends,
        "records": records,
        "ends": ends,
    }


def _keys(
    ranked: Sequence[Entry],
) -> "tuple[bytearray, list[bytes], array[int], array[int]]":
    """All texts, and of each word that begins in one: the key from there, its place, its entry."""
    texts, keys = bytearray(), []
    pointers, ids = array("I"), array("I")
    for number, entry in enumerate(ranked):
        key = key_of(entry.text)
        begin = len(texts)
        whole = key.encode()
        texts += whole + b"\0"
        for start in word_starts(key):
            offset = start if len(whole) == len(key) else len(key[:start].encode())
            keys.append(whole[offset:])
            pointers.append(begin + offset)
            ids.append(number)
    return texts, keys, pointers, ids


def _records(ranked: Sequence[Entry]) -> "tuple[bytearray, array[int]]":
    records, ends = bytearray(), array("I")
    for entry in ranked:
        scope = entry.scope and (entry.scope.field, entry.scope.value, entry.scope.count)
        records += orjson.dumps((entry.text, entry.field, entry.id, entry.count, scope))
        ends.append(len(records))
    return records, ends


def _heavy(
    keys: Sequence[bytes], ids: "array[int]", bounds: Sequence[int]
) -> "tuple[array[int], array[int], array[int]]":
    """The ranges of keys with a common prefix that are longer than HEAVY, and the best of each."""
    found: dict[int, list[int]] = {}
    _best(keys, ids, bounds, (0, len(keys)), found)
    heavy, best, ends = array("Q"), array("I"), array("I")
    for place, some in sorted(found.items()):
        heavy.append(place)
        best.extend(some)
        ends.append(len(best))
    return heavy, best, ends


def _best(
    keys: Sequence[bytes],
    ids: "array[int]",
    bounds: Sequence[int],
    place: tuple[int, int],
    found: dict[int, list[int]],
) -> list[int]:
    """The best entries of a range: those of the ranges that it falls into, put together."""
    low, high = place
    if high - low <= HEAVY:
        return list(ids[low:high])
    depth = _shared(keys[low], keys[high - 1])
    together: set[int] = set()
    while low < high:
        end = _same(keys, low, high, depth)
        inner = (low, end)
        # Keys that are all the same fall into no smaller ranges.
        some = ids[low:end] if inner == place else _best(keys, ids, bounds, inner, found)
        together.update(some)
        low = end
    best = list(chain.from_iterable(best_of_each(together, bounds)))
    found[place[0] << 32 | high] = best
    return best


def _shared(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    most = min(len(one), len(other))
    if one[:most] == other[:most]:
        return most
    return next(at for at in range(most) if one[at] != other[at])


def _same(keys: Sequence[bytes], low: int, high: int, depth: int) -> int:
    """The end of the keys from `low` on that have the same byte at `depth`, or none there."""
    wanted = keys[low][depth : depth + 1]
    while low < high:
        middle = (low + high) // 2
        if keys[middle][depth : depth + 1] <= wanted:
            low = middle + 1
        else:
            high = middle
    return low
