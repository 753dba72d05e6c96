"""Documents by field type: what is indexed, and what the JSON shows."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.definition import Field, FieldType, Groups, IndexDefinition
from searchsvc.errors import DefinitionError, RowError
from searchsvc.indexing.converters import compile_converters


def _convert(kind: FieldType, value: object):
    definition = IndexDefinition("things", (Field("f", kind),))
    values, source = compile_converters(definition)({"f": value})
    return values.get("f"), source


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value", "indexed", "shown"),
    [
        ("text", "ü 😀", "ü 😀", '"ü 😀"'),
        ("text", "", "", '""'),
        ("text", 42, "42", '"42"'),
        ("text", True, "true", '"true"'),
        ("text", Decimal("1E+2"), "100", '"100"'),
        ("text", "a\0b\ud800", "a\ufffdb\ufffd", '"a\ufffdb\ufffd"'),
        ("text", NOON, "2026-03-01T12:00:00Z", '"2026-03-01T12:00:00Z"'),
        ("keyword", ["a", None, 1], ["a", "1"], '["a","1"]'),
        ("keyword", {"b", "a"}, ["a", "b"], '["a","b"]'),
        ("id", UUID(int=7), str(UUID(int=7)), f'"{UUID(int=7)}"'),
        ("id", 2**64 - 1, "18446744073709551615", '"18446744073709551615"'),
        ("number", 7, 7, "7"),
        ("number", 0.1, 0.1, "0.1"),
        ("number", True, 1, "1"),
        ("number", 2**64 - 1, 2**64 - 1, "18446744073709551615"),
        ("number", 2**70, 2**70, "1180591620717411303424"),
        ("number", Decimal("12.340000000000000000001"), 12.34, "12.340000000000000000001"),
        ("number", Decimal("1E-300"), 1e-300, "1E-300"),
        ("number", " 12.50 ", 12.5, "12.50"),
        ("number", [1, 2.5], [1, 2.5], "[1,2.5]"),
        ("bool", 0, False, "false"),
        ("bool", "YES", True, "true"),
        ("bool", Decimal(1), True, "true"),
        ("date", NOON, NOON, '"2026-03-01T12:00:00Z"'),
        ("date", NOON.replace(tzinfo=None), NOON, '"2026-03-01T12:00:00Z"'),
        ("date", NOON.astimezone(timezone(timedelta(hours=5))), NOON, '"2026-03-01T12:00:00Z"'),
        ("date", date(2026, 3, 1), NOON.replace(hour=0), '"2026-03-01T00:00:00Z"'),
        ("date", "2026-03-01T13:00:00.5+01:00", NOON.replace(microsecond=500_000),
         '"2026-03-01T12:00:00.500000Z"'),
        ("date", 1_772_366_400, NOON, '"2026-03-01T12:00:00Z"'),
        ("date", 1_772_366_400_000, NOON, '"2026-03-01T12:00:00Z"'),
        ("date", Decimal(1_772_366_400_000_000), NOON, '"2026-03-01T12:00:00Z"'),
        ("json", '{"b": 1.50,\n "a": 12345678901234567890123}', None,
         '{"b": 1.50,  "a": 12345678901234567890123}'),
        ("path", "Men > Shoes\0", "Men > Shoes\ufffd", '"Men > Shoes\ufffd"'),
        ("path", ["Men", " ", None], ["Men", None], '["Men"," "]'),
        ("json", {"a": [Decimal("0.10"), None]}, None, '{"a":[0.10,null]}'),
        ("json", [], None, "[]"),
    ],
)  # fmt: skip
def test_values_by_type(kind, value, indexed, shown):
    """Each type's values, and the digits and text that the JSON keeps of them."""
    got, source = _convert(FieldType(kind), value)
    assert got == indexed
    assert type(got) is type(indexed)
    assert source.decode() == f'{{"f":{shown}}}'


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", {"a": 1}), ("text", b"x"), ("text", [["nested"]]), ("text", object()),
        ("number", "12 EUR"), ("number", ""), ("number", float("nan")), ("number", "Infinity"),
        ("number", Decimal("1E+400")), ("number", NOON), ("bool", 2), ("bool", "maybe"),
        ("bool", ""), ("date", "yesterday"), ("date", True), ("date", 1e30), ("date", {}),
        ("json", "{not json"), ("json", "NaN"), ("json", {"a": b"x"}), ("json", {1: 2}),
        ("json", "\ud800"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_kills_only_its_row(kind, value):
    """The error names field and value, so that the row becomes a dead letter."""
    with pytest.raises(RowError, match="field 'f': "):
        _convert(FieldType(kind), value)


def test_long_values_are_shortened_in_errors():
    """A megabyte of text does not end up in a log."""
    with pytest.raises(RowError) as raised:
        _convert(FieldType.NUMBER, "x" * 1_000_000)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("value", [None, [], [None], set()])
def test_nothing_leaves_the_field_out(value):
    """None, and lists of nothing, are as if the key were missing."""
    assert _convert(FieldType.TEXT, value) == (None, b"{}")


def test_a_key_that_is_no_field():
    """It is a fault of the definition, with the nearest field."""
    definition = IndexDefinition("things", (Field("name", FieldType.TEXT),))
    with pytest.raises(DefinitionError, match=r"'nmae', which is no field .*did you mean 'name'"):
        compile_converters(definition)({"nmae": "x"})


def test_the_order_is_the_definitions():
    """Bytes do not depend on the order of the document's keys, so equal rows have one digest."""
    fields = tuple(Field(name, FieldType.TEXT) for name in "bac")
    convert = compile_converters(IndexDefinition("things", fields))
    assert convert({"a": 1, "b": 2, "c": 3})[1] == convert({"c": 3, "b": 2, "a": 1})[1]
    assert list(convert({"a": 1, "b": 2, "c": 3})[0]) == ["b", "a", "c"]


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals()
    | st.datetimes() | st.dates() | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=5,
)  # fmt: skip


@given(st.sampled_from(list(FieldType)), _anything)
def test_any_value_is_json_or_a_row_error(kind, value):
    """No value of any type breaks a run: it becomes one line of valid JSON, or a dead letter."""
    try:
        _, source = _convert(kind, value)
    except RowError:
        return
    assert b"\n" not in source
    json.loads(source)


def test_a_document_is_in_one_group() -> None:
    """A list of one value is that value; of several, the row is dead."""
    definition = IndexDefinition("things", (Field("f", FieldType.KEYWORD),), groups=Groups(("f",)))
    convert = compile_converters(definition)
    for one in ("a", ["a"], ["a", None], {"a"}):
        assert convert({"f": one})[0]["f"] in ("a", ["a"])
    assert [convert({"f": none})[0] for none in (None, [], [None])] == [{}, {}, {}]
    with pytest.raises(
        RowError, match=r"field 'f': \['a', 'b'\] has several values, and a document"
    ):
        convert({"f": ["a", "b"]})
