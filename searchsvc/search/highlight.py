"""Turns a text and the places where it matched into safe HTML: whole, or a snippet of it.

Everything is escaped; the only tags in the result are our own `<mark>` and `</mark>`.
"""

import html
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TypeAlias

from searchsvc.search.words import count

Span: TypeAlias = tuple[int, int]

_WORD = re.compile(r"[^\W_]+")
_OPEN, _CLOSE, _ELLIPSIS = "<mark>", "</mark>", "…"
# Characters that no HTML may hold, not even escaped: controls and lone surrogates.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Rules, frames and tables drawn with signs, which say nothing in a few words of a text.
_LINES = re.compile(r"(?:[|+][-=~]*\s*){3,}|[|+]?([^\w\s])\1{3,}[|+]?")
# What must not stand in HTML as it is; most texts have none of it.
_UNSAFE = re.compile(f"[&<>\"'{_FORBIDDEN.pattern[1:]}")
_WORD_ROOM = 12  # characters; few words with a space are longer


def highlight(text: str, spans: Iterable[Span]) -> str:
    """`text` as HTML with the characters of every (start, end) marked.

    Spans may overlap, touch, be out of order or reach beyond the text.
    """
    return _marked(text, _merged(spans, len(text)))


def snippet(text: str, spans: Iterable[Span], words: int) -> str:
    """About `words` words of `text` around the densest matches, as HTML with those marked.

    Without a match it is the beginning. An ellipsis stands where text was left out; what is
    drawn with signs (`=====`) is left out without one.
    """
    merged = _merged(spans, len(text))
    core = _densest(text, merged, words) if merged else (0, 0)
    start, end = _widened(text, core, words)
    inside = [(a - start, b - start) for a, b in merged if start <= a and b <= end]
    shown = text[start:end]
    body = _marked(shown, inside, lines=not _LINES.search(shown))
    before = f"{_ELLIPSIS} " if text[:start].strip() else ""
    after = f" {_ELLIPSIS}" if text[end:].strip() else ""
    return f"{before}{body}{after}"


def _merged(spans: Iterable[Span], length: int) -> list[Span]:
    """The spans within the text in order, with overlapping ones joined."""
    merged: list[Span] = []
    last = -1
    for given_start, given_end in sorted(spans):
        start, end = max(0, given_start), min(given_end, length)
        if start >= end:
            continue
        if start > last:
            merged.append((start, end))
            last = end
        elif end > last:
            merged[-1] = merged[-1][0], end
            last = end
    return merged


def _marked(text: str, spans: Sequence[Span], *, lines: bool = True) -> str:
    """The text escaped piece by piece, so that a mark can never stand inside an entity."""
    safe = _safe if _UNSAFE.search(text) else str
    pieces: list[str] = []
    last = 0
    for start, end in spans:
        pieces += _between(text[last:start], safe, lines), _OPEN, safe(text[start:end]), _CLOSE
        last = end
    pieces.append(_between(text[last:], safe, lines))
    return "".join(pieces)


def _between(text: str, safe: Callable[[str], str], lines: bool) -> str:
    return safe(text if lines else _LINES.sub(" ", text))


def _safe(text: str) -> str:
    return html.escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))


def _densest(text: str, spans: Sequence[Span], words: int) -> Span:
    """From the first to the last match of the window of `words` words that holds most of them.

    Different words count more than repetitions of one.
    """
    numbers = _word_numbers(text, spans)
    if numbers[-1] - numbers[0] < words:
        return spans[0][0], spans[-1][1]
    kinds = [text[start:end].casefold() for start, end in spans]
    best, best_rank, last = (0, 0), (0, 0), 0
    for first in range(len(spans)):
        last = max(last, first)
        while last + 1 < len(spans) and numbers[last + 1] - numbers[first] < words:
            last += 1
        rank = (len(set(kinds[first : last + 1])), last - first)
        if rank > best_rank:
            best, best_rank = (first, last), rank
    return spans[best[0]][0], spans[best[1]][1]


def _word_numbers(text: str, spans: Sequence[Span]) -> list[int]:
    """How many words stand between the first span and each; counted in one pass over the text."""
    numbers, number, last = [], 0, spans[0][0]
    for start, _ in spans:
        number += count(text[last:start])
        numbers.append(number)
        last = start
    return numbers


def _widened(text: str, core: Span, words: int) -> Span:
    """`core` with whole words added on both sides until it holds about `words` words."""
    missing = max(0, words - count(text[slice(*core)]))
    high = min(len(text), core[1] + _room(missing))
    after = [match.end() for match in islice(_WORD.finditer(text, core[1], high), missing)]
    if after and after[-1] == high < len(text):
        after.pop()  # it may be half a word
    wanted = max(missing // 3, missing - len(after))
    low = max(0, core[0] - _room(wanted))
    before = [match.start() for match in _WORD.finditer(text, low, core[0])]
    if before and before[0] == low > 0:
        before.pop(0)
    left = min(len(before), wanted)
    right = min(len(after), missing - left)
    start = before[-left] if left else core[0]
    end = after[right - 1] if right else core[1]
    return _with_edges(text, (start, end), first=left == len(before), last=right == len(after))


def _room(words: int) -> int:
    """In how many characters so many words are looked for; a longer one is data, not a word."""
    return (words + 5) * _WORD_ROOM


def _with_edges(text: str, span: Span, *, first: bool, last: bool) -> Span:
    """The span, reaching to the text's ends where nothing but punctuation is left outside."""
    start, end = span
    if first and not _WORD.search(text, 0, start):
        start = 0
    if last and not _WORD.search(text, end):
        end = len(text)
    return start, end
