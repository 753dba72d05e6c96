"""Definitions, documents, filters and queries as what is sent: pure functions."""

import json
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.definition import Boost, Decay, Field, FieldType, IndexDefinition, Typo
from searchsvc.domain.document import Delete, Document
from searchsvc.domain.index import Recipe
from searchsvc.domain.query import (
    And,
    Boosted,
    Equals,
    Exists,
    Ids,
    Match,
    Not,
    OneOf,
    Or,
    Pin,
    Range,
    SearchQuery,
    SortKey,
    Stated,
    Term,
)
from searchsvc.engines.clauses import clauses
from searchsvc.engines.elastic import schema
from searchsvc.engines.elastic.bodies import search_body
from searchsvc.engines.elastic.documents import converter
from searchsvc.engines.elastic.filters import NONE, passing
from searchsvc.engines.elastic.order import order
from searchsvc.engines.elastic.plan import Plan
from searchsvc.engines.elastic.query import Words, boosted, can_be_misspelt, group
from searchsvc.engines.values import Unindexable
from tests.contract.support import PRODUCTS, document

PLAN = Plan(PRODUCTS)
ROOT = Path(__file__).parents[4]


def cut(terms) -> list:
    """The clauses of terms without alternatives."""
    return clauses(terms, (), group)


def words(terms, fields, plan=PLAN, match=Match.ALL, **options) -> Words:
    """The words of a query for `terms`."""
    query = SearchQuery("products", match=match)
    return Words(plan, query, cut(terms), fields, **options)


def test_a_version_is_created_strict_and_unrefreshed() -> None:
    """Nothing appears in a mapping by chance, deletes are remembered, and it says who made it."""
    made = Recipe(PRODUCTS, {"code": "abc"})
    body = schema.body(made, shards=3)
    index = body["settings"]["index"]
    assert (index["refresh_interval"], index["number_of_replicas"]) == ("-1", 0)
    assert (index["number_of_shards"], index["gc_deletes"]) == (3, "1h")
    assert body["mappings"]["dynamic"] == "strict"
    assert body["mappings"]["_source"] == {"includes": ["_json"]}
    card = schema.card(json.loads(json.dumps(body["mappings"]["_meta"])))
    assert (card.index_format, card.definition_hash) == (schema.FORMAT, made.hash)
    assert card.recipe == made


def test_each_use_of_a_field_is_a_native_field() -> None:
    """And no use, no field."""
    properties = schema.body(Recipe(PRODUCTS))["mappings"]["properties"]
    named = {name: set(field.get("properties", ())) for name, field in properties.items()}
    assert named["name"] == {"words", "stems", "whole", "sort"}
    assert named["brand"] == {"words", "stems", "whole", "value", "sort"}
    assert named["sku"] == {"words", "whole", "value"}, "an id has no stem"
    assert named["tags"] == {"value"}
    assert "notes" not in named
    assert "extra" not in named
    assert "_boost" not in named
    shared = {
        n for n, f in properties.items() if "copy_to" in f.get("properties", {}).get("stems", ())
    }
    assert shared == {"name", "brand", "description"}, "texts and keywords that are searched"
    assert properties["added"]["properties"]["sort"] == {"type": "long"}


def test_only_what_every_server_has_is_used() -> None:
    """No analyzer, tokenizer or filter beyond the built-in one that splits at spaces."""
    text = json.dumps(schema.body(Recipe(PRODUCTS)))
    assert "analysis" not in text
    assert set(json.loads(text)["mappings"]["properties"]["name"]["properties"]["words"]) == {
        "type", "analyzer",
    }  # fmt: skip


def test_names_that_mean_something_to_a_server_are_numbered() -> None:
    """A dot, a leading underscore, a space, other letters."""
    names = ["a.b", "_id", "a b", "ü", "good_1"]
    fields = tuple(Field(name, FieldType.KEYWORD) for name in names)
    roots = [one.root for one in schema.physical(IndexDefinition("x", fields))]
    assert roots == ["field-0", "field-1", "field-2", "field-3", "good_1"]


def lines(write, definition=PRODUCTS) -> list:
    """The JSON of the lines of one write."""
    return [orjson.loads(line) for line in converter(definition)(write).splitlines()]


def test_a_document_is_its_json_and_its_words() -> None:
    """Words are cut, folded and stemmed; the JSON is as it was written, hidden fields left out."""
    made = document(
        "1", 7, name=["Über-Socken", "Shoes"], sku="AD-2", cost=3, tags=["a", "a"],
        added=datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
    )  # fmt: skip
    action, body = lines(made)
    assert action == {"index": {"_id": "1", "version": 7, "version_type": "external_gte"}}
    assert {name: value for name, value in body.items() if name.startswith("name")} == {
        "name.words": ["uber socken", "shoes"], "name.stems": ["uber socken", "shoe"],
        "name.whole": ["uber socken", "shoes"], "name.sort": "uber-socken",
    }  # fmt: skip
    assert body["sku.words"] == ["ad 2", "ad2"]
    assert body["tags.value"] == ["a"]
    assert (body["added.sort"], body["added.value"]) == (1_000_000, 1_000_000)
    assert body["_digest"] == made.digest
    assert "cost" not in orjson.loads(body["_json"])
    assert body["cost.value"] == 3.0


TEXT = st.text(max_size=140) | st.text("ab ü'-", max_size=140)


@given(TEXT, TEXT, st.floats(allow_nan=False, allow_infinity=False), st.datetimes())
def test_one_value_is_what_a_list_of_one_is(text, sku, cost, added) -> None:
    """Single values take a shorter way into a body, and arrive as the same."""
    fields = {"name": text, "brand": text, "tags": text, "sku": sku, "cost": cost, "added": added}
    alone = lines(Document("1", 1, fields, b"{}", 5))[1]
    listed = lines(Document("1", 1, {k: [v] for k, v in fields.items()}, b"{}", 5))[1]
    assert [wrapped(alone[name]) for name in alone] == [wrapped(listed[name]) for name in alone]
    assert set(alone) == set(listed)


def wrapped(value: object) -> list[object]:
    """The value as a list."""
    return value if isinstance(value, list) else [value]


def test_digits_are_kept() -> None:
    """The JSON travels as one string, so no parser rounds it."""
    source = b'{"price":123456789012345678901234567890.10}'
    _, body = lines(Document("1", 1, {}, source, 5))
    assert body["_json"].encode() == source


def test_deletes_are_one_line_and_poison_is_refused() -> None:
    """The reason names the field."""
    assert lines(Delete("1", 3)) == [
        {"delete": {"_id": "1", "version": 3, "version_type": "external_gte"}}
    ]
    with pytest.raises(Unindexable, match="price"):
        converter(PRODUCTS)(document("1", price="x"))
    with pytest.raises(Unindexable, match=r"JSON|UTF-8"):
        converter(PRODUCTS)(Document("1", 1, {}, b"\xff", 5))


def test_a_boost_is_settled_when_the_document_is_written() -> None:
    """As one factor, within the bounds of every engine."""
    boosted = IndexDefinition("x", PRODUCTS.fields, boosts=(Boost("price", 1e9, by="value"),))
    assert lines(document("1", price=5), boosted)[1]["_boost"] == 30.0


FILTERS = {
    "equals": (Equals("brand", "a*"), {"terms": {"brand.value": ["a*"]}}),
    "one of": (OneOf("price", (1, 2.5)), {"terms": {"price.value": [1.0, 2.5]}}),
    "nothing of": (OneOf("price", ()), NONE),
    "what cannot be": (Equals("price", "x"), NONE),
    "an unknown field": (Equals("nothing", 1), NONE),
    "a text": (Equals("name", "x"), NONE),
    "exists": (Exists("tags"), {"exists": {"field": "tags.value"}}),
    "a range": (
        Range("price", 1, None, include_low=False),
        {"range": {"price.value": {"gt": 1.0}}},
    ),
    "an open range": (Range("price"), {"exists": {"field": "price.value"}}),
    "a range of words": (Range("brand", 1), NONE),
    "not": (Not(Exists("tags")), {"bool": {"must_not": [{"exists": {"field": "tags.value"}}]}}),
    "no part holds": (Or(()), NONE),
    "every part holds": (And(()), {"match_all": {}}),
}


@pytest.mark.parametrize(("filter", "native"), FILTERS.values(), ids=FILTERS)
def test_filters(filter, native) -> None:
    """Values are values, whatever characters they have."""
    assert passing(filter, PLAN) == native


def compiled(*terms: Term, **options) -> str:
    """The query of these terms in every searched field, as JSON."""
    fields = [field for field in PRODUCTS.fields if field.searchable]
    return json.dumps(words(terms, fields, **options).scoring)


def test_text_is_never_syntax() -> None:
    """Signs are gone, and no query type that parses is used."""
    text = compiled(Term("name:(a OR b)*~2 /x/", 2, prefix=True), misspelt=True)
    assert "query_string" not in text
    assert "(" not in text.replace("match_phrase", "")
    assert '"name a or b 2 x"' in text


def test_layers_of_a_word() -> None:
    """As typed, stem, beginning and typos: each only where it was asked for and may be."""
    assert "fuzzy" not in compiled(Term("shoes"))
    assert '"shoe"' in compiled(Term("shoes"))
    typed = json.loads(compiled(Term("shoes", 2, prefix=True)))
    by_field = typed["bool"]["must"][0]["dis_max"]["queries"]
    kinds = [[next(iter(part)) for part in one["bool"]["should"]] for one in by_field]
    assert kinds[0] == ["term", "term", "prefix", "prefix", "fuzzy", "fuzzy"]
    assert kinds[2] == ["term", "prefix"], "an id is found whole or by its beginning"
    off = Plan(IndexDefinition("x", PRODUCTS.fields, typo=Typo(off_for=("name",))))
    (name, *_) = PRODUCTS.fields
    assert "fuzzy" not in json.dumps(words([Term("shoes", 2)], [name], plan=off).matching)


def test_a_misspelt_beginning_is_asked_for_only_when_told() -> None:
    """And keeps the first letter."""
    term = Term("pyht", 1, prefix=True)
    assert can_be_misspelt(cut([term]))
    assert not can_be_misspelt(cut([Term("pyht", 1), Term("p", prefix=True)]))
    assert "regexp" not in compiled(term)
    assert '"(p.ht|phyt|py.t|pyth).*"' in compiled(term, misspelt=True)


def test_all_or_any() -> None:
    """Every word must be held, or one."""
    terms = [Term("a"), Term("b")]
    fields = [PRODUCTS.fields[0]]
    assert "must" in words(terms, fields).matching["bool"]
    any_of = words(terms, fields, match=Match.ANY).matching["bool"]
    assert any_of["minimum_should_match"] == 1
    assert words([], fields).matching == {"match_all": {}}
    assert words(terms, []).matching["bool"]["must"] == [NONE, NONE]


def test_order_ends_with_the_id() -> None:
    """So that pages never overlap."""
    assert order((), PLAN) == [{"_score": "desc"}, {"_key": "asc"}]
    keys = order((SortKey("price", True), SortKey("nothing")), PLAN)
    assert keys == [{"price.sort": {"order": "desc", "missing": "_last"}}, {"_key": "asc"}]


def test_pinned_documents_match_by_their_ids_and_score_nothing() -> None:
    """Beside the words; without words, every document matches anyway."""
    query = SearchQuery("products", pins=(Pin("a", 1), Pin("b/2", 7)))
    name = PRODUCTS.field("name")
    found = Words(PLAN, query, cut((Term("lamp"),)), [name]).matching
    by_id = {"constant_score": {"filter": {"ids": {"values": ["a", "b/2"]}}, "boost": 0}}
    assert found["bool"]["should"][-1] == by_id
    assert found["bool"]["minimum_should_match"] == 1
    assert Words(PLAN, query, [], [name]).matching == {"match_all": {}}


def test_boosts_of_a_query_are_sums_of_what_is_not_negative() -> None:
    """What lowers is taken off for all and given back where it does not hold."""
    up = Boosted(Stated("", Equals("in_stock", True)), 0.5)
    down = Boosted(Stated("", Ids(("a",))), -0.25)
    found = boosted({"match_all": {}}, (up, down), PLAN)["function_score"]
    assert (found["score_mode"], found["boost_mode"]) == ("sum", "multiply")
    constant, more, back = found["functions"]
    assert constant == {"weight": 0.75}
    assert (more["weight"], back["weight"]) == (0.5, 0.25)
    assert back["filter"] == {"bool": {"must_not": [{"ids": {"values": ["a"]}}]}}
    assert boosted({"match_all": {}}, (), PLAN) == {"match_all": {}}


def test_an_age_is_asked_for_as_of_one_moment() -> None:
    """What is to come is as new as can be, and a document without a date is neither."""
    decay = Decay("added", 60.0, 0.5)
    definition = IndexDefinition("x", PRODUCTS.fields, decays=(decay,))
    query = SearchQuery("x", now=1_000)
    asked = search_body(Plan(definition), query, [], misspelt=False)["query"]["function_score"]
    assert (asked["score_mode"], asked["boost_mode"]) == ("sum", "multiply")
    alone, to_come, past = asked["functions"]
    assert alone == {"weight": 1.0}
    assert to_come == {"filter": {"range": {"added.sort": {"gt": 1_000}}}, "weight": 0.5}
    assert past["exp"] == {"added.sort": {"origin": 1_000, "scale": 60_000_000.0, "decay": 0.5}}
    assert past["filter"] == {"range": {"added.sort": {"lte": 1_000}}}
    for other in (SearchQuery("x", ranking="none"), SearchQuery("x", sort=(SortKey("added"),))):
        plain = search_body(Plan(definition), other, [], misspelt=False)
        assert "function_score" not in json.dumps(plain)
