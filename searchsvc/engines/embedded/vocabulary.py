"""The words of one embedded version, read letter by letter when a query first needs them."""

from collections.abc import Sequence
from time import monotonic

from tantivy import Searcher

from searchsvc.engines.analysis import Stem
from searchsvc.engines.terms import Letter

# Reading may take this share of the time, so a letter of a large index is read again at most
# once in `_OLDEST` seconds, and one of a small index after almost every change.
_SHARE = 0.01
_OLDEST = 60.0
_MOST_LETTERS = 512  # kept; somebody may ask for every character there is


class Vocabulary:
    """Caches letters over the commits of a version; `fields` are tantivy fields of words."""

    def __init__(self, fields: Sequence[str], stems: Sequence[Stem]) -> None:
        self._fields = fields
        self._stems = stems
        self._letters: dict[str, tuple[Letter, int, float]] = {}

    def letter(self, first: str, searcher: Searcher, commit: int) -> Letter:
        """The words that begin with `first`, as of `searcher` or a little older.

        `commit` tells one searcher from the next; to keep the old one would keep its files.
        """
        cached = self._letters.get(first)
        if cached is not None and (cached[1] == commit or monotonic() < cached[2]):
            return cached[0]
        start = monotonic()
        found = [dict(searcher.terms_with_prefix(field, first)) for field in self._fields]
        letter = Letter(found, self._stems)
        end = monotonic()
        if len(self._letters) >= _MOST_LETTERS:
            self._letters.clear()
        self._letters[first] = letter, commit, end + min((end - start) / _SHARE, _OLDEST)
        return letter

    def is_current(self, first: str, commit: int) -> bool:
        """Whether the words that begin with `first` are those of that very commit."""
        cached = self._letters.get(first)
        return cached is not None and cached[1] == commit
