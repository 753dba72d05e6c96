"""Reads `mappings/<index>/synonyms.txt`: lines as Solr has them, checked one by one.

laptop, notebook, portable computer     each means the others
tv => television, flat screen           who asks for tv may mean the rest, not the reverse
"""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

from searchsvc.domain.curation import Phrase, Synonym
from searchsvc.errors import CheckFailed, DefinitionError
from searchsvc.search.synonyms import Synonyms, by_first_word, phrase

FILE_NAME = "synonyms.txt"
MAX_BYTES = 1_048_576
MAX_LINES = 10_000  # that say something
MAX_PHRASES = 32  # on one line
MAX_WORDS = 8  # of one phrase
MAX_PAIRS = 200_000  # of a phrase and what it may mean
_MOST_PROBLEMS = 20  # told at once
_EXAMPLE = "like: laptop, notebook  or: tv => television"


def parse_synonyms(text: str, path: Path) -> Synonyms:
    """All that the file says, by first words.

    Raises DefinitionError with the line, or CheckFailed with those of several.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise DefinitionError(f"has more than {MAX_BYTES} bytes", file=path, hint="split the index")
    reader = _Reader(path)
    for number, line in enumerate(text.splitlines(), 1):
        reader.read(number, line.strip())
    if len(reader.problems) == 1:
        raise reader.problems[0]
    if reader.problems:
        raise CheckFailed(str(problem) for problem in reader.problems[:_MOST_PROBLEMS])
    return by_first_word(reader.found)


class _Reader:
    """The lines so far: what they say, and what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.found: list[Synonym] = []
        self.problems: list[DefinitionError] = []
        self._path = path
        self._lines = 0
        self._said: dict[tuple[Phrase, Phrase], int] = {}

    def read(self, number: int, line: str) -> None:
        """One line; blank ones and those that begin with `#` say nothing."""
        if not line or line.startswith("#"):
            return
        self._lines += 1
        try:
            if self._lines > MAX_LINES:
                raise self._error(number, f"there are more than {MAX_LINES} lines", "merge some")
            self.found += self._synonyms(number, line)
        except DefinitionError as error:
            self.problems.append(error)

    def _synonyms(self, number: int, line: str) -> Iterator[Synonym]:
        left, arrow, right = line.partition("=>")
        if "=>" in right:
            raise self._error(number, "'=>' stands twice on the line", "begin a line for each")
        said = self._phrases(number, left)
        others = self._phrases(number, right) if arrow else said
        if not arrow and len(said) == 1:
            raise self._error(number, "a word alone means nothing else", _EXAMPLE)
        for one in said:
            meant = tuple(other for other in others if other != one)
            if not meant:
                raise self._error(number, f"'{' '.join(one)}' means only itself", _EXAMPLE)
            self._refuse_repeats(number, one, meant)
            yield Synonym(one, meant)

    def _phrases(self, number: int, side: str) -> list[Phrase]:
        found: dict[Phrase, None] = {}
        for written in side.split(","):
            one = phrase(written)
            if not one:
                what = "a side is empty" if not side.strip() else f"'{written.strip()}' has no word"
                raise self._error(number, what, _EXAMPLE)
            if any(unicodedata.category(sign) == "Cc" and sign != "\t" for sign in written):
                what = f"{written.strip()[:50]!r} holds a control character"
                raise self._error(number, what, "leave it out")
            if len(one) > MAX_WORDS:
                raise self._error(
                    number, f"'{written.strip()[:50]}' has more than {MAX_WORDS} words"
                )
            if one in found:
                raise self._error(number, f"'{written.strip()}' stands twice", "drop one of them")
            found[one] = None
        if len(found) > MAX_PHRASES:
            raise self._error(
                number, f"a side has more than {MAX_PHRASES} phrases", "split the line"
            )
        return list(found)

    def _refuse_repeats(self, number: int, one: Phrase, meant: tuple[Phrase, ...]) -> None:
        if len(self._said) + len(meant) > MAX_PAIRS:
            message = f"the file has more than {MAX_PAIRS} pairs"
            raise self._error(number, message, "say less, or split long lines")
        for other in meant:
            line = self._said.setdefault((one, other), number)
            if line != number:
                what = f"that '{' '.join(one)}' may mean '{' '.join(other)}' stands on line {line}"
                raise self._error(number, what, "drop one of the two")

    def _error(self, number: int, message: str, hint: str = "") -> DefinitionError:
        return DefinitionError(message, file=self._path, line=number, hint=hint)
