"""Tells the workers of one server that it is about to stop, so that /readyz says so first."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Draining:
    """A file that exists while the server whose parent process is `server` drains."""

    folder: Path
    server: int

    @classmethod
    def of_worker(cls, data_dir: Path) -> Self:
        """As a worker sees it: its parent is the server."""
        return cls(data_dir / "run", os.getppid())

    @classmethod
    def of_server(cls, data_dir: Path) -> Self:
        """As the server's own process sees it."""
        return cls(data_dir / "run", os.getpid())

    @property
    def _path(self) -> Path:
        return self.folder / f"draining-{self.server}"

    def begin(self) -> None:
        """From now on the workers are not ready. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._path.touch()

    def end(self) -> None:
        """The server has stopped, or starts with a process id that was used before."""
        self._path.unlink(missing_ok=True)

    def active(self) -> bool:
        """Whether the server drains; one look at the file system."""
        return self._path.exists()
