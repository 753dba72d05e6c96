"""Paths: names, the places that a place lies in, and which are opened."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from searchsvc.search.paths import LONGEST_OPENED, lineage, names, opened


def test_names_are_cut_at_the_separator() -> None:
    """Spaces round a name and empty names are nobody's meaning."""
    assert names(" Men >  Shoes > > Boots", " > ") == ["Men", "Shoes", "> Boots"]
    assert names("a//b/ ", "/") == ["a", "b"]
    assert names(" > ", ">") == names("", ">") == []


@given(st.text(alphabet="ab /", max_size=20))
def test_a_place_lies_in_its_lineage(path: str) -> None:
    """Each place begins with the one before, and the last is the path itself."""
    found = lineage(path, "/")
    assert [len(names(place, "/")) for place in found] == list(range(1, len(found) + 1))
    assert all(inner.startswith(outer + "/") for outer, inner in pairwise(found))
    assert found[-1:] == ["/".join(names(path, "/"))][: len(found)]
    assert lineage(found[-1], "/") == found if found else True


def test_opened_are_chosen_places_and_what_they_lie_in() -> None:
    """Each once, the upper ones first, and none that is too long to be asked for."""
    assert opened(["a/b/c", "a/d"], "/", 9) == ["a", "a/b", "a/d", "a/b/c"]
    assert opened(["a/b/c", "a/d"], "/", 2) == ["a", "a/b"]
    assert opened([f"a/{'b' * LONGEST_OPENED}"], "/", 9) == ["a"]
    assert opened([], "/", 9) == []
