"""Reports the slowest requests of the slow log."""

from collections.abc import Mapping
from heapq import nlargest
from pathlib import Path
from typing import Any

from searchsvc.analytics.tail import MOST_BYTES, newest
from searchsvc.telemetry.lines import log_files


class SlowReport:
    """The slow requests in the log at `path`, by its newest `most` bytes."""

    def __init__(self, path: Path, most: int = MOST_BYTES) -> None:
        self._path = path
        self._most = most

    def slowest(self, index: str, limit: int) -> list[Mapping[str, Any]]:
        """The slowest first, each as the log has it; of every index where `index` is ""."""
        lines = newest(log_files(self._path), self._most)
        wanted = (line for line in lines if index in ("", line.get("index")) and _is_whole(line))
        return nlargest(limit, wanted, key=lambda line: float(line["total_ms"]))


def _is_whole(line: Mapping[str, Any]) -> bool:
    return isinstance(line.get("total_ms"), int | float) and isinstance(line.get("path"), str)
