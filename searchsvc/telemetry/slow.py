"""Writes slow requests to a log of JSON lines from which they can be sent again.

A line: {"time", "request_id", "method", "path", "parameters", "index", "version", "status",
"total_ms", "stages"}; `path` and `parameters` are enough to repeat it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from searchsvc.telemetry.lines import LineLog


@dataclass(frozen=True, slots=True)
class SlowRequest:
    """One request as it is logged. `time` is RFC 3339 in UTC; `stages` and `total_ms` are in ms."""

    time: str
    request_id: str
    method: str
    path: str
    parameters: Mapping[str, object]
    index: str
    version: str
    status: int
    total_ms: float
    stages: Mapping[str, float]


class SlowLog(LineLog[SlowRequest]):
    """The log of slow requests."""
