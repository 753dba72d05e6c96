"""What is gathered of documents."""

import orjson

from searchsvc.domain.definition import Field, FieldType
from searchsvc.suggestions.collect import Collected
from searchsvc.suggestions.entries import Entry, Kind

VALUES = (Field("brand", FieldType.KEYWORD, facet=True, suggest=True),)
TEXTS = (Field("name", FieldType.TEXT, suggest=True),)


def collect(*documents: dict[str, object]) -> dict[Kind, list[Entry]]:
    """What these may suggest; a document weighs its `sold`."""
    collected = Collected(VALUES, TEXTS, lambda document: float(document.get("sold", 1)))
    for number, document in enumerate(documents, 1):
        collected.add(str(number), orjson.dumps(document))
    return collected.entries()


def test_values_count_documents() -> None:
    """Each once, also where one has it twice; several values count by themselves."""
    found = collect({"brand": "Acme"}, {"brand": ["Acme", "Best", "Acme"]}, {"brand": None}, {})
    assert found[Kind.VALUE] == [
        Entry("Acme", 2, "brand", count=2),
        Entry("Best", 1, "brand", count=1),
    ]


def test_texts_weigh_what_their_documents_do() -> None:
    """Of those that read alike the heaviest stands for all."""
    found = collect(
        {"name": "Lamp", "sold": 1}, {"name": "lámp!", "sold": 5}, {"name": ["Chair", "Stool"]}
    )
    assert found[Kind.HIT] == [
        Entry("lámp!", 5, "name", "2"),
        Entry("Chair", 1, "name", "3"),
        Entry("Stool", 1, "name", "3"),
    ]


def test_what_cannot_be_typed_is_left_out() -> None:
    """No words, too long, or no text at all."""
    found = collect({"name": "!!!"}, {"name": "a" * 201}, {"name": 7}, {"name": " "}, {"brand": ""})
    assert found == {Kind.VALUE: [], Kind.HIT: []}
