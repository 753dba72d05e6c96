"""Which words of a document tell most, and what is then asked for."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.query import And, Equals, Ids, Match, Not, SearchQuery, Term
from searchsvc.domain.result import Frequencies
from searchsvc.search.similar import asking, said, telling
from tests.contract.support import PRODUCTS


def counts(only=None, **values):
    """The words that a document of these values says."""
    return said(orjson.dumps(values), PRODUCTS, only)


def test_the_words_of_searched_fields() -> None:
    """Texts and keywords with a weight; no ids, no numbers, nothing that is only stored."""
    found = counts(
        name="Red LAMP, red", brand=["A", "B b", None], sku="AB-1", price=3, notes="secret",
        description=None, tags=["tag"],
    )  # fmt: skip
    assert found == {"name": {"red": 2, "lamp": 1}, "brand": {"a": 1, "b": 2}}
    assert counts(("name",), name="lamp", brand="A") == {"name": {"lamp": 1}}
    assert counts() == {}


def test_the_most_said_words_of_a_long_text() -> None:
    """So many that no document asks an engine for a whole vocabulary."""
    text = " ".join(f"w{n} " * (100 - n) for n in range(90))
    assert list(counts(description=text)["description"]) == [f"w{n}" for n in range(50)]
    assert counts(name="x" * 300 + " lamp") == {"name": {"lamp": 1}}


def test_rare_words_of_heavy_fields_tell_most() -> None:
    """Words that no other document holds tell nothing, and lead nowhere; stop words everywhere."""
    said_ = {
        "name": {"the": 1, "new": 1, "zoom": 1, "own": 1},
        "description": {"zoom": 9, "camera": 2},
    }
    held = {
        "name": {"the": 900, "new": 900, "zoom": 5, "own": 1},
        "description": {"zoom": 40, "camera": 9},
    }
    found = Frequencies(1000, held)
    assert telling(said_, found, PRODUCTS) == ["zoom", "camera", "new"]
    assert telling(said_, Frequencies(0, {}), PRODUCTS) == []


WORDS = st.dictionaries(st.text("bcd", min_size=1, max_size=2), st.integers(1, 5))


@given(WORDS, st.dictionaries(st.text("bcd", min_size=1, max_size=2), st.integers(0, 9)))
def test_what_is_told_is_said_and_shared(words, held) -> None:
    """Each word is one of the document's that others hold too; a dozen at most, none twice."""
    found = telling({"name": words}, Frequencies(9, {"name": held}), PRODUCTS)
    assert len(found) == len(set(found)) == min(12, sum(held.get(word, 0) > 1 for word in words))
    assert all(word in words and held[word] > 1 for word in found)


def test_the_document_itself_is_left_out() -> None:
    """Beside the caller's own filter, whose page size and fields are kept."""
    plain = SearchQuery("products", limit=3, fields=("name",))
    query = asking(plain, "7", ["red", "lamp"])
    assert query.terms == (Term("red"), Term("lamp"))
    assert (query.match, query.filter) == (Match.ANY, Not(Ids(("7",))))
    assert (query.limit, query.fields, query.highlight) == (3, ("name",), False)
    own = Equals("brand", "x")
    narrowed = asking(SearchQuery("products", filter=own), "7", ["red"])
    assert narrowed.filter == And((own, Not(Ids(("7",)))))
