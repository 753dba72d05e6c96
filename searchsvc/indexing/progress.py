"""How far a run has come, told to whoever shows it."""

from typing import Protocol


class Progress(Protocol):
    """A run calls these from its own thread, in the order start, phase and advance, finish."""

    def start(self, total: int) -> None:
        """`total` rows are to be read."""
        ...

    def phase(self, name: str) -> None:
        """A new step has begun: copy, catch up, check, swap, prune."""
        ...

    def advance(self, rows: int) -> None:
        """So many more rows are done."""
        ...

    def finish(self) -> None:
        """The run has ended, well or not."""
        ...


class NoProgress:
    """Shown to nobody."""

    def start(self, total: int) -> None: ...

    def phase(self, name: str) -> None: ...

    def advance(self, rows: int) -> None: ...

    def finish(self) -> None: ...
