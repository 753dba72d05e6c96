"""The layout of a worker's latency file: names, rings of histogram slots, and counters.

    header | names of series | names of counters | counters | series
    series = cumulative histogram | 32 slots of 10 s | 62 slots of 1 min

All of it is native-endian and read on the host that wrote it. A file of another layout has
another header or size and is ignored.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

from searchsvc.telemetry.buckets import BUCKETS

Key = tuple[str, ...]

_MAGIC = b"SRCHLAT1"
_HEADER = struct.Struct("=8sIIII")
_NAME = struct.Struct("=IH")
_NAME_BYTES = 192
_SEPARATOR = "\x1f"

# A slot: the number of its period since 1970, the longest time in it, its buckets.
SLOT_HEAD = struct.Struct("=Qd")
SLOT_BYTES = SLOT_HEAD.size + 4 * BUCKETS
# The cumulative histogram: sum of all times, spare, its buckets.
TOTAL_HEAD = struct.Struct("=dd")
TOTAL_BYTES = TOTAL_HEAD.size + 8 * BUCKETS


@dataclass(frozen=True, slots=True)
class Ring:
    """Slots of `seconds` each, `length` of them, at `offset` in a series.

    One more than a window needs, so that the slot being cleared is never one that is read.
    """

    seconds: int
    length: int
    offset: int

    def slot(self, period: int) -> int:
        """Where the slot of that period lies in a series."""
        return self.offset + period % self.length * SLOT_BYTES


TENS = Ring(seconds=10, length=32, offset=TOTAL_BYTES)
MINUTES = Ring(seconds=60, length=62, offset=TENS.offset + TENS.length * SLOT_BYTES)
SERIES_BYTES = MINUTES.offset + MINUTES.length * SLOT_BYTES


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things lie in a file for so many series and counters."""

    series: int = 256
    counters: int = 512

    @property
    def header(self) -> bytes:
        """What a file of this layout begins with."""
        return _HEADER.pack(_MAGIC, self.series, self.counters, SERIES_BYTES, _NAME_BYTES)

    def series_name(self, number: int) -> int:
        """Offset of a series' name."""
        return _HEADER.size + number * _NAME_BYTES

    def counter_name(self, number: int) -> int:
        """Offset of a counter's name."""
        return self.series_name(self.series) + number * _NAME_BYTES

    @property
    def values(self) -> int:
        """Offset of the counters, one 64-bit number each."""
        return self.counter_name(self.counters)

    @property
    def names_end(self) -> int:
        """Where the part ends that holds everything but the series."""
        return self.values + 8 * self.counters

    def series_at(self, number: int) -> int:
        """Offset of a series; on a page of its own, as disk space is claimed by pages."""
        start = -(-self.names_end // 4096) * 4096
        return start + number * (-(-SERIES_BYTES // 4096) * 4096)

    @property
    def size(self) -> int:
        """Bytes of the whole file; pages that no series uses are never claimed."""
        return self.series_at(self.series)


def layout_of(header: bytes) -> Layout | None:
    """The layout that a file's first bytes declare, None for a foreign or torn file."""
    if len(header) < _HEADER.size:
        return None
    _, series, counters, _, _ = _HEADER.unpack(header[: _HEADER.size])
    layout = Layout(series, counters)
    return layout if header.startswith(layout.header) else None


def encode_name(key: Key) -> bytes:
    """A key as it stands in the file; the checksum marks it complete. Raises ValueError."""
    text = _SEPARATOR.join(key).encode()
    if len(text) > _NAME_BYTES - _NAME.size:
        raise ValueError("the name of a series is too long")
    return _NAME.pack(crc32(text), len(text)) + text


def decode_names(names: bytes) -> Iterator[Key]:
    """The keys in a table of names, up to the first that is empty or torn."""
    for start in range(0, len(names), _NAME_BYTES):
        checksum, length = _NAME.unpack_from(names, start)
        text = names[start + _NAME.size : start + _NAME.size + length]
        if not length or crc32(text) != checksum:
            return
        yield tuple(text.decode().split(_SEPARATOR))
