"""Text to folded words, and words to stems: for documents and queries, on every engine.

Words are indexed as they stand, and a query's word is expanded to its inflections from the
index's vocabulary (`engines/terms.py`). So a prefix still finds the whole word, an exact word
ranks above its inflections, and a highlight marks what is written.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeAlias

import Stemmer

from searchsvc.search.folding import fold, for_tokenizer, tokens

__all__ = ["Stem", "fold", "for_tokenizer", "stemmer", "tokens"]

Stem: TypeAlias = Callable[[Sequence[str]], Sequence[str]]

_REMEMBERED = 50_000  # words of a language, some 10 MB with their stems

# ISO 639-1 to the name of the Snowball algorithm.
_ALGORITHMS = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "cs": "czech",
    "da": "danish", "nl": "dutch", "en": "english", "eo": "esperanto", "et": "estonian",
    "fi": "finnish", "fr": "french", "de": "german", "el": "greek", "hi": "hindi",
    "hu": "hungarian", "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian",
    "ne": "nepali", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sr": "serbian", "es": "spanish", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


@lru_cache(maxsize=64)
def stemmer(language: str) -> Stem:
    """Words to their stems, for an ISO 639-1 `language`; other languages leave words as they are.

    Not safe to share between threads.
    """
    algorithm = _ALGORITHMS.get(language)
    if algorithm is None:
        return list
    known = _Stems(algorithm).__getitem__
    return lambda words: list(map(known, words))


class _Stems(dict[str, str]):
    """Words and their stems, remembered: a text's words come again, and stemming is slow."""

    def __init__(self, algorithm: str) -> None:
        super().__init__()
        self._stem = Stemmer.Stemmer(algorithm).stemWord

    def __missing__(self, word: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        stem = self[word] = str(self._stem(word))
        return stem
