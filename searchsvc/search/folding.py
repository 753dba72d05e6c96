"""Folds text into words: the same way for documents, queries and synonyms, on every engine."""

import re
import unicodedata
from functools import lru_cache

from searchsvc.search.words import LONGEST_WORD, SIGNS

_SHORT = 32  # characters of a piece worth remembering

_WORD = re.compile(r"[^\W_]+")
# Every byte of ASCII as fold leaves it, and a space for what is in no word.
_ASCII_WORDS = bytes(
    ord(chr(code).lower()) if code < 128 and chr(code).isalnum() else 32 for code in range(256)
)
# What may have to be folded; the punctuation of ordinary English text is passed over.
_FOREIGN = re.compile("[^\x00-\x7f\xa9\xae\xb7\u2010-\u2015\u2018-\u201f\u2022]+")
# Only accents over Latin letters go: й and ά are letters of their own, and their stemmers agree.
_ACCENTS = re.compile("(?:^|(?<=[a-z]))[\u0300-\u036f]+")
_LETTERS = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    }
)  # fmt: skip
# All but Latin, Greek, Cyrillic, CJK and plain signs: there marks are vowels, or the character is
# so new that tokenizers disagree on what it is. Then ours decides.
_UNSURE = re.compile(
    "[^\x00-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u1fff\u2000-\u206f\u20a0-\u20bf"
    "\u2100-\u214f\u2190-\u245f\u2500-\u27ff\u3000-\u3029\u3040-\u3096\u30a0-\u30ff"
    "\u3400-\u9fff\uac00-\ud7a3]"
)


def fold(text: str) -> str:
    """`text` lower-cased and without accents: `Über` and `uber` become one."""
    if text.isascii():
        return text.lower()
    # Piece by piece, since most texts hold only a few signs and letters beyond ASCII.
    return _FOREIGN.sub(_folded, text).lower()


def _folded(match: re.Match[str]) -> str:
    piece = match.group()
    return _fold_short(piece) if len(piece) <= _SHORT else _fold_piece(piece)


@lru_cache(maxsize=8192)
def _fold_short(piece: str) -> str:
    return _fold_piece(piece)


def _fold_piece(piece: str) -> str:
    """A run of characters beyond ASCII; an accent that begins it stands over the letter before."""
    plain = unicodedata.normalize("NFKD", piece.translate(SIGNS)).casefold()
    return unicodedata.normalize("NFC", _ACCENTS.sub("", plain)).translate(_LETTERS)


def tokens(text: str) -> list[str]:
    """The folded words of `text`: runs of letters and digits."""
    if text.isascii():
        # Most names, queries and English texts; in a fourth of the time that the pattern takes.
        words = text.encode().translate(_ASCII_WORDS).decode().split()
        if len(text) < LONGEST_WORD or max(map(len, words), default=0) < LONGEST_WORD:
            return words
        return [word for word in words if len(word) < LONGEST_WORD]
    folded = fold(text)
    words = _WORD.findall(folded)
    if len(folded) * 4 < LONGEST_WORD:  # four bytes at most per character
        return words
    return [word for word in words if len(word.encode()) < LONGEST_WORD]


def for_tokenizer(text: str) -> str:
    """`text` such that any tokenizer that splits at non-letters and lower-cases gives `tokens`."""
    if text.isascii():
        return text
    folded = fold(text)
    if folded.isascii() or not _UNSURE.search(folded):
        return folded
    return " ".join(_WORD.findall(folded))
