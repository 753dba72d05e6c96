"""Which words say little, by language or as declared."""

from dataclasses import replace

import pytest

from searchsvc.definitions.mappings import LANGUAGES, parse_mapping
from searchsvc.domain.definition import IndexDefinition, Typo
from searchsvc.domain.query import Term
from searchsvc.errors import DefinitionError
from searchsvc.search.planner import Asked, plan
from searchsvc.search.stopwords import stop_words

PLAIN = IndexDefinition("x", ())


def optional(text: str, words: frozenset[str]) -> list[str]:
    """The terms of a text that no hit needs to hold."""
    asked = Asked(text, Typo(), stop_words=words)
    return [term.text for term in plan(asked).terms if term.optional]


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"ar", "ta", "none"}))
def test_every_language_has_a_short_list(language: str) -> None:
    """Long enough for its articles, and too short for a word that somebody looks for."""
    assert 8 <= len(stop_words(replace(PLAIN, language=language))) <= 45


def test_declared_words_take_the_place_of_the_language() -> None:
    """Also none at all."""
    assert stop_words(replace(PLAIN, stop_words=("Für", "zum"))) == {"fur", "zum"}
    assert stop_words(replace(PLAIN, stop_words=())) == frozenset()


def test_stop_words_are_optional() -> None:
    """Whatever their accents; not while the last word is being typed."""
    german = stop_words(replace(PLAIN, language="de"))
    assert optional("Schuhe für den Regen ", german) == ["für", "den"]
    assert optional("schuhe fur", german) == []
    assert plan(Asked("der ", Typo(), stop_words=german)).terms == (Term("der", optional=True),)


def test_a_mapping_declares_them() -> None:
    """A list of words, or an error that shows one."""
    text = "fields: {name: text}\nstop_words: "
    assert parse_mapping("x", text + "[the, of]").stop_words == ("the", "of")
    assert parse_mapping("x", "fields: {name: text}").stop_words is None
    with pytest.raises(DefinitionError, match="must be a list of words") as raised:
        parse_mapping("x", text + "the")
    assert "[the, of]" in raised.value.hint
    assert parse_mapping("x", text + "[the]").stored_form.stop_words is None
