"""Whose judgments count: a set's, a file's, or else the usual ones."""

from dataclasses import dataclass
from pathlib import Path

from searchsvc.domain.judgment import DEFAULT_SET, Judgment
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


@dataclass(frozen=True, slots=True)
class Chosen:
    """The ratings of each query; `judged_by` names the set, or the file, that they are from."""

    ratings: Ratings
    judged_by: str


def of_set(store: JudgmentStore, index: str, name: str) -> Chosen:
    """By the judgments of a set. Raises as `required`."""
    return Chosen(ratings_of(required(store, index, name)), name)


def of_file(path: Path) -> Chosen:
    """By those of a file. Raises UsageError where it is not there, or DefinitionError."""
    if not path.exists():
        hint = "write it with the columns query,id,rating, or name a set or another file"
        raise UsageError(f"there are no judgments: {path} is not there", hint=hint)
    return Chosen(ratings_of(read_judgments(path)), path.name)


def usual(store: JudgmentStore, mappings: Path, index: str) -> Chosen:
    """By those beside the mapping, or else by those of the set `default`.

    Raises UsageError where there are neither, or DefinitionError.
    """
    if has_file(mappings, index):
        return of_file(mappings / index / FILE_NAME)
    names = [one.name for one in store.sets(index)]
    if DEFAULT_SET in names:
        return of_set(store, index, DEFAULT_SET)
    others = ", ".join(f"'{name}'" for name in names)
    hint = "import some: searchsvc judge import, or write the file with the columns query,id,rating"
    hint = f"name a set, of which there are {others}" if names else hint
    missing = f"neither mappings/{index}/{FILE_NAME} nor a set '{DEFAULT_SET}' is there"
    raise UsageError(f"there are no judgments: {missing}", hint=hint)


def has_file(mappings: Path, index: str) -> bool:
    """Whether there are judgments beside the mapping."""
    return (mappings / index / FILE_NAME).exists()
