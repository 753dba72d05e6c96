"""Which values a field takes, and how boosts count them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from searchsvc.domain.definition import HIGHEST, LOWEST, Boost, Field, FieldType, IndexDefinition
from searchsvc.engines.boosts import multiplier
from searchsvc.engines.embedded.documents import as_weight
from searchsvc.engines.values import Unindexable, comparable, is_id, reader

GOOD = [
    (FieldType.TEXT, "a", ["a"]),
    (FieldType.KEYWORD, ["a", None, 3], ["a", "3"]),
    (FieldType.NUMBER, Decimal("1.5"), [1.5]),
    (FieldType.NUMBER, 2**64 - 1, [float(2**64 - 1)]),
    (FieldType.BOOL, (True, 0), [True, False]),
    (FieldType.DATE, datetime(1970, 1, 1, 0, 0, 1, 5, UTC), [1_000_005]),
    (FieldType.DATE, date(1969, 12, 31), [-86_400_000_000]),
    (FieldType.DATE, datetime.fromisoformat("1970-01-01T00:00:01"), [1_000_000]),
]


@pytest.mark.parametrize(("type", "value", "expected"), GOOD)
def test_values_are_read(type, value, expected) -> None:
    """Each type's values come out as an engine compares them."""
    assert list(reader(Field("f", type))(value)) == expected


BAD = [
    (FieldType.TEXT, True, "expected text"),
    (FieldType.TEXT, b"a", "expected text"),
    (FieldType.NUMBER, "1", "expected a number"),
    (FieldType.NUMBER, 2**64, "64 bits"),
    (FieldType.NUMBER, Decimal("NaN"), "finite"),
    (FieldType.NUMBER, Decimal("1e999"), "finite"),
    (FieldType.BOOL, "yes", "true or false"),
    (FieldType.DATE, 0, "expected a date"),
    (FieldType.ID, "x" * 32_767, "longer than"),
    (FieldType.GEO, "52.52,13.405", "expected a point"),
]


@pytest.mark.parametrize(("type", "value", "reason"), BAD)
def test_what_no_engine_holds_is_refused(type, value, reason) -> None:
    """The reason names the field and says what is wrong."""
    with pytest.raises(Unindexable, match=rf"^f: .*{reason}"):
        reader(Field("f", type))(value)


def test_fields_that_are_only_returned_are_not_read() -> None:
    """JSON and stored fields may hold anything."""
    assert reader(Field("f", FieldType.JSON)) is None
    assert reader(Field("f", FieldType.NUMBER, stored=True)) is None


def test_a_filters_value_of_another_type_equals_nothing() -> None:
    """It is no error: no document can have it."""
    assert comparable(Field("f", FieldType.NUMBER), "x") is None
    assert comparable(Field("f", FieldType.JSON), "x") is None
    assert comparable(Field("f", FieldType.NUMBER), 1) == 1.0


def test_ids() -> None:
    """Up to 512 bytes of any text."""
    assert is_id("é" * 256)
    assert not any(map(is_id, ["", "é" * 257, "\ud800"]))


FIELDS = (
    Field("sold", FieldType.NUMBER),
    Field("old", FieldType.BOOL),
    Field("tags", FieldType.KEYWORD),
)


@pytest.mark.parametrize(
    ("boosts", "values", "expected"),
    [
        ((), {}, 1.0),
        ((Boost("sold", 2.0, by="value"),), {"sold": 3}, 7.0),
        ((Boost("sold", 1.0, by="sqrt"),), {"sold": [16, 100]}, 5.0),
        ((Boost("sold", 1.0, by="log"),), {"sold": -5}, 1.0),
        ((Boost("sold", 1.0, by="log"),), {"sold": None}, 1.0),
        ((Boost("old", -0.5, equals=True),), {"old": True}, 0.5),
        ((Boost("tags", 1.0, equals="new"),), {"tags": ["old", "new"]}, 2.0),
        ((Boost("tags", 1.0, equals="new"), Boost("old", 1.0, equals=False)), {"old": False}, 2.0),
        ((Boost("sold", 9.0, by="value"),), {"sold": 1e9}, HIGHEST),
        ((Boost("sold", 9.0, by="value"),), {"sold": -1e9}, LOWEST),
        ((Boost("gone", 9.0, by="value"),), {"gone": 1}, 1.0),
        ((Boost("", 0.5, when="sold>3 AND NOT tags:old"),), {"sold": [1, 4], "tags": ["new"]}, 1.5),
        ((Boost("", 0.5, when="sold>3 AND NOT tags:old"),), {"sold": 4, "tags": ["old"]}, 1.0),
        ((Boost("", -0.5, when="NOT sold EXISTS"),), {"sold": None}, 0.5),
        ((Boost("", -0.5, when="NOT sold EXISTS"),), {}, 0.5),
    ],
)
def test_boosts_add_up(boosts, values, expected) -> None:
    """One plus the sum, within bounds; missing values and fields count nothing."""
    definition = IndexDefinition("i", FIELDS, boosts=boosts)
    assert multiplier(definition, boosts)(values) == pytest.approx(expected)


@pytest.mark.parametrize("factor", [LOWEST, 1.0, HIGHEST])
def test_a_factor_fits_the_weight_that_tantivy_reads(factor) -> None:
    """log2(2 + weight) is proportional to the factor and at least 1, in 32 bits too."""
    weight = as_weight(factor)
    assert 0 <= weight < 3.4e38
