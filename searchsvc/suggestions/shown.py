"""What an answer shows of an entry: the words that were typed marked, or put right."""

from collections.abc import Sequence

from searchsvc.search.folding import tokens
from searchsvc.search.highlight import highlight
from searchsvc.search.words import spans


def marked(text: str, meant: Sequence[str]) -> str:
    """`text` as safe HTML, with the words marked that one of the keys `meant` begins."""
    words = spans(text)
    window = _window([_folded(word) for _, _, word in words], meant)
    return highlight(text, [(start, end) for start, end, _ in words[slice(*window)]])


def put_right(text: str, meant: Sequence[str]) -> str:
    """The words of a suggestion that were meant by what was typed, case-folded."""
    words = [word for _, _, word in spans(text)]
    return " ".join(words[slice(*_window(list(map(_folded, words)), meant))])


def _window(words: Sequence[str], meant: Sequence[str]) -> tuple[int, int]:
    """The first words, one after another, that a key begins; (0, 0) where none does."""
    for start in range(len(words)):
        rest = "".join(f"{word} " for word in words[start:] if word)
        for key in meant:
            if rest.startswith(key):
                return start, start + len(key.split())
    return 0, 0


def _folded(word: str) -> str:
    return " ".join(tokens(word))
