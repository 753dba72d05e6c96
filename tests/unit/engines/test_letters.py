"""Letters as they may be written: the expression finds whatever folds to them."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from searchsvc.engines.analysis import fold, tokens
from searchsvc.engines.letters import MOST, holding

LETTERS = st.characters(min_codepoint=32, max_codepoint=0x52F) | st.sampled_from("ﬁﬂẞǄｗ")
TEXTS = st.text(LETTERS.filter(lambda letter: len(fold(letter)) <= 2), max_size=12)


@given(TEXTS)
def test_every_word_is_found_in_its_text(text: str) -> None:
    """Composed and decomposed: no value is left out that holds the word."""
    for word in tokens(text):
        for form in ("NFC", "NFD"):
            assert re.search(holding(word), unicodedata.normalize(form, text)), word


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=40))
def test_an_expression_is_short_and_has_no_other_operator(word: str) -> None:
    """Servers take 1,000 characters; six letters are enough to leave out most values."""
    for folded in tokens(word):
        found = holding(folded)
        assert len(found) < 900
        assert found.count("*") <= 2 * MOST
        assert not set('.\\\\+{}^$&@~#"<>') & set(found)
