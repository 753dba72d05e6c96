"""A shop's goods for tests of frontends' wires: its definition, and one hit of it."""

from datetime import UTC, datetime

from searchsvc.domain.definition import Cut, Field, FieldType, IndexDefinition, Sort
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.result import Hit

SHOP = IndexDefinition(
    name="books",
    fields=(
        Field("name", FieldType.TEXT, weight=8, highlight=True, suggest=True),
        Field("brand", FieldType.KEYWORD, weight=2, facet=True, suggest=True),
        Field("price", FieldType.NUMBER, facet=True, sort=True, cut=Cut(bounds=(0, 25, 50, 100))),
        Field("sold", FieldType.DATE, sort=True),
        Field("in_stock", FieldType.BOOL, facet=True),
        Field("place", FieldType.PATH, facet=True, separator=" > "),
        Field("margin", FieldType.NUMBER, facet=True, sort=True, hidden=True),
    ),
    sorts=(("cheapest", Sort("price")),),
)
VERSION = IndexVersion("books", datetime(2026, 8, 23, 10, 15, tzinfo=UTC), 7)
LAMP = Hit(
    "7", 2.5, b'{"name":"Red & blue lamp","price":19.90,"brand":"Volt"}',
    {"name": "Red &amp; blue <mark>lamp</mark>"},
)  # fmt: skip
