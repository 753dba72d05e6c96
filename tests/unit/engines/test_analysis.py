"""Folding and cutting text, the same for documents and queries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.engines.analysis import fold, for_tokenizer, stemmer, tokens
from searchsvc.engines.embedded.analyzers import words as analyzer
from searchsvc.search.words import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Über ÉCOLE", "uber ecole"),
        ("U\u0308ber e\u0301cole", "uber ecole"),
        ("Straße Łódź Ærø", "strasse lodz aero"),
        ("ﬁle ½ x²", "file 1\u20442 x2"),
        ("й ё ά", "й ё ά"),
        ("Kindle™", "kindle "),
        ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
        ("\u0301", ""),
    ],
)
def test_fold(text, expected) -> None:
    """Case and Latin accents go; letters of other scripts stay the letters they are."""
    assert fold(text) == expected


def test_tokens_are_runs_of_letters_and_digits() -> None:
    """Punctuation, underscores and controls part words; a monster is no word."""
    assert tokens("os.path_join(O'Neill)\0x " + "y" * 300) == [
        "os",
        "path",
        "join",
        "o",
        "neill",
        "x",
    ]


@given(st.text(max_size=40))
def test_tantivy_cuts_as_we_do(text) -> None:
    """The embedded tokenizer gives our own tokens for any text."""
    assert analyzer().analyze(for_tokenizer(text)) == tokens(text)


@given(st.text(max_size=40))
def test_what_a_query_takes_for_a_word_is_one_here(text) -> None:
    """Otherwise a query's only word would be none to the engine, and mean every document."""
    for word in words(text):
        assert tokens(word)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text) -> None:
    """What is folded stays, so that a vocabulary's word finds itself."""
    for word in tokens(text):
        assert tokens(word) == [word]


def test_stems_by_language() -> None:
    """A known language has its algorithm; an unknown one leaves words alone."""
    assert list(stemmer("en")(["running", "runs"])) == ["run", "run"]
    assert list(stemmer("xx")(["running"])) == ["running"]
