"""Turns highlights, safe HTML, into what the wire calls them: raw text with the caller's tags.

Its widgets escape the whole value and put their own tags in afterwards, so nothing is escaped here.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from searchsvc.search.highlight import Span, snippet

_MARK = re.compile(r"<mark>(.*?)</mark>", re.DOTALL)
_BETWEEN = ", "  # how several values of a field read as one text
_LEFT_OUT = "…"
_NONE, _PARTIAL, _FULL = "none", "partial", "full"


@dataclass(frozen=True, slots=True)
class Tags:
    """What stands before and behind a match, and where text was left out."""

    before: str = "<em>"
    after: str = "</em>"
    ellipsis: str = "…"

    def of(self, marked: str) -> str:
        """Safe HTML as raw text with these tags."""
        text = _MARK.sub(lambda one: f"\0{one[1]}\1", marked)
        return html.unescape(text).replace("\0", self.before).replace("\1", self.after)


PLAIN = Tags()


def highlighted(value: object, marked: str | None, words: int, tags: Tags) -> Any:
    """The wire's highlight of a value, of each of a list; `marked` None where nothing matched.

    `words` were typed: a value that holds so many different matches holds all of them.
    """
    if isinstance(value, list):
        texts = [str(one) for one in value if one is not None]
        parts = _split(texts, *_plain(marked)) if marked else [(text, []) for text in texts]
        return [_entry(text, spans, words, tags) for text, spans in parts]
    text, spans = _plain(marked) if marked else (str(value), [])
    return _entry(text, spans, words, tags)


def snippeted(
    value: object, marked: str | None, size: int, words: int, tags: Tags
) -> Mapping[str, str]:
    """About `size` words of a value round its matches; its level is that of the whole value."""
    text, spans = _plain(marked) if marked else (_composed(value), [])
    shown = tags.of(snippet(text, spans, size))
    if shown.startswith(_LEFT_OUT) and not text.startswith(_LEFT_OUT):
        shown = tags.ellipsis + shown.removeprefix(_LEFT_OUT)
    if shown.endswith(_LEFT_OUT) and not text.endswith(_LEFT_OUT):
        shown = shown.removesuffix(_LEFT_OUT) + tags.ellipsis
    return {"value": shown, "matchLevel": _level(_matched(text, spans), words)}


def _composed(value: object) -> str:
    return _BETWEEN.join(map(str, value)) if isinstance(value, list) else str(value)


def _plain(marked: str) -> tuple[str, list[Span]]:
    """The text of safe HTML, and where its marks are."""
    parts, spans, length = [], [], 0
    for number, piece in enumerate(_MARK.split(marked)):
        text = html.unescape(piece)
        if number % 2:
            spans.append((length, length + len(text)))
        parts.append(text)
        length += len(text)
    return "".join(parts), spans


def _split(
    texts: Sequence[str], composed: str, spans: Sequence[Span]
) -> Iterator[tuple[str, list[Span]]]:
    """Each of the texts that one was composed of, with the marks within it."""
    start = 0
    for text in texts:
        end = start + len(unicodedata.normalize("NFC", text))
        inside = [(a - start, b - start) for a, b in spans if start <= a and b <= end]
        yield composed[start:end], inside
        start = end + len(_BETWEEN)


def _entry(text: str, spans: Sequence[Span], words: int, tags: Tags) -> Mapping[str, Any]:
    matched = _matched(text, spans)
    return {
        "value": _tagged(text, spans, tags),
        "matchLevel": _level(matched, words),
        "fullyHighlighted": bool(spans) and sum(b - a for a, b in spans) == len(text),
        "matchedWords": matched,
    }


def _matched(text: str, spans: Sequence[Span]) -> list[str]:
    return list(dict.fromkeys(text[start:end].casefold() for start, end in spans))


def _level(matched: Sequence[str], words: int) -> str:
    return _NONE if not matched else _FULL if len(matched) >= words else _PARTIAL


def _tagged(text: str, spans: Sequence[Span], tags: Tags) -> str:
    pieces: list[str] = []
    last = 0
    for start, end in spans:
        pieces += text[last:start], tags.before, text[start:end], tags.after
        last = end
    return "".join([*pieces, text[last:]])
