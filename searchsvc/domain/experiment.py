"""Two rankings whose hits are served together, to see which of them people prefer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Ended(StrEnum):
    """Why an experiment is over."""

    ENOUGH = "enough"  # so many sessions as were planned
    STOPPED = "stopped"  # somebody has stopped it
    LOGS = "logs"  # the logs go no further back


@dataclass(frozen=True, slots=True)
class Preferences:
    """How many sessions clicked more on hits of `a`, and how many more on those of `b`.

    `tied` sessions clicked on as many of either, `silent` ones on none.
    """

    a: int = 0
    b: int = 0
    tied: int = 0
    silent: int = 0

    @property
    def decided(self) -> int:
        """How many sessions prefer a side."""
        return self.a + self.b


@dataclass(frozen=True, slots=True)
class Experiment:
    """Hits of the rankings `a` and `b` of an index, until `sessions` sessions prefer one.

    `ended` None: it runs. What was found stands in `found` once it has ended.
    """

    id: str
    index: str
    a: str
    b: str
    sessions: int
    started: datetime
    ended: datetime | None = None
    why: Ended | None = None
    found: Preferences | None = None
