"""The contract of SearchEngine: words that may stand in the place of others, or may be missing."""

import asyncio
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from searchsvc.domain.query import Alternative, Match, Term
from tests.contract.support import document, query

CATALOGUE = (
    document("1", name="Fire stick remote", brand="Amazon"),
    document("2", name="Firestick case", brand="Volt"),
    document("3", name="Stick for a camp fire", brand="Oak"),
    document("4", name="Mobile phone case", brand="Volt"),
    document("5", name="The case of the missing phones"),
    document("6", name="Cell phone charger", brand="Amazon"),
)


@pytest.fixture
def catalogue(engines):
    """An engine that serves CATALOGUE."""
    engines.serve(*CATALOGUE)
    return engines


def find(engines, text: str, *alternatives: Alternative, **options):
    """The result of one search."""
    asked = query(text, alternatives=alternatives, **options)
    return asyncio.run(engines.search.search(asked))


def ids(engines, text: str, *alternatives: Alternative, **options) -> set[str]:
    """The ids of one search's hits; the total counts them."""
    result = find(engines, text, *alternatives, **options)
    assert result.total == len(result.hits)
    return {hit.id for hit in result.hits}


def test_an_alternative_of_several_words_stands_together(catalogue) -> None:
    """One word or the words of its alternative, in their order and next to each other."""
    assert ids(catalogue, "firestick") == {"2"}
    assert ids(catalogue, "firestick", Alternative(0, 1, ("fire", "stick"))) == {"1", "2"}


def test_an_alternative_takes_the_place_of_several_terms(catalogue) -> None:
    """Either all of the terms, wherever they stand, or the alternative."""
    joined = Alternative(0, 2, ("firestick",))
    assert ids(catalogue, "fire stick") == {"1", "3"}
    assert ids(catalogue, "fire stick", joined) == {"1", "2", "3"}
    assert ids(catalogue, "fire stick case", joined) == {"2"}


def test_the_terms_beside_an_alternative_still_count(catalogue) -> None:
    """An alternative frees a hit from the terms it replaces and from no other."""
    handset = Alternative(0, 1, ("phone",))
    assert ids(catalogue, "handset case") == set()
    assert ids(catalogue, "handset case", handset) == {"4", "5"}


def test_alternatives_of_one_word_are_inflected(catalogue) -> None:
    """An alternative of one word matches its other forms, as a typed one does."""
    assert ids(catalogue, "handset", Alternative(0, 1, ("phones",))) == {"4", "5", "6"}


def test_alternatives_may_overlap(catalogue) -> None:
    """Every row of terms and alternatives from the first word to the last is a way to match."""
    alternatives = (
        Alternative(0, 1, ("cell",)),
        Alternative(0, 2, ("mobile", "phone")),
        Alternative(1, 2, ("phone",)),
    )
    assert ids(catalogue, "hand set", *alternatives) == {"4", "6"}
    assert ids(catalogue, "hand set case", *alternatives) == {"4"}


def test_the_word_typed_ranks_above_its_alternative(catalogue) -> None:
    """A weight below 1 puts what was typed first."""
    result = find(catalogue, "mobile", Alternative(0, 1, ("cell",), 0.5))
    assert [hit.id for hit in result.hits] == ["4", "6"]


def test_highlights_mark_alternatives(catalogue) -> None:
    """What made a document a hit is marked in it."""
    result = find(catalogue, "firestick", Alternative(0, 1, ("fire", "stick")))
    marked = {hit.id: hit.highlight["name"] for hit in result.hits}
    assert marked["1"] == "<mark>Fire</mark> <mark>stick</mark> remote"


def test_an_alternative_without_a_word_is_none(catalogue) -> None:
    """What holds no letter or digit matches nothing more, and nothing less."""
    assert ids(catalogue, "firestick", Alternative(0, 1, ("!",))) == {"2"}


def test_optional_terms_rank_and_need_not_match(catalogue) -> None:
    """A hit needs only the other terms; that it holds an optional one raises it."""
    terms = (Term("the", optional=True), Term("case"))
    result = find(catalogue, "the case", terms=terms)
    assert {hit.id for hit in result.hits} == {"2", "4", "5"}
    assert result.hits[0].id == "5"
    assert ids(catalogue, "the zebra", terms=(terms[0], Term("zebra")), match=Match.ANY) == set()


def test_optional_terms_alone_are_required(catalogue) -> None:
    """Where nothing else was typed, words that say little are what is meant."""
    assert ids(catalogue, "the", terms=(Term("the", optional=True),)) == {"5"}


def test_documents_with_all_words_rank_higher(catalogue) -> None:
    """Where any word is enough, to hold all of them counts beside the words themselves."""
    for words in permutations(("stick", "camp", "fire")):
        assert find(catalogue, " ".join(words), match=Match.ANY).hits[0].id == "3"


def unknown(engines, text: str, typos: int = 2) -> dict[str, str | None]:
    """The unknown words of a text, with the nearest known ones."""
    terms = tuple(Term(word, typos) for word in text.split())
    asked = query(text, terms=terms)
    return {u.word: u.nearest for u in asyncio.run(engines.search.unknown(asked))}


def test_words_that_no_document_holds_are_unknown(catalogue) -> None:
    """Each with the known word that is nearest to it, if any is near."""
    assert unknown(catalogue, "mobile chargr zebra case") == {"chargr": "charger", "zebra": None}
    assert unknown(catalogue, "chargr", typos=0) == {"chargr": None}
    assert unknown(catalogue, "") == {}


def test_unknown_words_may_be_two_known_ones(catalogue) -> None:
    """Cut where a document holds both parts next to each other, and not just somewhere."""
    words = ("missingphones", "mobilecharger", "casephones")
    asked = query("missingphones", terms=tuple(Term(word, 2) for word in words))
    found = asyncio.run(catalogue.search.unknown(asked))
    assert [(one.word, one.apart) for one in found] == [
        ("missingphones", ("missing phones",)), ("mobilecharger", ()), ("casephones", ()),
    ]  # fmt: skip


def test_forms_of_a_known_word_are_known(catalogue) -> None:
    """Its inflections, its accents and, where it is unfinished, its beginning."""
    assert unknown(catalogue, "chargers cases mobil\u00e9") == {}
    begun = query("charg", terms=(Term("charg", 2, prefix=True),))
    assert asyncio.run(catalogue.search.unknown(begun)) == ()
    assert unknown(catalogue, "charg") != {}


def test_a_search_with_unknown_words_is_doubtful(catalogue) -> None:
    """And one whose words all stand in its best hit is not."""
    assert find(catalogue, "chargr", terms=(Term("chargr", 2),)).doubtful
    assert find(catalogue, "zebra").doubtful
    assert not find(catalogue, "mobile phones").doubtful
    assert not find(catalogue, "").doubtful


WORDS = ("fire", "stick", "phone", "case", "mobile", "zebra")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_an_alternative_never_takes_a_hit_away(catalogue, data) -> None:
    """Whatever alternatives a query has, what matches without them matches with them."""
    words = data.draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True))
    alternatives = []
    for _ in range(data.draw(st.integers(0, 4))):
        start = data.draw(st.integers(0, len(words) - 1))
        end = data.draw(st.integers(start + 1, len(words)))
        given_words = data.draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
        alternatives.append(Alternative(start, end, tuple(given_words), 0.5))
    text = " ".join(words)
    for match in Match:
        plain = ids(catalogue, text, match=match)
        assert plain <= ids(catalogue, text, *alternatives, match=match)
