"""Where the prefix file of each version lies, and the open ones, followed as they are replaced."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from searchsvc.domain.index import IndexVersion
from searchsvc.errors import StateError
from searchsvc.suggestions.reader import PrefixFile

FOLDER = "suggestions"  # in the data folder
_SUFFIX = ".suggest"
_POLL = 1.0  # seconds for which a new file may go unseen
_log = logging.getLogger(__name__)


def file_of(folder: Path, version: IndexVersion) -> Path:
    """The prefix file of a version, which may not be there."""
    return folder / f"{version.name}{_SUFFIX}"


def versions_in(folder: Path, index: str) -> dict[IndexVersion, Path]:
    """The versions of an index that have a file."""
    found = {path: IndexVersion.parse(path.stem) for path in folder.glob(f"{index}-*{_SUFFIX}")}
    return {v: path for path, v in found.items() if v is not None and v.index == index}


def tidy(folder: Path, index: str, kept: Collection[IndexVersion]) -> None:
    """Remove the files of an index's other versions."""
    for version, path in versions_in(folder, index).items():
        if version not in kept:
            path.unlink(missing_ok=True)


@dataclass(slots=True)
class _Watched:
    """One index: of which version a file was looked for, when, how it looked, what is open."""

    version: IndexVersion
    checked: float
    seen: object = None
    file: PrefixFile | None = None


class PrefixFiles:
    """The open file of each index's version; looked at once a second at most."""

    def __init__(self, folder: Path, poll: float = _POLL) -> None:
        self._folder = folder
        self._poll = poll
        self._watched: dict[str, _Watched] = {}

    def of(self, version: IndexVersion) -> PrefixFile | None:
        """The file of that version; None while there is none that can be used."""
        watched = self._watched.get(version.index)
        now = monotonic()
        if watched is None or watched.version != version:
            watched = self._watched[version.index] = _Watched(version, float("-inf"))
        if now - watched.checked >= self._poll:
            watched.checked = now
            self._follow(watched)
        return watched.file

    def _follow(self, watched: _Watched) -> None:
        path = file_of(self._folder, watched.version)
        try:
            state = path.stat()
            seen = (state.st_ino, state.st_mtime_ns, state.st_size)
            if seen == watched.seen:
                return
            watched.seen = seen
            watched.file = PrefixFile(path)
        except FileNotFoundError:
            watched.seen = watched.file = None
        except (OSError, StateError) as error:
            # What was open before goes on; the engine answers where nothing was.
            _log.warning("%s", error)
