"""Shows how far a rebuild is: a bar on a terminal, plain lines elsewhere."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import click
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar
from rich.text import Text

from searchsvc.indexing.progress import NoProgress, Progress
from searchsvc.indexing.runner import Watching

_SECONDS_BETWEEN_LINES = 2.0


class _Speed(ProgressColumn):
    """Rows per second."""

    def render(self, task: Task) -> Text:
        """The speed over the last seconds, or over all when it has ended."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f} rows/s" if speed else "")


class TerminalProgress:
    """A bar with rows, rows/s and the time left."""

    def __init__(self, index: str) -> None:
        self._bar = Bar(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(),
            MofNCompleteColumn(), _Speed(), TimeRemainingColumn(),
        )  # fmt: skip
        self._index = index
        self._task = self._bar.add_task(index, total=None)
        self._bar.start()

    def start(self, total: int) -> None:
        """The number of rows to copy is known."""
        self._bar.update(self._task, total=total)

    def advance(self, rows: int) -> None:
        """So many more rows are copied."""
        self._bar.advance(self._task, rows)

    def phase(self, name: str) -> None:
        """The run does something else now."""
        self._bar.update(self._task, description=f"{self._index}: {name}")

    def finish(self) -> None:
        """The run has ended."""
        self._bar.stop()


class LineProgress:
    """A line at the start of each phase, and every two seconds while rows are copied."""

    def __init__(self, index: str) -> None:
        self._index = index
        self._total = 0
        self._rows = 0
        self._began = self._printed = monotonic()

    def start(self, total: int) -> None:
        """The number of rows to copy is known."""
        self._total = total
        self._began = self._printed = monotonic()

    def advance(self, rows: int) -> None:
        """So many more rows are copied."""
        self._rows += rows
        now = monotonic()
        if now - self._printed >= _SECONDS_BETWEEN_LINES or self._rows >= self._total:
            self._printed = now
            click.echo(f"{self._index}: {self._line(now - self._began)}")

    def phase(self, name: str) -> None:
        """The run does something else now."""
        click.echo(f"{self._index}: {name}")

    def finish(self) -> None:
        """The run has ended; its last line is printed already."""

    def _line(self, seconds: float) -> str:
        speed = self._rows / seconds if seconds > 0 else 0.0
        left = (self._total - self._rows) / speed if speed else 0.0
        return f"{self._rows:,}/{self._total:,} rows, {speed:,.0f} rows/s, ETA {left:.0f} s"


@contextmanager
def watch(index: str, *, quiet: bool = False) -> Iterator[Watching]:
    """Shows a run's progress on this standard output; Ctrl-C and SIGTERM stop it between pages."""
    if quiet:
        progress: Progress = NoProgress()
    else:
        progress = TerminalProgress(index) if sys.stdout.isatty() else LineProgress(index)
    watching = Watching(progress)
    before = {
        number: signal.signal(number, lambda *_: watching.stop.set())
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield watching
    finally:
        progress.finish()
        for number, handler in before.items():
            signal.signal(number, handler)
