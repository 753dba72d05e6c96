"""Where versions lie on disk: a directory for each, `version.json` in it, and the live pointer.

<root>/<index>/live                     the name of the live version, replaced atomically
<root>/<index>/<version>/version.json   written last: without it the version is unfinished
<root>/<index>/<version>/tombstones     what was deleted lately (`tombstones.py`)
<root>/<index>/<version>/writer.lock    locked by the only writer
<root>/<index>/<version>/index/         tantivy's files
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from searchsvc.domain.index import IndexVersion, is_index_name
from searchsvc.engines.embedded.schema import FORMAT
from searchsvc.engines.recipes import Card
from searchsvc.errors import EngineError, UnknownVersion

_LIVE, _CARD, _TRASH = "live", "version.json", ".trash-"


@dataclass(frozen=True, slots=True)
class VersionDirectory:
    """The paths of one version."""

    version: IndexVersion
    path: Path

    @property
    def tantivy(self) -> Path:
        """Tantivy's own directory."""
        return self.path / "index"

    @property
    def meta(self) -> Path:
        """The file that tantivy replaces with each commit."""
        return self.tantivy / "meta.json"

    @property
    def lock(self) -> Path:
        """The writer's lock file."""
        return self.path / "writer.lock"

    @property
    def tombstones(self) -> Path:
        """The log of deletes."""
        return self.path / "tombstones"

    def write_card(self, card: Card) -> None:
        """Finish the version's creation, or restate what it was made from."""
        replace_file(self.path / _CARD, msgspec.json.encode(card))

    def card(self) -> Card:
        """What version.json says. Raises UnknownVersion, or EngineError where it is unreadable."""
        try:
            card = msgspec.json.decode((self.path / _CARD).read_bytes(), type=Card)
        except FileNotFoundError:
            raise no_version(self.version) from None
        except (OSError, msgspec.MsgspecError, ValueError) as error:
            raise damaged(self.version, error) from error
        if card.index_format != FORMAT:
            raise EngineError(
                f"version '{self.version}' has index format {card.index_format}, not {FORMAT}",
                hint=rebuild_hint(self.version),
            )
        return card

    def definition_hash(self) -> str:
        """The hash, or "" where the version is unfinished or unreadable."""
        try:
            return self.card().definition_hash
        except (EngineError, UnknownVersion):
            return ""

    def size(self) -> int:
        """Bytes on disk; files that vanish meanwhile count nothing."""
        total = 0
        for folder, _, names in os.walk(self.path):
            for name in names:
                try:
                    total += (Path(folder) / name).stat().st_size
                except FileNotFoundError:
                    continue
        return total

    def documents(self) -> int:
        """Committed documents, from tantivy's own list of segments; 0 where it is unreadable."""
        try:
            segments = msgspec.json.decode(self.meta.read_bytes())["segments"]
            return sum(
                s["max_doc"] - (s["deletes"] or {}).get("num_deleted_docs", 0) for s in segments
            )
        except (OSError, msgspec.MsgspecError, KeyError, TypeError):
            return 0


class Directories:
    """All versions under one root."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def of(self, version: IndexVersion) -> VersionDirectory:
        """The version's paths, whether it exists or not."""
        return VersionDirectory(version, self._root / version.index / version.name)

    def all(self, index: str) -> Iterator[VersionDirectory]:
        """Every version's directory, oldest first."""
        folder = self._root / index
        if not is_index_name(index) or not folder.is_dir():
            return
        versions = (IndexVersion.parse(entry.name) for entry in folder.iterdir())
        yield from (self.of(v) for v in sorted(v for v in versions if v and v.index == index))

    def pointer(self, index: str) -> Path:
        """The file that names the live version."""
        return self._root / index / _LIVE

    def live(self, index: str) -> IndexVersion | None:
        """The version that the pointer names; None where there is no usable pointer."""
        if not is_index_name(index):
            return None
        try:
            name = self.pointer(index).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        version = IndexVersion.parse(name)
        return version if version is not None and version.index == index else None

    def point(self, version: IndexVersion) -> None:
        """Make `version` live; a reader sees the old name or the new one, never neither."""
        replace_file(self.pointer(version.index), f"{version.name}\n".encode())

    def remove(self, version: IndexVersion) -> None:
        """Delete the version's directory; renamed first, so that half of it is never a version."""
        path = self.of(version).path
        if path.exists():
            path.rename(path.with_name(f"{_TRASH}{version.name}"))
        for rest in path.parent.glob(f"{_TRASH}*"):
            shutil.rmtree(rest, ignore_errors=True)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file such that after a power cut it is the old one or the new one."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the directory's entries durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def no_version(version: IndexVersion) -> UnknownVersion:
    """The error of a version that is not there, or was never finished."""
    return UnknownVersion(f"no version '{version}'", hint="see `searchsvc versions`")


def damaged(version: IndexVersion, error: BaseException) -> EngineError:
    """The error of a version whose files cannot be read."""
    return EngineError(
        f"version '{version}' cannot be read: {one_line(error)}", hint=rebuild_hint(version)
    )


def rebuild_hint(version: IndexVersion) -> str:
    """What to do about an unusable version."""
    return f"run `searchsvc index rebuild {version.index}`"


def one_line(error: BaseException) -> str:
    """An error's text without line breaks, at most 300 characters."""
    return " ".join(str(error).split())[:300] or type(error).__name__
