"""The languages of an index: each document's words are stemmed in its own, a query's in all."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from searchsvc.domain.definition import IndexDefinition
from searchsvc.engines.analysis import Stem, stemmer

# A document's values to what stems its words.
StemOf: TypeAlias = Callable[[Mapping[str, Any]], Stem]


def stemmers(definition: IndexDefinition) -> tuple[Stem, ...]:
    """What stems words in each language of the index."""
    return tuple(map(stemmer, definition.all_languages))


def stem_of(definition: IndexDefinition) -> StemOf:
    """What chooses the stemmer of a document, by what it says of its language."""
    spoken = definition.languages
    if spoken is None:
        own = stemmer(definition.language)
        return lambda _: own
    known = {code: _marking(code) for code in definition.all_languages}
    default, field = known[definition.language], spoken.field
    return lambda held: known.get(str(held.get(field)), default)


def marked(definition: IndexDefinition) -> tuple[tuple[str, Stem], ...]:
    """What stems a query's words as those of documents are, with what each stem begins with.

    Where documents are of several languages, their stems are marked: a German *gift* is no English
    one.
    """
    if definition.languages is None:
        return (("", stemmer(definition.language)),)
    return tuple((_mark(code), _marking(code)) for code in definition.all_languages)


def _mark(code: str) -> str:
    return f"{code}:"  # no word holds a colon


def _marking(code: str) -> Stem:
    stem, mark = stemmer(code), _mark(code)

    def marking(words: Sequence[str]) -> Sequence[str]:
        return [mark + root for root in stem(words)]

    return marking
