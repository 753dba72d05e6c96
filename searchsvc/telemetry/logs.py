"""Sets up the process's log: lines of text, or one JSON object a line; never more than one line."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

from searchsvc.telemetry.redacted import redacted

# Control characters could forge lines or drive a terminal; so could Unicode's line separators.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure_logging(level: str, format: str, stream: TextIO | None = None) -> None:
    """Send every log record of `level` and above to `stream` (standard error without one).

    `format` is `text` or `json`. Raises ValueError for a level that Python does not know.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if format == "json" else TextFormatter())
    root = logging.getLogger()
    root.setLevel(level.upper())
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    # It tells of each job that it adds; our own lines tell of each run.
    logging.getLogger("apscheduler").setLevel(max(root.level, logging.WARNING))


class TextFormatter(logging.Formatter):
    """`2026-08-23T10:15:00Z INFO searchsvc.api: message key=value`, on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record, without its end."""
        extra = "".join(f" {key}={value}" for key, value in _extra(record).items())
        text = f"{_time(record)} {record.levelname} {record.name}: {record.getMessage()}{extra}"
        if record.exc_info:
            text += f" | {self.formatException(record.exc_info)}"
        return redacted(_UNSAFE.sub(_escape, text))


class JsonFormatter(logging.Formatter):
    """{"time", "level", "logger", "message", …extra, "exception"?} as one line of ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record, without its end."""
        event: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_extra(record),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return redacted(json.dumps(event, default=str))


def _extra(record: logging.LogRecord) -> dict[str, object]:
    """What the caller gave as `extra=`."""
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _escape(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode("ascii")
