"""Times the stages of one request: parse, plan, engine, render."""

from time import perf_counter


class Stages:
    """A stopwatch with laps; each `lap` books the time since the one before it to a stage."""

    __slots__ = ("_last", "_start", "durations")

    def __init__(self) -> None:
        self._start = self._last = perf_counter()
        self.durations: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Book the time since the last lap to `stage`; a stage may be booked several times."""
        now = perf_counter()
        self.durations[stage] = self.durations.get(stage, 0.0) + now - self._last
        self._last = now

    @property
    def total(self) -> float:
        """Seconds since the start."""
        return perf_counter() - self._start
