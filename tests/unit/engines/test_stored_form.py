"""Definitions of one stored form are indexed alike by every engine."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.definition import (
    Boost,
    Cut,
    Decay,
    Field,
    FieldType,
    IndexDefinition,
    Ranking,
    Sort,
    Typo,
)
from searchsvc.domain.geo import Point
from searchsvc.domain.index import Recipe
from searchsvc.engines.elastic import documents as elastic
from searchsvc.engines.elastic import schema as elastic_schema
from searchsvc.engines.embedded import schema as embedded_schema
from searchsvc.engines.memory.documents import reader
from tests.contract.support import PRODUCTS, document

FIELDS = st.builds(
    Field,
    name=st.just("one"),
    type=st.sampled_from(FieldType),
    weight=st.sampled_from([0.0, 1.0, 4.0]),
    suggest=st.booleans(),
    highlight=st.booleans(),
    snippet=st.sampled_from([0, 8]),
    facet=st.booleans(),
    sort=st.booleans(),
    stored=st.booleans(),
    hidden=st.booleans(),
    separator=st.sampled_from([" > ", "/"]),
)
VALUES = {
    FieldType.NUMBER: 3.5,
    FieldType.BOOL: True,
    FieldType.DATE: None,
    FieldType.GEO: Point(52.52, 13.405),
    FieldType.JSON: {"a": 1},
}


def native(definition: IndexDefinition) -> object:
    """What every engine makes of the definition, and of one document."""
    kind = definition.fields[0].type
    one = document("1", one=VALUES.get(kind, "Some Words"))
    body = elastic_schema.body(Recipe(definition))
    body["mappings"].pop("_meta")
    physical = [replace(p, field=Field("", kind)) for p in embedded_schema.physical(definition)]
    stored = reader(definition)(one)
    return (
        body, elastic.converter(definition)(one), physical,
        stored.source, stored.values, stored.words, stored.factors,
    )  # fmt: skip


@given(FIELDS, FIELDS)
def test_fields_of_one_stored_form_are_indexed_alike(old: Field, new: Field) -> None:
    """Whatever uses differ: where the stored forms are equal, so is all that an engine is given."""
    if old.stored_form != new.stored_form:
        # At least such a pair is made of it: the same field with other uses at query time.
        new = replace(
            old, weight=old.weight * 2, highlight=not old.highlight, snippet=5,
            facet=not old.facet, cut=Cut(width=5.0),
        )  # fmt: skip
    assert old.stored_form == new.stored_form
    one, other = (IndexDefinition("products", (field,)) for field in (old, new))
    assert native(one) == native(other)


def test_typos_sorts_and_decays_are_no_part_of_the_stored_form() -> None:
    """They are the query's; language, order and boosts are the documents'."""
    form = PRODUCTS.stored_form
    sorts = (("cheap", Sort("price")),)
    assert replace(PRODUCTS, typo=Typo(3, 5, ("sku",)), sorts=sorts).stored_form == form
    decays = (Decay("added", 60.0, 1.0),)
    fresh = Ranking("plain"), Ranking("fresh", (), decays)
    assert replace(PRODUCTS, decays=decays, rankings=fresh).stored_form == form
    popular = Ranking("popular", (Boost("price", 1.0, by="log"),), decays)
    assert replace(PRODUCTS, rankings=(popular,)).stored_form != form
    assert replace(PRODUCTS, language="de").stored_form != form
    assert replace(PRODUCTS, fields=PRODUCTS.fields[::-1]).stored_form != form
    assert Recipe(PRODUCTS).hash == Recipe(PRODUCTS, follows={"every": "5m"}).hash
    assert Recipe(PRODUCTS).hash != Recipe(PRODUCTS, {"sql": "SELECT 1"}).hash
