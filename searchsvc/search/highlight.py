"""Turns a text and the places where it matched into safe HTML: whole, or a snippet of it.

Everything is escaped; the only tags in the result are our own `<mark>` and `</mark>`.
"""

import html
import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]

_WORD = re.compile(r"[^\W_]+")
_OPEN, _CLOSE, _ELLIPSIS = "<mark>", "</mark>", "…"
# Characters that no HTML may hold, not even escaped: controls and lone surrogates.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Rules, frames and tables drawn with signs, which say nothing in a few words of a text.
_LINES = re.compile(r"(?:[|+][-=~]*\s*){3,}|[|+]?([^\w\s])\1{3,}[|+]?")
_WORD_ROOM = 12  # characters searched per word of context; few words with a space are longer


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
    body = _marked(text[start:end], inside, lines=False)
    before = f"{_ELLIPSIS} " if text[:start].strip() else ""
    after = f" {_ELLIPSIS}" if text[end:].strip() else ""
    return f"{before}{body}{after}"


def _merged(spans: Iterable[Span], length: int) -> list[Span]:
    """The spans within the text in order, with overlapping ones joined."""
    merged: list[Span] = []
    for start, end in sorted((max(0, a), min(b, length)) for a, b in spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _marked(text: str, spans: Sequence[Span], *, lines: bool = True) -> str:
    """The text escaped piece by piece, so that a mark can never stand inside an entity."""
    pieces: list[str] = []
    last = 0
    for start, end in spans:
        pieces += _between(text[last:start], lines), _OPEN, _safe(text[start:end]), _CLOSE
        last = end
    pieces.append(_between(text[last:], lines))
    return "".join(pieces)


def _between(text: str, lines: bool) -> str:
    return _safe(text if lines else _LINES.sub(" ", text))


def _safe(text: str) -> str:
    return html.escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))


def _densest(text: str, spans: Sequence[Span], words: int) -> Span:
    """From the first to the last match of the window of `words` words that holds most of them.

    Different words count more than repetitions of one.
    """
    numbers = _word_numbers(text, spans)
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
    """How many words stand before each span; counted in one pass over the text."""
    numbers, count, last = [], 0, 0
    for start, _ in spans:
        count += len(_WORD.findall(text, last, start))
        numbers.append(count)
        last = start
    return numbers


def _widened(text: str, core: Span, words: int) -> Span:
    """`core` with whole words added on both sides until it holds about `words` words."""
    room = words * _WORD_ROOM
    low, high = max(0, core[0] - room), min(len(text), core[1] + room)
    before = [match.start() for match in _WORD.finditer(text, low, core[0])]
    after = [match.end() for match in _WORD.finditer(text, core[1], high)]
    missing = max(0, words - len(_WORD.findall(text, *core)))
    left = min(len(before), max(missing // 3, missing - len(after)))
    right = min(len(after), missing - left)
    start = before[-left] if left else core[0]
    end = after[right - 1] if right else core[1]
    return _with_edges(text, (start, end), first=left == len(before), last=right == len(after))


def _with_edges(text: str, span: Span, *, first: bool, last: bool) -> Span:
    """The span, reaching to the text's ends where nothing but punctuation is left outside."""
    start, end = span
    if first and not _WORD.search(text, 0, start):
        start = 0
    if last and not _WORD.search(text, end):
        end = len(text)
    return start, end
