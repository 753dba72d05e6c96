"""The contract of counting words: how many documents hold each, in each field."""

import asyncio

import pytest

from searchsvc.domain.query import Ids, Not, Or
from searchsvc.errors import UnknownVersion
from tests.contract.support import document, query, version


def count(engines, made, **words):
    """What is said of these words, without those that are nowhere."""
    found = asyncio.run(engines.search.frequencies(made, words))
    held = {
        name: {word: number for word, number in of.items() if number}
        for name, of in found.by_field.items()
    }
    return found.documents, {name: of for name, of in held.items() if of}


def test_words_are_counted_by_field(engines) -> None:
    """Documents, not times; folded as the index folds; as they stand, without inflections."""
    made = engines.serve(
        document("1", name="Über lamp lamp", brand="Lamp & Co", description="red"),
        document("2", name="lamps", brand="Lamp & Co", description="red lamp"),
        document("3", name="lamp", brand="x", description="blue"),
    )
    words = {"lamp", "lamps", "über", "red", "zebra"}
    assert count(engines, made, name=words, brand={"lamp", "co"}, description={"lamp"}) == (
        3, {"name": {"lamp": 2, "lamps": 1, "über": 1}, "brand": {"lamp": 2, "co": 2},
            "description": {"lamp": 1}},
    )  # fmt: skip


def test_fields_without_words_hold_none(engines) -> None:
    """Unknown ones, numbers, and what is only stored."""
    made = engines.serve(document("1", name="lamp", price=5, notes="secret"))
    assert (
        count(engines, made, nothing={"lamp"}, price={"5"}, notes={"secret"}, name={"x"})[1] == {}
    )
    assert count(engines, made)[1] == {}


def test_what_is_no_word_is_in_no_document(engines) -> None:
    """Signs, several words and syntax are looked up as they stand."""
    made = engines.serve(document("1", name="lamp"))
    odd = {"", "a b", "lamp*", '"', "\N{GRINNING FACE}", "ﷺ", "x" * 1000}
    assert count(engines, made, name=odd)[1] == {}


def test_a_version_that_is_gone(engines) -> None:
    """Counted is in the version that is named, live or not."""
    made = engines.serve(document("1", name="lamp"))
    other = engines.create(2)
    engines.write(other, document("1", name="candle"), document("2", name="candle"))
    assert count(engines, other, name={"lamp", "candle"})[1] == {"name": {"candle": 2}}
    assert count(engines, made, name={"lamp", "candle"})[1] == {"name": {"lamp": 1}}
    with pytest.raises(UnknownVersion):
        count(engines, version(9), name={"lamp"})


def test_documents_by_their_ids(engines) -> None:
    """A filter of ids lets just these pass; one that no document can have passes none."""

    def ids(filter) -> list[str]:
        found = asyncio.run(engines.search.search(query("", filter=filter)))
        return [hit.id for hit in found.hits]

    engines.serve(*(document(id, name="lamp") for id in ("1", "a/b", "ü")))
    assert ids(Ids(("a/b", "ü", "nobody"))) == ["a/b", "ü"]
    assert ids(Not(Ids(("1",)))) == ["a/b", "ü"]
    assert ids(Ids(())) == []
    assert ids(Or((Ids(("1",)), Ids(("ü",))))) == ["1", "ü"]
