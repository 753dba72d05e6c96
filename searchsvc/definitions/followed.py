"""Follows one file: whether it has changed, and which of its contents is in use."""

import hashlib
import logging
import os
import shutil
import time
from pathlib import Path

from searchsvc.errors import DefinitionError, SearchsvcError

_log = logging.getLogger(__name__)
# A file that has just been written may be written again within the same tick of its clock.
_SETTLED_NS = 2_000_000_000
_Stamp = tuple[int, int, int] | None


class FollowedFile:
    """A text file that may be missing, which is the same as an empty one.

    `shown` is its path for messages. `used` is the hash of the content in use; `problem` says why
    the file as it lies is not in use.
    """

    def __init__(self, path: Path, shown: Path) -> None:
        self.path = path
        self.shown = shown
        self.used = ""
        self.problem = ""
        self._stamp: _Stamp = (0, 0, 0)
        self._seen = ""

    def changed(self) -> str | None:
        """The file's text, None where that was read before. Raises DefinitionError."""
        stamp = self._look()
        if stamp == self._stamp:
            return None
        data = self.read()
        is_settled = stamp is None or time.time_ns() - stamp[1] > _SETTLED_NS
        self._stamp = stamp if is_settled else (0, 0, 0)
        seen, self._seen = self._seen, content_hash(data)
        if self._seen == seen:
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            hint = "save it as UTF-8"
            raise DefinitionError("not UTF-8", file=self.shown, hint=hint) from error

    def write(self, data: bytes) -> None:
        """Put another content in its place in one step. Raises DefinitionError.

        Whoever reads it meanwhile reads the one or the other. A link stays a link.
        """
        target = self.path.resolve()
        draft = target.with_name(f".{target.name}.{os.getpid()}.new")
        try:
            with draft.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, draft)
            draft.replace(target)
        except OSError as error:
            draft.unlink(missing_ok=True)
            message = f"cannot write the file: {error.strerror}"
            raise DefinitionError(message, file=self.shown) from error

    def forget(self) -> None:
        """Let the file count as changed at the next look."""
        self._stamp, self._seen = (0, 0, 0), ""

    def accept(self) -> None:
        """What was read last is in use from now on."""
        if self.used != self._seen:
            self._tell()
        self.used, self.problem = self._seen, ""

    def refuse(self, error: SearchsvcError) -> None:
        """What was read last is not used, and what was in use before still is."""
        if self.problem != str(error):
            _log.error("what was read before stays in use: %s", error)
        self.problem = str(error)

    def _tell(self) -> None:
        """Say what is in use; a file that was never there is nothing to tell of."""
        if self._seen != _EMPTY or self._look() is not None:
            _log.info("%s is in use: %s", self.shown, self._seen)
        elif self.used:
            _log.info("%s is gone, and no longer in use", self.shown)

    def _look(self) -> _Stamp:
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def read(self) -> bytes:
        """What lies there now. Raises DefinitionError."""
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            message = f"cannot read the file: {error.strerror}"
            raise DefinitionError(message, file=self.shown) from error


def content_hash(data: bytes) -> str:
    """16 hex digits that differ for different contents."""
    return hashlib.sha256(data).hexdigest()[:16]


_EMPTY = content_hash(b"")
