"""Reads the latency files of all workers as one: percentiles of a window, totals, counters."""

import os
import sys
import time
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from searchsvc.telemetry.buckets import cumulative, percentile
from searchsvc.telemetry.latency_file import (
    MINUTES,
    SERIES_BYTES,
    SLOT_BYTES,
    SLOT_HEAD,
    TENS,
    TOTAL_BYTES,
    TOTAL_HEAD,
    Key,
    Layout,
    Ring,
    decode_names,
    layout_of,
)

WINDOWS = (1, 5, 60)


@dataclass(frozen=True, slots=True)
class Summary:
    """Times of one stage in a window, in seconds; percentiles within 2 %, `max` exact."""

    route: str
    index: str
    stage: str
    count: int
    p50: float
    p90: float
    p99: float
    max: float

    def in_ms(self) -> dict[str, str | float]:
        """For people: the same with times in milliseconds."""
        return {
            "route": self.route, "index": self.index, "stage": self.stage, "count": self.count,
            "p50_ms": self.p50 * 1000, "p90_ms": self.p90 * 1000,
            "p99_ms": self.p99 * 1000, "max_ms": self.max * 1000,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Total:
    """All times of one stage ever: how many lie below each of EDGES, how many, and their sum."""

    route: str
    index: str
    stage: str
    below: tuple[int, ...]
    count: int
    sum: float


class LatencyReport:
    """What the workers that record in `folder` have seen, the dead ones too.

    A window holds the current slot and as many full ones before it: at least its minutes, and at
    most one slot (10 s, or 1 min for the last hour) more.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock

    def window(self, minutes: int) -> list[Summary]:
        """The series that have times in the last 1, 5 or 60 minutes, by route, index, stage."""
        ring = MINUTES if minutes > 5 else TENS
        now = int(self._clock()) // ring.seconds
        periods = range(now - minutes * 60 // ring.seconds, now + 1)
        slots: dict[Key, list[bytes]] = defaultdict(list)
        for key, series in self._series(SERIES_BYTES):
            slots[key].extend(_slots(series, ring, periods))
        return [_summary(key, slots[key]) for key in sorted(slots) if slots[key]]

    def history(self, route: str, index: str, stage: str) -> list[tuple[int, Summary]]:
        """The minutes of the last hour that have times, each by its beginning since 1970.

        Every series of that stage counts, or those of the route and the index that are not "".
        """
        now = int(self._clock()) // MINUTES.seconds
        slots: dict[int, list[bytes]] = defaultdict(list)
        for key, series in self._series(SERIES_BYTES):
            if key[2] != stage or route not in ("", key[0]) or index not in ("", key[1]):
                continue
            for period in range(now - 60, now + 1):
                slots[period].extend(_slots(series, MINUTES, range(period, period + 1)))
        return [
            (period * MINUTES.seconds, _summary((route, index, stage), some))
            for period, some in sorted(slots.items())
            if some
        ]

    def totals(self) -> list[Total]:
        """Every series since the files exist, by route, index, stage."""
        merged: dict[Key, list[bytes]] = defaultdict(list)
        for key, histogram in self._series(TOTAL_BYTES):
            merged[key].append(histogram)
        return [_total(key, merged[key]) for key in sorted(merged)]

    def counters(self) -> dict[Key, int]:
        """Every counter by its name and labels."""
        sums: dict[Key, int] = defaultdict(int)
        for file, layout in self._files():
            names = os.pread(file, layout.values - layout.counter_name(0), layout.counter_name(0))
            values = array("Q", os.pread(file, 8 * layout.counters, layout.values))
            for key, value in zip(decode_names(names), values, strict=False):
                sums[key] += value
        return dict(sums)

    def _series(self, length: int) -> Iterator[tuple[Key, bytes]]:
        """Every series with its first `length` bytes, once per worker's file."""
        for file, layout in self._files():
            names = os.pread(file, layout.counter_name(0), layout.series_name(0))
            for number, key in enumerate(decode_names(names[: _names_bytes(layout)])):
                series = os.pread(file, length, layout.series_at(number))
                if len(key) == 3 and len(series) == length:
                    yield key, series

    def _files(self) -> Iterator[tuple[int, Layout]]:
        """Descriptor and layout of every usable file.

        They are read and not mapped: a file that is cut short then gives few bytes, and no signal.
        """
        for path in sorted(self._folder.glob("worker-*.bin")):
            try:
                file = os.open(path, os.O_RDONLY)
            except OSError:
                continue
            try:
                layout = layout_of(os.pread(file, 64, 0))
                if layout is not None and os.fstat(file).st_size == layout.size:
                    yield file, layout
            finally:
                os.close(file)


def _names_bytes(layout: Layout) -> int:
    return layout.counter_name(0) - layout.series_name(0)


def _slots(series: bytes, ring: Ring, periods: range) -> Iterator[bytes]:
    """The slots of a series that hold one of these periods."""
    for period in periods:
        start = ring.slot(period)
        if SLOT_HEAD.unpack_from(series, start)[0] == period:
            yield series[start : start + SLOT_BYTES]


def _summary(key: Key, slots: Sequence[bytes]) -> Summary:
    route, index, stage = key
    counts = _add("I", (slot[SLOT_HEAD.size :] for slot in slots))
    longest = max(SLOT_HEAD.unpack_from(slot)[1] for slot in slots)
    p50, p90, p99 = (min(percentile(counts, share), longest) for share in (0.5, 0.9, 0.99))
    return Summary(route, index, stage, sum(counts), p50, p90, p99, longest)


def _total(key: Key, parts: Sequence[bytes]) -> Total:
    route, index, stage = key
    counts = _add("Q", (part[TOTAL_HEAD.size :] for part in parts))
    seconds = sum(TOTAL_HEAD.unpack_from(part)[0] for part in parts)
    return Total(route, index, stage, tuple(cumulative(counts)), sum(counts), seconds)


def _add(kind: str, histograms: Iterable[bytes]) -> Sequence[int]:
    """Add histograms bucket by bucket.

    Each is read as one huge number, whose sum adds all buckets at once: 50 times faster than a
    loop, and right as long as no bucket's sum exceeds its 32 or 64 bits (4 billion requests of
    one duration within the hour).
    """
    length = 0
    total = 0
    for histogram in histograms:
        length = len(histogram)
        total += int.from_bytes(histogram, sys.byteorder)
    return array(kind, total.to_bytes(length, sys.byteorder))
