"""Whose judgments count: a set's, a file's, or those in `mappings/<index>/judgments.csv`."""

from collections.abc import Callable, Iterable
from pathlib import Path

from searchsvc.domain.judgment import Judgment, JudgmentSet
from searchsvc.errors import (
    DefinitionError,
    JudgmentsRefused,
    UnknownSet,
    UsageError,
    nearest,
)
from searchsvc.ports import JudgmentStore
from searchsvc.relevance.evaluate import Ratings, ratings_of
from searchsvc.relevance.formats import quepid
from searchsvc.relevance.formats.lines import Text
from searchsvc.relevance.importing import check_set

FILE_NAME = "judgments.csv"


def read_judgments(path: Path) -> list[Judgment]:
    """All of a file's judgments, UTF-8 with a line of headings. Raises DefinitionError, OSError."""
    try:
        text = Text.decoded(path.read_bytes())
        return [line.judgment for line in quepid.read(text)]
    except JudgmentsRefused as error:
        raise DefinitionError(error.reason, file=path, line=error.line, hint=error.hint) from error


def required(store: JudgmentStore, index: str, name: str) -> list[Judgment]:
    """The judgments of a set. Raises UnknownSet, or RequestError for what cannot be a name."""
    check_set(name)
    found = store.judgments(index, name)
    if not found:
        names = [one.name for one in store.sets(index)]
        hint = nearest(name, names) if names else "make it by: searchsvc judge import"
        raise UnknownSet(f"'{index}' has no judgments in a set '{name}'", hint=hint)
    return found


def file_ratings(
    mappings: Path,
    index: str,
    file: Path | None = None,
    sets: Callable[[], Iterable[JudgmentSet]] = tuple,
) -> Ratings:
    """By the judgments of that file, or else by those beside the mapping.

    `sets` are those there are, for whoever means one. Raises UsageError or DefinitionError.
    """
    path = file or mappings / index / FILE_NAME
    if not path.exists():
        shown = path if file else f"mappings/{index}/{FILE_NAME}"
        names = ", ".join(f"'{one.name}'" for one in sets())
        hint = "write it with the columns query,id,rating, or name a set or another file"
        hint = f"name a set, of which there are {names}" if names else hint
        raise UsageError(f"there are no judgments: {shown} is not there", hint=hint)
    return ratings_of(read_judgments(path))


def has_file(mappings: Path, index: str) -> bool:
    """Whether there are judgments beside the mapping."""
    return (mappings / index / FILE_NAME).exists()


def set_ratings(store: JudgmentStore, index: str, name: str) -> Ratings:
    """By the judgments of a set. Raises as `required`."""
    return ratings_of(required(store, index, name))
