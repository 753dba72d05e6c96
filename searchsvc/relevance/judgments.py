"""Reads `mappings/<index>/judgments.csv`: golden queries, with the documents judged for them."""

from pathlib import Path

from searchsvc.domain.judgment import Judgment
from searchsvc.errors import DefinitionError, JudgmentsRefused
from searchsvc.relevance.formats import quepid
from searchsvc.relevance.formats.lines import Text

FILE_NAME = "judgments.csv"


def read_judgments(path: Path) -> list[Judgment]:
    """All of a file's judgments, UTF-8 with a line of headings. Raises DefinitionError, OSError."""
    try:
        text = Text.decoded(path.read_bytes())
        return [line.judgment for line in quepid.read(text)]
    except JudgmentsRefused as error:
        raise DefinitionError(error.reason, file=path, line=error.line, hint=error.hint) from error
