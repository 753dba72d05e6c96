"""Turns texts, and what was typed, into the keys that are compared: folded words and spaces."""

from searchsvc.search.folding import tokens
from searchsvc.search.words import normalise

# Words of a text that can be completed; nobody types more of one.
MOST_WORDS = 12


def key_of(text: str) -> str:
    """The folded words of a text, each with a space behind it; "" where it has none."""
    return "".join(f"{word} " for word in tokens(normalise(text))[:MOST_WORDS])


def typed_key(text: str) -> str:
    """What keys begin with that complete `text`: only a finished word has its space."""
    normal = normalise(text)
    key = "".join(f"{word} " for word in tokens(normal))
    return key[:-1] if normal[-1:].isalnum() else key


def word_starts(key: str) -> list[int]:
    """Where the words of a key begin, in characters."""
    return [0, *(at + 1 for at, sign in enumerate(key[:-1]) if sign == " ")] if key else []
