"""What the prefix files of live versions answer, and how they are followed."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from searchsvc.domain.definition import Field, FieldType, IndexDefinition, Typo
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.query import SuggestQuery
from searchsvc.domain.result import Scope
from searchsvc.suggestions.completer import Completer
from searchsvc.suggestions.entries import Entry, Kind
from searchsvc.suggestions.files import PrefixFiles, file_of, versions_in
from searchsvc.suggestions.writer import write_file

NAMES = IndexDefinition("names", (Field("name", FieldType.TEXT, weight=1, suggest=True),))
VERSION = IndexVersion.new("names", datetime(2026, 11, 28, tzinfo=UTC), 1)
CASES = Scope("categories", "Cases", 12)
ENTRIES = {
    Kind.QUERY: [Entry("phone", 9, scope=CASES), Entry("phone charger", 7)],
    Kind.VALUE: [Entry("Samsung", 3, "brand", count=3), Entry("Sony & Co", 2, "brand", count=2)],
    Kind.HIT: [
        Entry("Samsung Galaxy S24", 5, "name", id="1"),
        Entry("iPhone <b>Case</b>", 4, "name", id="2"),
        Entry("Red Shoe", 3, "name", id="3"),
        Entry("Rod Shoes", 2, "name", id="4"),
    ],
}


@pytest.fixture
def completer(tmp_path: Path) -> Completer:
    """Over one file of these entries."""
    write_file(file_of(tmp_path, VERSION), VERSION.name, ENTRIES)
    return Completer(tmp_path)


def complete(completer: Completer, text: str, **changes: object):
    """The answer for what was typed."""
    query = SuggestQuery("names", text, (), 8, None)
    return completer.complete(replace(query, **changes), VERSION, NAMES)


def test_only_of_some_fields(completer: Completer) -> None:
    """Others take no place of theirs; what people search for is of no field."""
    found = complete(completer, "s", fields=("name",), limit=2)
    assert found.values == ()
    assert [one.text for one in found.hits] == ["Samsung Galaxy S24", "Red Shoe"]
    assert complete(completer, "sam", fields=("brand",)).hits == ()
    found = complete(completer, "ph", fields=(), scopes=False)
    assert [(one.text, one.scope) for one in found.queries] == [
        ("phone", None),
        ("phone charger", None),
    ]


def test_queries_values_and_hits(completer: Completer) -> None:
    """All that begin as typed, at any word, each with what is told of its kind."""
    found = complete(completer, "ph")
    assert [(one.text, one.scope) for one in found.queries] == [
        ("phone", CASES),
        ("phone charger", None),
    ]
    assert found.queries[1].highlight == "<mark>phone</mark> charger"
    found = complete(completer, "sam")
    assert [(one.field, one.value, one.count) for one in found.values] == [("brand", "Samsung", 3)]
    assert [(one.id, one.field, one.text) for one in found.hits] == [
        ("1", "name", "Samsung Galaxy S24")
    ]
    assert found.version == VERSION
    assert found.correction is None


def test_text_of_a_document_never_becomes_markup(completer: Completer) -> None:
    """It is escaped, and the words that were typed are marked."""
    (hit,) = complete(completer, "iphone b ca").hits
    assert hit.highlight == (
        "<mark>iPhone</mark> &lt;<mark>b</mark>&gt;<mark>Case</mark>&lt;/b&gt;"
    )


def test_a_typo_is_forgiven_from_the_third_letter(completer: Completer) -> None:
    """With what was meant; not in two letters, nor in a number, nor where none is forgiven."""
    found = complete(completer, "samsnug gal")
    assert [one.text for one in found.hits] == ["Samsung Galaxy S24"]
    assert found.hits[0].highlight == "<mark>Samsung</mark> <mark>Galaxy</mark> S24"
    assert found.correction == "samsung galaxy"
    assert complete(completer, "smasu").correction == "samsung"
    assert complete(completer, "sxm").values
    assert not complete(completer, "sx")
    assert not complete(completer, "samsung galaxy s34")
    assert complete(completer, "samsung galxay s2").correction == "samsung galaxy s24"
    assert not complete(completer, "samsnug", forgiving_from=999)


def test_words_that_are_known_are_not_put_right(completer: Completer) -> None:
    """`red shoes` has both words spelt right, so it is not taken for `Rod Shoes`."""
    assert not complete(completer, "red shoes")
    assert complete(completer, "rad shoes").correction == "rod shoes"


def test_a_field_whose_typos_are_not_forgiven(completer: Completer) -> None:
    """Is completed as typed only."""
    query = SuggestQuery("names", "samsnug", (), 8, None)
    strict = replace(NAMES, typo=Typo(off_for=("brand",)))
    found = completer.complete(query, VERSION, strict)
    assert found is not None
    assert (found.values, len(found.hits)) == ((), 1)
    assert completer.complete(replace(query, text="sams"), VERSION, strict).values


def test_limits_and_nothing(completer: Completer) -> None:
    """As many of each kind as asked for; nothing typed is nothing found."""
    assert len(complete(completer, "ph", limit=1).queries) == 1
    for text in ("", " ", "!!!", "zzz"):
        assert not complete(completer, text)


def test_a_document_is_suggested_once(tmp_path: Path) -> None:
    """By its heaviest text, of those that begin as typed."""
    texts = [Entry(f"lamp {n}", 9 - n, "name", id=str(n // 2)) for n in range(6)]
    write_file(file_of(tmp_path, VERSION), VERSION.name, {Kind.HIT: texts})
    hits = complete(Completer(tmp_path), "la", limit=3).hits
    assert [(one.id, one.text) for one in hits] == [
        ("0", "lamp 0"),
        ("1", "lamp 2"),
        ("2", "lamp 4"),
    ]


def test_a_version_without_a_file_has_no_answer(completer: Completer, tmp_path: Path) -> None:
    """So that the engine is asked; a torn one too."""
    other = IndexVersion.new("names", VERSION.created, 2)
    query = SuggestQuery("names", "sam", (), 8, None)
    assert completer.complete(query, other, NAMES) is None
    file_of(tmp_path, other).write_bytes(b"torn")
    assert Completer(tmp_path).complete(query, other, NAMES) is None


def test_files_are_followed(tmp_path: Path) -> None:
    """A new file is opened, a torn one leaves the former in use, and one that is gone is gone."""
    files, path = PrefixFiles(tmp_path, poll=0.0), file_of(tmp_path, VERSION)
    assert files.of(VERSION) is None
    for number in (1, 2):
        write_file(path, VERSION.name, {Kind.HIT: [Entry("case", n) for n in range(number)]})
        assert len(files.of(VERSION)) == number
    torn = tmp_path / "torn"
    torn.write_bytes(path.read_bytes()[:-1])
    torn.replace(path)
    assert len(files.of(VERSION)) == 2
    path.unlink()
    assert files.of(VERSION) is None


def test_files_of_an_index(tmp_path: Path) -> None:
    """By their versions; another index whose name begins alike is another index."""
    other = IndexVersion.new("names_old", VERSION.created, 1)
    for version in (VERSION, other):
        write_file(file_of(tmp_path, version), version.name, {})
    (tmp_path / "names-x.suggest").touch()
    assert list(versions_in(tmp_path, "names")) == [VERSION]
