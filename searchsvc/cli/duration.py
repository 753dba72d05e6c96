"""Times on the command line, such as `90d`."""

import re
from datetime import timedelta
from typing import Any

import click

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_FORM = re.compile(r"(\d{1,6})([smhd])")


class Duration(click.ParamType[timedelta]):
    """A whole number of seconds, minutes, hours or days."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Its time. Raises click's usage error."""
        if isinstance(value, timedelta):
            return value
        found = _FORM.fullmatch(str(value))
        if found is None:
            self.fail(f"'{value}' is no time; write it like 30s, 15m, 24h or 90d", param, ctx)
        return timedelta(seconds=int(found[1]) * _UNITS[found[2]])
