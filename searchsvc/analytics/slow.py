"""Reports the slowest requests of the slow log."""

from collections.abc import Mapping
from datetime import datetime
from heapq import nlargest
from pathlib import Path
from typing import Any

from searchsvc.analytics.period import Asked
from searchsvc.analytics.reports import explain_link
from searchsvc.analytics.tail import MOST_BYTES, newest
from searchsvc.telemetry.lines import log_files

_SHOWN = ("time", "request_id", "method", "path", "parameters", "index", "version", "status")


class SlowReport:
    """The slow requests in the log at `path`, by its newest `most` bytes."""

    def __init__(self, path: Path, most: int = MOST_BYTES) -> None:
        self._path = path
        self._most = most

    def slowest(self, asked: Asked, limit: int) -> list[Mapping[str, Any]]:
        """The slowest first, each with what it takes to send it again."""
        lines = newest(log_files(self._path), self._most)
        wanted = (line for line in lines if _is_whole(line) and _is_asked(line, asked))
        return [_row(one) for one in nlargest(limit, wanted, key=lambda x: float(x["total_ms"]))]


def _is_whole(line: Mapping[str, Any]) -> bool:
    return isinstance(line.get("total_ms"), int | float) and isinstance(line.get("path"), str)


def _is_asked(line: Mapping[str, Any], asked: Asked) -> bool:
    parameters = line.get("parameters") or {}
    if asked.index not in ("", line.get("index")):
        return False
    if asked.ranking not in ("", parameters.get("ranking") or "default"):
        return False
    try:
        return asked.holds(datetime.fromisoformat(str(line.get("time"))))
    except (ValueError, TypeError):  # no time, or none with a zone
        return asked.since is None and asked.until is None


def _row(line: Mapping[str, Any]) -> Mapping[str, Any]:
    shown = {name: line.get(name) for name in _SHOWN}
    text = (line.get("parameters") or {}).get("q")
    index = line.get("index")
    link = explain_link(str(index), text) if index and isinstance(text, str) and text else None
    times = {"total_ms": line["total_ms"], "stages": line.get("stages", {})}
    return {**shown, **times, "explain": link}
