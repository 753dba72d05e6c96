"""Records latencies and counts of one worker in a memory-mapped file that all workers can read.

Not for several threads: a worker answers on one event loop. What a recorder costs is fixed: a
file of at most `Layout.size` bytes, of which 320 KiB are claimed for each series in use.
"""

import fcntl
import logging
import os
import time
from collections.abc import Callable, Mapping
from mmap import mmap
from pathlib import Path

from searchsvc.telemetry.buckets import bucket_of
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
    encode_name,
)

OTHER = "other"
_MAX_WORKERS = 256
_log = logging.getLogger(__name__)


class LatencyRecorder:
    """Histograms by (route, index, stage) and named counters.

    Takes over the file of a worker that is gone, so its counts live on; when there is no room for
    one more series or counter, it goes to the one called `other`. `clock` gives seconds since
    1970 and is shared by all processes of the host.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], float] = time.time,
        layout: Layout | None = None,
    ) -> None:
        self._clock = clock
        self._layout = layout or Layout()
        self._file = _claim(folder, self._layout)
        self._memory = _map(self._file, self._layout)
        self._view = memoryview(self._memory)
        names = self._layout.series_name(0), self._layout.counter_name(0), self._layout.values
        self._series_keys = list(decode_names(bytes(self._view[names[0] : names[1]])))
        self._counter_keys = list(decode_names(bytes(self._view[names[1] : names[2]])))
        self._values = self._view[names[2] : self._layout.names_end].cast("Q")
        self._counters = {key: number for number, key in enumerate(self._counter_keys)}
        self._series: dict[Key, _Series] = {}
        for number, key in enumerate(self._series_keys):
            self._series[key] = self._open(number)
        # The two that always have room; made first, so that they can be made.
        self._other_series = self._find_series((OTHER, OTHER, OTHER))
        self._other_counter = self._find_counter((OTHER,))

    def record(self, route: str, index: str, stage: str, seconds: float) -> None:
        """Book one time of one stage; `index` may be empty."""
        self._at(route, index, stage).record(seconds, self._clock())

    def record_request(
        self, route: str, index: str, stages: Mapping[str, float], total: float
    ) -> None:
        """Book every stage of a request, and its total as the stage `total`; all in seconds."""
        now = self._clock()
        for stage, seconds in stages.items():
            self._at(route, index, stage).record(seconds, now)
        self._at(route, index, "total").record(total, now)

    def count(self, *key: str, by: int = 1) -> None:
        """Add to the counter of that name and labels."""
        number = self._counters.get(key)
        self._values[self._find_counter(key) if number is None else number] += by

    def close(self) -> None:
        """Let another worker take over the file. Further calls are errors."""
        for series in self._series.values():
            series.release()
        self._values.release()
        self._view.release()
        self._memory.close()
        if self._file is not None:
            os.close(self._file)

    def _at(self, route: str, index: str, stage: str) -> "_Series":
        key = (route, index, stage)
        return self._series.get(key) or self._find_series(key)

    def _find_series(self, key: Key) -> "_Series":
        """A new series, or `other` where there is no room for it."""
        number = len(self._series_keys)
        if (series := self._series.get(key)) is not None:
            return series
        if number >= self._layout.series or not self._write(self._layout.series_name(number), key):
            return self._other_series
        self._series_keys.append(key)
        self._series[key] = self._open(number)
        return self._series[key]

    def _find_counter(self, key: Key) -> int:
        number = len(self._counter_keys)
        if (known := self._counters.get(key)) is not None:
            return known
        if number >= self._layout.counters:
            return self._other_counter
        if not self._write(self._layout.counter_name(number), key):
            return self._other_counter
        self._counter_keys.append(key)
        self._counters[key] = number
        return number

    def _write(self, offset: int, key: Key) -> bool:
        """Put a name into its table; False where it is too long or the disk is full."""
        try:
            name = encode_name(key)
            if offset < self._layout.counter_name(0):
                _reserve(self._file, self._layout.series_at(len(self._series_keys)), SERIES_BYTES)
        except (ValueError, OSError):
            return False
        self._view[offset : offset + len(name)] = name
        return True

    def _open(self, number: int) -> "_Series":
        start = self._layout.series_at(number)
        return _Series(self._view[start : start + SERIES_BYTES])


class _Series:
    """The histograms of one (route, index, stage): all time, ten seconds, one minute."""

    __slots__ = ("_counts", "_memory", "_minute", "_peak", "_since", "_sum", "_ten", "_until")

    def __init__(self, memory: memoryview) -> None:
        self._memory = memory
        self._sum = memory[: TOTAL_HEAD.size].cast("d")
        self._counts = memory[TOTAL_HEAD.size : TOTAL_BYTES].cast("Q")
        self._since = self._until = 0.0
        self._peak = 0.0
        self._ten = self._minute = memory[:0].cast("I")

    def record(self, seconds: float, now: float) -> None:
        if not self._since <= now < self._until:
            self._turn(now)
        bucket = bucket_of(seconds)
        self._ten[bucket] += 1
        self._minute[bucket] += 1
        self._counts[bucket] += 1
        self._sum[0] += seconds
        if seconds > self._peak:
            self._raise_peak(seconds)

    def release(self) -> None:
        for view in (self._ten, self._minute, self._counts, self._sum, self._memory):
            view.release()

    def _turn(self, now: float) -> None:
        """Move on to the slots of `now`."""
        period = int(now) // TENS.seconds
        self._since, self._until = period * TENS.seconds, (period + 1) * TENS.seconds
        self._ten = self._slot(TENS, period)
        self._minute = self._slot(MINUTES, int(now) // MINUTES.seconds)
        self._peak = self._longest(TENS)

    def _slot(self, ring: Ring, period: int) -> memoryview:
        """The buckets of a period's slot, cleared when it held an earlier period."""
        start = ring.slot(period)
        held, _ = SLOT_HEAD.unpack_from(self._memory, start)
        if held != period:
            # First the period, so that no reader takes cleared buckets for the old one's.
            SLOT_HEAD.pack_into(self._memory, start, 0, 0.0)
            self._memory[start + SLOT_HEAD.size : start + SLOT_BYTES] = _EMPTY
            SLOT_HEAD.pack_into(self._memory, start, period, 0.0)
        return self._memory[start + SLOT_HEAD.size : start + SLOT_BYTES].cast("I")

    def _longest(self, ring: Ring) -> float:
        start = ring.slot(int(self._since) // ring.seconds)
        longest: float = SLOT_HEAD.unpack_from(self._memory, start)[1]
        return longest

    def _raise_peak(self, seconds: float) -> None:
        self._peak = seconds
        for ring in (TENS, MINUTES):
            period = int(self._since) // ring.seconds
            longest = max(self._longest(ring), seconds)
            SLOT_HEAD.pack_into(self._memory, ring.slot(period), period, longest)


_EMPTY = bytes(SLOT_BYTES - SLOT_HEAD.size)


def _claim(folder: Path, layout: Layout) -> int | None:
    """The descriptor of a file that no living worker holds; None when none can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(_MAX_WORKERS):
            file = os.open(folder / f"worker-{number:03}.bin", os.O_RDWR | os.O_CREAT, 0o644)
            if _lock(file):
                _prepare(file, layout)
                return file
            os.close(file)
    except OSError as error:
        # Latencies of this worker are missing from the reports then; requests are answered.
        _log.warning("cannot keep latencies in %s: %s", folder, error)
    return None


def _lock(file: int) -> bool:
    """Whether the file is ours until we end: the system frees the lock of a dead process."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _prepare(file: int, layout: Layout) -> None:
    """Start afresh unless the file is whole and of this layout. Raises OSError."""
    header = os.pread(file, len(layout.header), 0)
    if header == layout.header and os.fstat(file).st_size == layout.size:
        return
    os.ftruncate(file, 0)
    os.ftruncate(file, layout.size)
    _reserve(file, 0, layout.series_at(1))
    os.pwrite(file, layout.header, 0)


def _reserve(file: int | None, offset: int, length: int) -> None:
    """Claim disk space: writing to a mapped page without it would kill the process."""
    if file is not None and hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, offset, length)


def _map(file: int | None, layout: Layout) -> mmap:
    """The file's memory, or private memory where there is no file."""
    return mmap(-1 if file is None else file, layout.size)
