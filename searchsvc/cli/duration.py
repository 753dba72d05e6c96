"""Times on the command line, such as `90d`."""

import re
from datetime import timedelta
from typing import Any

import click

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_FORM = re.compile(r"(\d{1,6})([smhd])")


class Duration(click.ParamType[timedelta]):
    """A whole number of seconds, minutes, hours or days; of them `least` at least."""

    name = "time"

    def __init__(self, least: int = 0) -> None:
        self._least = least

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Its time. Raises click's usage error."""
        if isinstance(value, timedelta):
            return value
        found = _FORM.fullmatch(str(value))
        if found is None:
            self.fail(f"'{value}' is no time; write it like 30s, 15m, 24h or 90d", param, ctx)
        seconds = int(found[1]) * _UNITS[found[2]]
        if seconds < self._least:
            self.fail(f"'{value}' is over at once; give it {self._least}s or more", param, ctx)
        return timedelta(seconds=seconds)
