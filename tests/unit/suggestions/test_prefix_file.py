"""The prefix file against the plain way: go through all entries, and compare each key."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.result import Scope
from searchsvc.errors import StateError
from searchsvc.suggestions.entries import Entry, Kind
from searchsvc.suggestions.keys import key_of, typed_key, word_starts
from searchsvc.suggestions.layout import MOST
from searchsvc.suggestions.reader import PrefixFile
from searchsvc.suggestions.writer import write_file

# Few letters of each length in UTF-8, so that texts share beginnings and edits meet.
LETTERS = "abcй中𝒳"
WORDS = st.text("abcй中", min_size=1, max_size=5)
TEXTS = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
ENTRIES = st.lists(st.tuples(TEXTS, st.integers(0, 5)), max_size=200)


def opened(folder: Path, **entries: list[Entry]) -> PrefixFile:
    """A file of these entries by kind."""
    path = folder / "made.suggest"
    write_file(path, "v", {Kind(kind): some for kind, some in entries.items()})
    return PrefixFile(path)


def keys_from(text: str) -> list[str]:
    """A text's key from each of its words on."""
    key = key_of(text)
    return [key[at:] for at in word_starts(key)]


def ranked(entries: list[Entry], begins: object) -> list[str]:
    """The texts of the entries that one of these begins, heaviest first."""
    wanted = tuple(begins)  # type: ignore[arg-type]
    fits = [e for e in entries if any(key.startswith(wanted) for key in keys_from(e.text))]
    return [e.text for e in sorted(fits, key=lambda e: (-e.weight, e.text))][:MOST]


def words(key: str) -> list[str]:
    """The words of a key, the finished ones with their space."""
    *finished, last = key.split(" ")
    return [f"{word} " for word in finished] + [last for _ in last[:1]]


def edits(key: str) -> set[str]:
    """`key` with one edit behind its first letter that leaves its last letter, or swaps it."""
    signs = {" ", *LETTERS}
    made = {key[:at] + sign + key[at:] for at in range(1, len(key)) for sign in signs}
    for at in range(1, len(key) - 1):
        made |= {key[:at] + sign + key[at + 1 :] for sign in (*signs, "")}
        made.add(key[:at] + key[at + 1] + key[at] + key[at + 2 :])
    return made


@given(ENTRIES, st.text("abcй中 ", max_size=8))
def test_completions_are_those_of_the_plain_way(tmp_path_factory, some, typed) -> None:
    """As typed, at any word of a text; with one edit where nothing is; the heaviest first."""
    entries = [Entry(text, weight) for text, weight in some]
    file = opened(tmp_path_factory.mktemp("file"), hit=entries)
    key = typed_key(typed)
    exact = ranked(entries, [key]) if key else []
    found = file.complete(key, edits=False)
    assert [one.text for one in found.entries(Kind.HIT)] == exact
    found = file.complete(key, edits=True)
    wanted = exact
    if not exact and len(key) > 1 and not all(ranked(entries, [word]) for word in words(key)):
        wanted = ranked(entries, edits(key)) or ranked(entries, [key[:-1]])
    assert [one.text for one in found.entries(Kind.HIT)] == wanted
    assert found.edited == (bool(found) and not exact)


def test_prefixes_that_many_share(tmp_path: Path) -> None:
    """Thousands of entries: the best of every prefix are those of the plain way."""
    texts = [f"{a}{b} c{n % 7} {a}{n}" for n in range(40) for a in "abcde" for b in "vwxyz"]
    entries = [Entry(text, hash(text) % 1000) for text in texts]
    file = opened(tmp_path, hit=entries)
    for key in ("a", "c", "c1", "av", "av ", "av c1 a", "c1 a3", "e1", "b39"):
        found = file.complete(key, edits=False).entries(Kind.HIT)
        assert [one.text for one in found] == ranked(entries, [key]), key


def test_the_same_text_many_times(tmp_path: Path) -> None:
    """Keys that are all the same are one range, whose best are known too."""
    entries = [Entry("case", n, id=str(n)) for n in range(500)]
    found = opened(tmp_path, hit=entries).complete("ca", edits=False).entries(Kind.HIT)
    assert [one.id for one in found] == [str(n) for n in range(499, 499 - MOST, -1)]


def test_an_entry_is_read_back_whole(tmp_path: Path) -> None:
    """Kinds are apart, and each entry has what it was written with."""
    value = Entry("Fleet & Sons", 2, "brand", count=2, scope=Scope("categories", "Cases", 1))
    hit = Entry("Sony WH-1000", 1, "name", id="7")
    found = opened(tmp_path, value=[value], hit=[hit]).complete("so", edits=False)
    assert [(e.text, e.field, e.count, e.scope) for e in found.entries(Kind.VALUE)] == [
        ("Fleet & Sons", "brand", 2, Scope("categories", "Cases", 1))
    ]
    assert [(e.text, e.field, e.id) for e in found.entries(Kind.HIT)] == [
        ("Sony WH-1000", "name", "7")
    ]
    assert found.entries(Kind.QUERY) == []


@pytest.mark.parametrize("typed", ["samsung ", "samsung galaxy", "galaxy s", "Gälaxy"])
def test_words_and_accents(tmp_path: Path, typed: str) -> None:
    """A finished word, several words, a later word, and letters that fold."""
    file = opened(tmp_path, hit=[Entry("Samsung Galaxy S24", 1)])
    assert file.complete(typed_key(typed), edits=False)


@pytest.mark.parametrize("typed", ["sams ", "galaxy samsung", "amsung", "galax s"])
def test_what_does_not_begin_so(tmp_path: Path, typed: str) -> None:
    """A finished word is that word; what lies within a word is not looked for."""
    file = opened(tmp_path, hit=[Entry("Samsung Galaxy S24", 1)])
    assert not file.complete(typed_key(typed), edits=False)


def test_a_torn_file_is_refused(tmp_path: Path) -> None:
    """Cut anywhere, or with a damaged header; and one of another format."""
    path = tmp_path / "made.suggest"
    write_file(path, "v", {Kind.HIT: [Entry("case", 1)]})
    whole = path.read_bytes()
    for torn in (*(whole[:n] for n in range(0, len(whole), 7)), whole[:30] + b"x" + whole[31:]):
        path.write_bytes(torn)
        with pytest.raises(StateError):
            PrefixFile(path)
    path.write_bytes(whole[:8] + b"\x63" + whole[9:])
    with pytest.raises(StateError, match="another format"):
        PrefixFile(path)


def test_a_file_that_is_replaced_stays_whole_for_its_readers(tmp_path: Path) -> None:
    """Who has opened it goes on with what it was; nothing is left beside it."""
    first = opened(tmp_path, hit=[Entry("case", 1)])
    second = opened(tmp_path, hit=[Entry("lamp", 1)])
    assert first.complete("ca", edits=False)
    assert second.complete("la", edits=False)
    assert [path.name for path in tmp_path.iterdir()] == ["made.suggest"]
