"""What is asked when few documents match, and what a misspelt text is corrected to."""

from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.query import Alternative, Match, SearchQuery, SortKey, Term
from searchsvc.domain.result import UnknownWord
from searchsvc.search.correction import corrected, strangers
from searchsvc.search.widening import FEW, cuts, is_thin, widened
from searchsvc.search.words import normalise, words

SORTED = (SortKey("price"),)


def query(text: str, **options) -> SearchQuery:
    """A query for the words of `text`."""
    return SearchQuery("x", text=text, terms=tuple(Term(w, 2) for w in words(text)), **options)


def written(asked: SearchQuery) -> list[str]:
    """The alternatives of a query, as they would stand in a text."""
    return [" ".join(one.words) for one in asked.alternatives]


def test_few_hits_are_thin() -> None:
    """Fewer than a page; in an order of its own, none."""
    assert is_thin(query("a"), FEW - 1)
    assert not is_thin(query("a"), FEW)
    assert is_thin(query("a", sort=SORTED), 0)
    assert not is_thin(query("a", sort=SORTED), 1)


def test_neighbours_may_be_written_together() -> None:
    """Every two of them, in place of both."""
    wider = widened(query("fire stick case"), (), relax=False)
    assert [(a.start, a.end, a.words) for a in wider.alternatives] == [
        (0, 2, ("firestick",)),
        (1, 3, ("stickcase",)),
    ]
    assert wider.match is Match.ALL


def test_words_may_be_written_apart() -> None:
    """Where documents hold them so; others stay whole."""
    wider = widened(query("ecloth towel"), ["e cloth", "to wel", "fire stick"], relax=False)
    assert written(wider) == ["e cloth", "to wel", "ecloth" + "towel"]
    assert wider.apart == ("e cloth", "to wel", "fire stick")
    assert widened(query("ecloth"), (), relax=True) == query("ecloth")


def test_a_word_is_cut_at_every_letter() -> None:
    """Where it is neither too short for two words nor too long to have been typed."""
    assert list(cuts("abcd")) == [("a", "bcd"), ("ab", "cd"), ("abc", "d")]
    assert list(cuts("abc")) == list(cuts("a" * 25)) == []


def test_any_word_is_enough_where_that_is_allowed() -> None:
    """One word cannot be relaxed."""
    assert widened(query("a b"), (), relax=True).match is Match.ANY
    assert widened(query("a"), (), relax=True).match is Match.ALL


def test_a_correction_keeps_the_text_around_its_words() -> None:
    """And counts hits as spelt: no page, no order, no typo."""
    asked = query("(Expreso)  MACHINE!", sort=SORTED, offset=20, limit=10)
    meant = corrected(asked, (UnknownWord("expreso", "espresso"), UnknownWord("zebra")))
    assert meant.text == "(espresso)  MACHINE!"
    assert [(t.text, t.typos) for t in meant.terms] == [("espresso", 0), ("machine", 0)]
    assert (meant.sort, meant.offset, meant.limit) == ((), 0, 0)


def test_what_has_no_known_word_near_it_is_not_corrected() -> None:
    """Nothing to offer."""
    assert corrected(query("zebra"), (UnknownWord("zebra"),)) is None
    assert corrected(query("zebra"), ()) is None


def test_a_word_with_a_synonym_is_no_stranger() -> None:
    """Documents need not hold it: what may stand in its place is looked up already."""
    asked = query("cans zebra", alternatives=(Alternative(0, 1, ("headphones",)),))
    unknown = (UnknownWord("cans", "cases"), UnknownWord("zebra"))
    assert strangers(asked, unknown) == [unknown[1]]


@given(st.text(max_size=60), st.text("abcdefgh", min_size=1, max_size=8))
def test_a_correction_replaces_words_and_nothing_else(text: str, nearest: str) -> None:
    """The words of the corrected text are those of the text, some of them replaced."""
    known = words(text)
    unknown = tuple(UnknownWord(word, nearest) for word in known[::2])
    meant = corrected(query(text), unknown)
    if meant is None:
        assert not known
        return
    wrong = {one.word for one in unknown}
    assert words(meant.text) == [nearest if word in wrong else word for word in known]
    assert normalise(meant.text) == meant.text
