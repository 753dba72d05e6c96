"""Words that say little by themselves: articles, conjunctions, prepositions, forms of `to be`.

Short on purpose: each list of stopwords.txt holds only what no document is looked for by. A word
here still ranks, and is looked up like any other where nothing else was typed.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from searchsvc.domain.definition import IndexDefinition
from searchsvc.search.synonyms import folded


def stop_words(definition: IndexDefinition, language: str = "") -> frozenset[str]:
    """The stop words of an index, folded: its own, or else those of `language`, or of its own."""
    return _folded(definition.stop_words, language or definition.language)


@lru_cache(maxsize=256)
def _folded(own: tuple[str, ...] | None, language: str) -> frozenset[str]:
    words = _by_language().get(language, ()) if own is None else own
    return frozenset(map(folded, words))


@cache
def _by_language() -> Mapping[str, tuple[str, ...]]:
    text = files(__package__).joinpath("stopwords.txt").read_text(encoding="utf-8")
    lines = (line.partition(":") for line in text.splitlines())
    return {language: tuple(words.split()) for language, _, words in lines}
