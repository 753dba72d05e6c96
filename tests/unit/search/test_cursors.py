"""Cursors are read only as they were written, by who has the secret, and for the same search."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.query import FacetRequest, Match, Place, SearchQuery, Term
from searchsvc.domain.result import Hit, SearchResult
from searchsvc.errors import RequestError
from searchsvc.search.cursors import Cursors
from searchsvc.search.widening import widened
from tests.contract.support import version

SECRET = b"s" * 32
CURSORS = Cursors(SECRET)
ASKED = SearchQuery(
    "products", text="lamp", terms=(Term("lamp"), Term("red")), limit=1, fingerprint="one"
)
HIT = Hit("1", 1.0, b"{}")


def result(*values, seen: int = 1, total: int = 9) -> SearchResult:
    """A page of one hit that ends at a place of these values."""
    return SearchResult(version(), total, (HIT,), last=Place(values, seen))


def cursor(*values, asked: SearchQuery = ASKED) -> str:
    """The cursor behind a page of one hit."""
    made = CURSORS.next(asked, result(*values))
    assert made is not None
    return made


SCALARS = st.none() | st.booleans() | st.text() | st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(SCALARS | st.integers(-(2**63), 2**63 - 1), min_size=1), st.integers(0, 10**9))
def test_a_place_comes_back_as_it_went(values, seen) -> None:
    """Every kind of value, to the last digit, in a text that fits a URL as it is."""
    try:
        made = CURSORS.next(ASKED, result(*values, seen=seen))
    except UnicodeEncodeError:
        return  # no engine holds half a surrogate pair
    assert made is not None
    assert made.replace("-", "a").replace("_", "a").isalnum()
    read = CURSORS.read(made, "products")
    assert read.place == Place(tuple(values), seen)
    assert list(map(type, read.place.values)) == list(map(type, values))
    assert read.version == version()


@given(st.data())
def test_whatever_is_changed_in_it_is_noticed(data) -> None:
    """Each single bit counts, of the place as of the signature."""
    raw = bytearray(urlsafe_b64decode(cursor(1.5, "id") + "=="))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(RequestError, match="has been changed"):
        CURSORS.read(urlsafe_b64encode(raw).rstrip(b"=").decode(), "products")


def test_nobody_reads_it() -> None:
    """Who may sort by a field may not see its values; nor are two cursors told apart by parts."""
    raw = urlsafe_b64decode(cursor("a secret value", "id") + "=" * 3)
    assert b"secret" not in raw
    assert b"products" not in raw
    other = urlsafe_b64decode(cursor("a secret valu3", "id") + "=" * 3)
    assert sum(one == two for one, two in zip(raw, other, strict=True)) < len(raw) // 4


@given(st.text())
def test_any_text_is_refused_by_name(text) -> None:
    """Nonsense is a bad parameter, and never another error."""
    with pytest.raises(RequestError) as caught:
        CURSORS.read(text, "products")
    assert caught.value.param == "cursor"


def test_of_another_installation_or_index() -> None:
    """Signed with another secret, or made for another index."""
    with pytest.raises(RequestError, match="not made here"):
        Cursors(b"t" * 32).read(cursor("1"), "products")
    with pytest.raises(RequestError, match="not made here"):
        Cursors().read(cursor("1"), "products")
    with pytest.raises(RequestError, match="of another index"):
        CURSORS.read(cursor("1"), "others")


def test_of_another_search() -> None:
    """What is another search begins somewhere else."""
    read = CURSORS.read(cursor("1"), "products")
    with pytest.raises(RequestError, match="of another search"):
        read.continuing(replace(ASKED, fingerprint="another"))


def test_how_hits_are_shown_may_change() -> None:
    """The page's size, its facets and fields; the version and the place come from the cursor."""
    read = CURSORS.read(cursor(2.0, "1"), "products")
    asked = replace(ASKED, limit=50, facets=(FacetRequest("brand", 3),), fields=("name",))
    query = read.continuing(replace(asked, highlight=False))
    assert (query.version, query.after, query.page) == (version(), Place((2.0, "1"), 1), None)
    assert (query.limit, query.facets, query.fields) == (50, asked.facets, ("name",))


def test_a_widened_search_stays_widened() -> None:
    """What the first page found with any of the words, or with words apart, goes on so.

    It ranks as of the same moment, too.
    """
    wider = replace(widened(ASKED, ["la mp"], relax=True), now=5)
    made = CURSORS.next(wider, result("1"))
    assert made is not None
    again = CURSORS.read(made, "products").continuing(replace(ASKED, now=7))
    assert (again.match, again.alternatives) == (Match.ANY, wider.alternatives)
    assert again.now == 5


def test_no_cursor_behind_the_last_page() -> None:
    """Not behind a page that is not full, nor where pages count all hits as shown."""
    nothing = SearchResult(version(), 0, ())
    assert CURSORS.next(ASKED, nothing) is None
    assert CURSORS.next(ASKED, result("1", total=1)) is None
    assert CURSORS.next(replace(ASKED, limit=2), result("1")) is None
    after = replace(ASKED, after=Place(("0",), 8))
    assert CURSORS.next(after, result("1", seen=9, total=9)) is not None
