"""Where the words of a query stand in a text, and the highlights of a hit made from that."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.engines.analysis import fold
from searchsvc.engines.terms import Group, words_for
from searchsvc.search.highlight import Span, highlight, snippet
from searchsvc.search.words import spans as word_spans

_WORD_END = re.compile(r"[^\W_]*")
_BETWEEN = ", "  # how several values of a field read as one text


@dataclass(frozen=True, slots=True)
class Needles:
    """What to mark in one field: whole words, and beginnings (then the whole word is marked)."""

    words: frozenset[str]
    beginnings: tuple[str, ...] = ()


def needles(field: Field, groups: Iterable[Group], definition: IndexDefinition) -> Needles:
    """Everything that can have matched in `field`."""
    words: set[str] = set()
    beginnings = []
    for group in groups:
        words.update(group.phrase)
        if group.expansion is not None:
            words.update(words_for(field, group.expansion, definition))
            if group.expansion.begun:
                beginnings.append(group.expansion.typed)
    starts = tuple(beginnings)
    # What a beginning finds need not be looked for once more: most of its completions.
    return Needles(frozenset(word for word in words if not word.startswith(starts)), starts)


def find(text: str, wanted: Needles) -> list[Span]:
    """The (start, end) of every word of `text` that is wanted, in no order."""
    folded = fold(text)
    if len(folded) == len(text):
        return _quick(folded, wanted)
    return [
        (start, end)
        for start, end, word in word_spans(text)
        if _is_wanted(fold(word).strip(), wanted)
    ]


def _is_wanted(word: str, wanted: Needles) -> bool:
    return word in wanted.words or word.startswith(wanted.beginnings)


def _quick(folded: str, wanted: Needles) -> list[Span]:
    """By searching for each wanted word, since a long text has far more words than a query."""
    spans = []
    edged = f" {folded} "  # so that a character stands before and after every word
    for needle in wanted.words:
        start = folded.find(needle)
        while start >= 0:
            end = start + len(needle)
            if not (edged[start].isalnum() or edged[end + 1].isalnum()):
                spans.append((start, end))
            start = folded.find(needle, end)
    for needle in wanted.beginnings:
        start = folded.find(needle)
        while start >= 0:
            end = _word_end(folded, start + len(needle))
            if not edged[start].isalnum():
                spans.append((start, end))
            start = folded.find(needle, end)
    return spans


def _word_end(text: str, position: int) -> int:
    match = _WORD_END.match(text, position)
    return match.end() if match else position


class Highlighter:
    """Makes the highlights of one query's hits; what to mark is settled once per query."""

    def __init__(
        self,
        definition: IndexDefinition,
        groups: Sequence[Group],
        only: Sequence[str] | None,
        *,
        snippets: bool = True,
    ) -> None:
        self._snippets = snippets
        self._fields = [
            (field, needles(field, groups, definition))
            for field in definition.fields
            if (field.highlight or field.snippet)
            and not field.hidden
            and (only is None or field.name in only)
        ]

    def of(self, source: Mapping[str, object]) -> dict[str, str]:
        """Safe HTML by field: a snippet always, a whole field only where something matched."""
        shown = {}
        for field, wanted in self._fields:
            text = as_text(source.get(field.name))
            spans = find(text, wanted) if text else []
            if field.snippet and text and self._snippets:
                shown[field.name] = snippet(text, spans, field.snippet)
            elif spans:
                shown[field.name] = highlight(text, spans)
        return shown

    def __bool__(self) -> bool:
        return bool(self._fields)


def as_text(value: object) -> str:
    """A field's value of the source as one composed text."""
    if isinstance(value, list):
        return _BETWEEN.join(as_text(one) for one in value if one is not None)
    return "" if value is None else unicodedata.normalize("NFC", str(value))
