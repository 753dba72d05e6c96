"""The contract of SearchEngine where each document of an index has its own language."""

import asyncio
from dataclasses import replace

import pytest

from searchsvc.domain.definition import Field, FieldType, IndexDefinition, Languages, Typo
from searchsvc.domain.query import Term
from searchsvc.search.request import search_query
from tests.contract.support import document, query

ARTICLES = IndexDefinition(
    "products",
    (
        Field("title", FieldType.TEXT, weight=3.0, highlight=True, suggest=True),
        Field("body", FieldType.TEXT, weight=1.0),
        Field("lang", FieldType.KEYWORD, facet=True),
    ),
    language="en",
    languages=Languages("lang", ("de", "fr")),
    typo=Typo(),
)
CATALOGUE = (
    document("de1", title="H\u00e4user am See", body="Drei H\u00e4user", lang="de"),
    document("de2", title="Gift im Wasser", body="Ein Krimi", lang="de"),
    document("en1", title="Houses by the lake", body="Running water", lang="en"),
    document("en2", title="Gifts for runners", body="A list"),
    document("en3", title="Nothing known", body="Running", lang="xx"),
    document("fr1", title="Les maisons", body="Trois chevaux au bord du lac", lang="fr"),
)


@pytest.fixture
def catalogue(engines):
    """An engine that serves CATALOGUE."""
    engines.serve(*CATALOGUE, definition=ARTICLES)
    return engines


def ids(engines, text: str, **options) -> set[str]:
    """The ids of one search's hits."""
    result = asyncio.run(engines.search.search(query(text, **options)))
    return {hit.id for hit in result.hits}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("haus", {"de1"}),
        ("house", {"en1"}),
        ("run", {"en1", "en3"}),
        ("maison", {"fr1"}),
        ("nothing run", {"en3"}),
    ],
)
def test_words_are_inflected_as_their_document_has_it(catalogue, text, expected) -> None:
    """Each document by the rules of its language; those of none that there is by the index's."""
    assert ids(catalogue, text) == expected


def test_words_that_languages_share_are_found_in_all(catalogue) -> None:
    """A word as it was typed needs no rule of any language."""
    assert ids(catalogue, "gift") == {"de2", "en2"}
    assert ids(catalogue, "gift", terms=(Term("gif", prefix=True),)) == {"de2", "en2"}


def test_typos_are_forgiven_in_every_language(catalogue) -> None:
    """Also in a form that only its language makes."""
    assert ids(catalogue, "maisonz", terms=(Term("maisonz", 1),)) == {"fr1"}
    assert ids(catalogue, "housse", terms=(Term("housse", 1),)) >= {"en1"}


def test_forms_of_every_language_are_known_and_marked(catalogue) -> None:
    """No correction is offered for them, and a highlight shows them."""
    result = asyncio.run(catalogue.search.search(query("haus")))
    assert not result.doubtful
    assert result.hits[0].highlight["title"].startswith("<mark>H\u00e4user</mark>")
    assert asyncio.run(catalogue.search.unknown(query("haus maison"))) == ()


@pytest.mark.parametrize(
    ("lang", "expected"), [("de", {"de2"}), ("en", {"en2"}), ("fr", set()), ("", {"de2", "en2"})]
)
def test_one_language_may_be_asked_for(catalogue, lang, expected) -> None:
    """Its documents; of the index's own language those, too, that name none that there is."""
    asked = search_query({"q": "gift ", "lang": lang}, ARTICLES)
    assert {hit.id for hit in asyncio.run(catalogue.search.search(asked)).hits} == expected


def test_another_language_makes_another_form(engines) -> None:
    """The same document in an index of one language is found by the rules of that."""
    plain = replace(ARTICLES, languages=None)
    engines.serve(*CATALOGUE, definition=plain)
    assert ids(engines, "haus") == set()
    assert ids(engines, "house") == {"en1"}
