"""Which documents are of the language that is asked for, and how a mapping declares languages."""

import pytest

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.definition import IndexDefinition, Languages
from searchsvc.domain.query import Equals, Not, OneOf
from searchsvc.errors import DefinitionError, RequestError
from searchsvc.search.request import search_query, suggest_query
from searchsvc.search.spoken import of_language

TEXT = "fields: {name: text, lang: keyword, note: text}\nlanguage: "
SEVERAL = parse_mapping("x", TEXT + "{from: lang, of: [de, fr], default: en}")
ONE = parse_mapping("x", TEXT + "de")


def test_a_mapping_declares_languages() -> None:
    """The field that names them, which there are, and what the others are."""
    assert SEVERAL.language == "en"
    assert SEVERAL.languages == Languages("lang", ("de", "fr"))
    assert SEVERAL.all_languages == ("en", "de", "fr")
    assert (ONE.language, ONE.languages, ONE.all_languages) == ("de", None, ("de",))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("{of: [de]}", "'from' is missing"),
        ("{from: lang}", "'of' is missing"),
        ("{from: lang, of: []}", "must be a list of languages"),
        ("{from: lang, of: [de, xx]}", "unknown language 'xx'"),
        ("{from: lang, of: [de], default: xx}", "unknown language 'xx'"),
        ("{from: long, of: [de]}", "unknown field 'long'"),
        ("{from: note, of: [de]}", "'note' is no keyword"),
        ("{from: lang, of: [de], else: en}", "else"),
    ],
)
def test_what_cannot_be_meant_is_an_error_with_its_line(given: str, message: str) -> None:
    """And says what to write instead."""
    with pytest.raises(DefinitionError, match=message) as raised:
        parse_mapping("x", TEXT + given)
    assert raised.value.line


def test_documents_of_one_language() -> None:
    """By what they say; the index's own language has those that say nothing, too."""
    assert of_language("de", SEVERAL) == Equals("lang", "de")
    assert of_language("en", SEVERAL) == Not(OneOf("lang", ("de", "fr")))
    assert of_language("", SEVERAL) is None
    assert of_language("de", ONE) is None


@pytest.mark.parametrize(("code", "definition"), [("es", SEVERAL), ("en", ONE)])
def test_a_language_that_the_index_has_not(code: str, definition: IndexDefinition) -> None:
    """A clear error, in a search and in suggestions."""
    with pytest.raises(RequestError, match=f"no documents in '{code}'") as raised:
        search_query({"q": "x", "lang": code}, definition)
    assert raised.value.param == "lang"
    with pytest.raises(RequestError, match="no documents in"):
        suggest_query({"q": "x", "lang": code}, definition)


def test_the_language_asked_for_has_its_stop_words() -> None:
    """A German `die` says little; an English one much."""
    german = search_query({"q": "die hunde ", "lang": "de"}, SEVERAL)
    english = search_query({"q": "die hard "}, SEVERAL)
    assert [term.optional for term in german.terms] == [True, False]
    assert [term.optional for term in english.terms] == [False, False]
