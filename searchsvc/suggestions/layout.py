"""How a prefix file lies on the disk: a checked header that names each section, then those.

Numbers are in the byte order of the host that wrote them, which the header tells. Entries are
numbered kind by kind, and within a kind by rank: the heaviest comes first. The header has the
number at which each kind ends.

- `texts`: the keys, each with a NUL behind it, as UTF-8.
- `pointers`: where in `texts` each beginning of a word lies, in the order of what is read there.
- `ids`: the entry of each of these.
- `heavy`: ranges of `pointers` (first << 32 | end) that share a prefix and are longer than HEAVY.
- `best`, `best_ends`: the MOST best entries of each kind of each of these, and where they end.
- `records`, `ends`: what an answer tells of each entry as JSON, and where that ends.
"""

import struct
import sys
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import orjson

from searchsvc.errors import StateError

FORMAT = 1
MAGIC = b"searchsg"
PREAMBLE = struct.Struct("<8sIII")  # magic, format, length and CRC-32 of the header
SECTIONS: Mapping[str, Literal["B", "I", "Q"]] = {
    "texts": "B", "pointers": "I", "ids": "I", "heavy": "Q", "best": "I", "best_ends": "I",
    "records": "B", "ends": "I",
}  # fmt: skip
# Of a longer range the best are known; of a shorter one they are looked for.
HEAVY = 64
# As many as an answer may hold of each kind.
MOST = 50
_ALIGN = 8


def header_of(
    version: str, bounds: Sequence[int], places: dict[str, tuple[int, int]], size: int
) -> bytes:
    """The preamble and header of a file of `size` bytes behind them, padded."""
    about = {
        "version": version,
        "order": sys.byteorder,
        "size": size,
        "bounds": bounds,
        "sections": places,
    }
    text = orjson.dumps(about)
    text += b" " * (-(PREAMBLE.size + len(text)) % _ALIGN)
    return PREAMBLE.pack(MAGIC, FORMAT, len(text), zlib.crc32(text)) + text


def padding(length: int) -> bytes:
    """What brings a section of that length to the next one's beginning."""
    return b"\0" * (-length % _ALIGN)


def best_of_each(numbers: Iterable[int], bounds: Sequence[int]) -> list[list[int]]:
    """The MOST best entries of each kind among these, by kind."""
    ordered = sorted(set(numbers))
    found, begin = [], 0
    for bound in bounds:
        end = bisect_left(ordered, bound, begin)
        found.append(ordered[begin : min(end, begin + MOST)])
        begin = end
    return found


def read_header(data: Any, length: int, path: Path) -> tuple[dict[str, Any], int]:
    """The header of a file of `length` bytes, and where its sections begin.

    Raises StateError for a file that is torn, of another format, or none of ours.
    """
    if length < PREAMBLE.size:
        raise _unusable(path, "it is torn")
    magic, number, size, checksum = PREAMBLE.unpack(data[: PREAMBLE.size])
    if magic != MAGIC or number != FORMAT:
        raise _unusable(path, "it is of another format")
    begin = PREAMBLE.size + size
    text = data[PREAMBLE.size : begin]
    if zlib.crc32(text) != checksum:
        raise _unusable(path, "it is torn")
    about = orjson.loads(text)
    if about["size"] != length - begin:
        raise _unusable(path, "it is torn")
    if about["order"] != sys.byteorder:
        raise _unusable(path, "another kind of host has written it")
    return about, begin


def _unusable(path: Path, why: str) -> StateError:
    hint = "it is made anew where it is removed"
    return StateError(f"the suggestions in '{path}' cannot be used: {why}", hint=hint)
