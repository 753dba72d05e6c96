"""Corrections of misspelt words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from searchsvc.search.typos import corrections, prefix_corrections

KNOWN = {"python": 9, "pythons": 2, "path": 7, "pat": 1, "bython": 50, "search": 4, "starch": 9}


def words(found) -> list[str]:
    """The corrections' words."""
    return [one.word for one in found]


def test_the_nearest_and_commonest_come_first() -> None:
    """Fewer edits first, then more documents."""
    assert words(corrections("pythno", 2, KNOWN)) == ["python", "pythons"]
    assert words(corrections("serch", 2, KNOWN)) == ["search", "starch"]


def test_a_swap_is_one_typo() -> None:
    """Neighbours in the wrong order count once."""
    assert words(corrections("pyhton", 1, KNOWN)) == ["python"]


@pytest.mark.parametrize(("word", "typos"), [("pyhton", 0), ("", 2), ("zzz", 2), ("ython", 2)])
def test_nothing_is_forced(word, typos) -> None:
    """No typo allowed, nothing typed, nothing near, another first letter: no correction."""
    assert corrections(word, typos, KNOWN) == []


def test_a_correction_is_commoner_than_what_was_typed() -> None:
    """A known word is only corrected to a commoner one."""
    assert words(corrections("pat", 1, KNOWN)) == ["path"]
    assert corrections("path", 1, KNOWN) == []


def test_no_more_than_asked_for() -> None:
    """The limit cuts the farthest and rarest."""
    many = {f"lamp{c}": n for n, c in enumerate("abcdefghij", 1)}
    assert words(corrections("lamp", 1, many, limit=2)) == ["lampj", "lampi"]


def test_beginnings_are_corrected_only_when_nothing_begins_so() -> None:
    """While any word still begins as typed, nothing is wrong yet."""
    assert words(prefix_corrections("pyhto", 1, KNOWN)) == ["pytho"]
    assert prefix_corrections("pyth", 1, KNOWN) == []


@given(
    st.text("abc", min_size=1, max_size=6),
    st.integers(0, 2),
    st.dictionaries(st.text("abc", min_size=1, max_size=6), st.integers(1, 9), max_size=20),
)
def test_every_correction_keeps_the_rules(word, typos, known) -> None:
    """Within reach, same first letter, commoner, weight between 0 and 1, none twice."""
    found = corrections(word, typos, known)
    assert len(words(found)) == len(set(words(found)))
    for one in found:
        assert 1 <= OSA.distance(word, one.word) <= typos
        assert one.word[0] == word[0]
        assert known[one.word] > known.get(word, 0)
        assert 0 <= one.weight < 1
