"""Follows one row: whether it is there, what becomes of it, and what the live version has of it."""

from dataclasses import dataclass
from enum import StrEnum

from searchsvc.domain.document import Document
from searchsvc.domain.run import DeadLetter
from searchsvc.errors import SourceUnreachable
from searchsvc.indexing.parts import IndexParts


class RowState(StrEnum):
    """What a read of the source finds of an id."""

    DOCUMENT = "document"  # a row that becomes a document
    DEAD = "dead"  # a row that cannot become one
    HIDDEN = "hidden"  # a row that the soft-delete column hides
    ABSENT = "absent"
    UNKNOWN = "unknown"  # the source does not answer


@dataclass(frozen=True, slots=True)
class Trace:
    """One row now. `reason` says why it is dead, or why the source does not answer.

    `indexed`: whether the live `version` holds a document of that id; `equal`: whether that is
    what the row says, None where one of them is missing. `outdated`: the version is of another
    definition. `letter`: a run has found the row dead. `increments`: the indexer follows changes.
    """

    index: str
    id: str
    row: RowState
    reason: str
    version: str | None
    outdated: bool
    indexed: bool
    equal: bool | None
    letter: DeadLetter | None
    increments: bool = True

    @property
    def told(self) -> str:
        """What the table has of it, for people."""
        text = _TOLD[self.row]
        return f"{text}: {self.reason}" if self.reason else text

    @property
    def verdict(self) -> str:
        """In a sentence, with the next step where something is amiss."""
        if self.version is None:
            return f"no version is live; run: searchsvc index rebuild {self.index}"
        if self.row is RowState.DOCUMENT:
            return self._of_document()
        left = f"; it goes with the next run: {self._next}"
        after = left if self.indexed else ""
        extra = self._extra() if self.indexed else ""
        return {
            RowState.DEAD: "it is left out",
            RowState.HIDDEN: f"it is hidden{after}",
            RowState.ABSENT: f"there is no row{extra}",
            RowState.UNKNOWN: "what the row says is not known",
        }[self.row]

    def _of_document(self) -> str:
        if self.equal:
            return "the document is what the row says"
        if self.outdated:
            return f"the version is of another definition; run: searchsvc plan {self.index}"
        what = "is older than the row" if self.indexed else "is not there yet"
        if not self.increments:
            return f"the document {what}; run: {self._next}"
        return (
            f"the document {what}; run: {self._next}, and if that does not help, "
            f"searchsvc verify {self.index} --repair"
        )

    @property
    def _next(self) -> str:
        """What brings the index to where the table is."""
        if self.increments:
            return f"searchsvc index increment {self.index}"
        return f"searchsvc verify {self.index} --repair"

    def _extra(self) -> str:
        return f", and its document is left; run: searchsvc verify {self.index} --repair"


def trace(parts: IndexParts, id: str, *, outdated: bool) -> Trace:
    """Reads the row and looks for its document; writes nothing. Raises what the engine raises."""
    row, reason, document = _read(parts, id)
    index, live = parts.indexer.index, parts.store.live(parts.indexer.index)
    digest = parts.store.digests(live, [id]).get(id) if live else None
    both = document is not None and digest is not None
    return Trace(
        index=index,
        id=id,
        row=row,
        reason=reason,
        version=live.name if live else None,
        outdated=outdated,
        indexed=digest is not None,
        equal=document.digest == digest if document is not None and both else None,
        letter=_letter(parts, id),
        increments=parts.indexer.follows,
    )


def _read(parts: IndexParts, id: str) -> tuple[RowState, str, Document | None]:
    try:
        reading = parts.reader.ids([id])
    except SourceUnreachable as error:
        return RowState.UNKNOWN, error.message, None
    if id in reading.dead:
        return RowState.DEAD, reading.dead[id], None
    if id in reading.hidden:
        return RowState.HIDDEN, "", None
    written = next((write for write in reading.writes if isinstance(write, Document)), None)
    return (RowState.ABSENT if written is None else RowState.DOCUMENT), "", written


def _letter(parts: IndexParts, id: str) -> DeadLetter | None:
    letters = parts.state.dead_letters(parts.indexer.index, _MOST_LETTERS)
    return next((letter for letter in letters if letter.id == id), None)


_MOST_LETTERS = 10_000
_TOLD = {
    RowState.DOCUMENT: "it is there, and becomes a document",
    RowState.DEAD: "it is there, and cannot be indexed",
    RowState.HIDDEN: "hidden by the soft-delete column",
    RowState.ABSENT: "there is no such row",
    RowState.UNKNOWN: "the source does not answer",
}
