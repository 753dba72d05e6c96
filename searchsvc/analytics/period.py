"""What a report is asked for: an index, a ranking, and a time from and until when."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from searchsvc.errors import RequestError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_AGO = re.compile(r"(\d{1,6})([smhd])")


@dataclass(frozen=True, slots=True)
class Asked:
    """What counts for a report; "" and None leave that open. `until` itself is outside."""

    index: str = ""
    ranking: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether that time is asked for."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def read_time(text: str, name: str, now: datetime) -> datetime | None:
    """A time as RFC 3339 has it, or so long ago, like `7d`; None for "". Raises RequestError."""
    if not text:
        return None
    try:
        if (found := _AGO.fullmatch(text)) is not None:
            return now - timedelta(seconds=int(found[1]) * _UNITS[found[2]])
        # In a query string, a `+` that nobody has escaped is a space.
        at = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        hint = "like: 2026-11-28T10:00:00Z, 2026-11-28, or 7d for seven days ago"
        raise RequestError(f"'{name}' is no time: '{text[:50]}'", param=name, hint=hint) from error
