"""Cuts text into words, the same way for queries and for documents on every engine."""

import re
import unicodedata
from itertools import pairwise

LONGEST_WORD = 256  # bytes; what is longer is data, not a word
_WORD = re.compile(r"[^\W_]+")
# Compatibility forms would glue these to the word before them: Kindle™ would be `kindletm`.
SIGNS = str.maketrans({"\N{TRADE MARK SIGN}": " ", "\N{SERVICE MARK}": " "})
# Every byte of ASCII, with a space for what is in no word.
_ASCII_WORDS = bytes(code if chr(code).isalnum() and code < 128 else 32 for code in range(256))


def normalise(text: str) -> str:
    """NFKC, without characters that no text holds (NUL, lone surrogates, controls)."""
    if text.isascii():
        return text.replace("\0", " ")
    clean = text.encode("utf-8", "ignore").decode("utf-8").translate(SIGNS)
    return unicodedata.normalize("NFKC", clean).replace("\0", " ")


def words(text: str) -> list[str]:
    """The case-folded words of `text`: runs of letters and digits, so `os.path` is two words."""
    return cut(normalise(text))


def cut(normal: str) -> list[str]:
    """The words of a text that is normalised already."""
    if normal.isascii():
        return _WORD.findall(normal.lower())
    # Cut first: case-folding parts some letters (İ) into one and a sign that ends a word.
    return [word.casefold() for word in _WORD.findall(normal)]


def spans(text: str) -> list[tuple[int, int, str]]:
    """(start, end, word) of every word of `text`, as offsets into it; words are case-folded."""
    return [(m.start(), m.end(), m.group().casefold()) for m in _WORD.finditer(text)]


def is_one_thing(text: str) -> bool:
    """Whether the words of `text` are written as one, with signs between them: `SKU-12/A`."""
    held = spans(text)
    between = [text[one[1] : other[0]] for one, other in pairwise(held)]
    return bool(between) and all(gap and not re.search(r"\s", gap) for gap in between)


def count(text: str) -> int:
    """How many words `text` has."""
    if text.isascii():
        return len(text.encode().translate(_ASCII_WORDS).split())  # in a third of the time
    return len(_WORD.findall(text))
