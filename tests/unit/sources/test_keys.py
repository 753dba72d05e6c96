"""Ids and keys, times and watermarks: pure translations that must not lose anything."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.errors import SourceError
from searchsvc.sources.keys import KeyCodec, id_of, kind_of_type, kind_of_value
from searchsvc.sources.keyset import after, named
from searchsvc.sources.watermarks import Watermark, micros_of, watermark_of

_text = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)
_part = st.one_of(
    st.tuples(st.just("int"), st.integers(-(2**63), 2**64 - 1)),
    st.tuples(st.just("text"), _text),
    st.tuples(st.just("bytes"), st.binary(max_size=8)),
    st.tuples(st.just("date"), st.dates()),
    st.tuples(st.just("datetime"), st.datetimes(timezones=st.just(UTC))),
    st.tuples(st.just("decimal"), st.decimals(-1000, 1000, places=3)),
)


@given(st.lists(_part, min_size=1, max_size=4))
def test_a_key_survives_its_id(parts):
    """Key to id and back gives the same key, whatever the parts hold."""
    kinds = tuple(kind for kind, _ in parts)
    key = tuple(value for _, value in parts)
    assert KeyCodec(kinds).key(id_of(key)) == key


@given(st.lists(st.tuples(_text, _text), min_size=2, max_size=2, unique=True))
def test_different_keys_have_different_ids(keys):
    """No two composite keys share an id, though their parts hold the separator."""
    assert id_of(keys[0]) != id_of(keys[1])


@pytest.mark.parametrize(
    ("key", "id"),
    [
        ((42,), "42"),
        (("a~b",), "a~b"),
        (("a~b", 1), "a%7Eb~1"),
        (("", ""), "~"),
        ((b"\x00\xff",), "00ff"),
        ((Decimal("1E+3"),), "1000"),
        ((date(2026, 1, 2), "é"), "2026-01-02~%C3%A9"),
        ((datetime(2026, 1, 2, 3, tzinfo=UTC),), "2026-01-02T03:00:00"),
    ],
)
def test_ids_by_kind(key, id):
    """A single key is its own text; parts of several are escaped."""
    assert id_of(key) == id


@pytest.mark.parametrize(
    ("kinds", "id"),
    [(("int",), "1.0"), (("int",), "+1"), (("int64",), str(2**63)), (("int", "text"), "1"),
     (("bytes",), "0"), (("bytes",), "FF"), (("date",), "20260102"), (("text",), "\ud800"),
     (("int", "text"), "1~%7e")],
)  # fmt: skip
def test_ids_of_no_row(kinds, id):
    """An id that no key would be written as belongs to no row."""
    assert KeyCodec(kinds).key(id) is None


def test_kinds():
    """Types whose order and comparison differ have no kind."""
    assert kind_of_type("bigint unsigned") == kind_of_type("year") == "int"
    assert [kind_of_type(t) for t in ("enum", "set", "double", "time", "bit", "json")] == [None] * 6
    assert kind_of_value(1.5) is kind_of_value(None) is None


def test_the_condition_behind_a_key():
    """The expanded form, which an index answers as a range."""
    assert after(["a"]) == "a > :after_0"
    assert after(["a", "b"]) == "a >= :after_0 AND (a > :after_0 OR (b > :after_1))"
    assert named((1, "x")) == {"after_0": 1, "after_1": "x"}


@pytest.mark.parametrize(
    ("value", "bound"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), datetime.fromisoformat("2026-03-01T10:00:00")),
        (date(2026, 1, 1), date(2026, 3, 1)),
        ("2026-01-01 00:00:00", "2026-03-01 10:00:00"),
        ("2026-01-01T00:00:00.000Z", "2026-03-01T10:00:00"),
        (1_700_000_000, 1_772_359_200),
        (Decimal("1700000000000.5"), 1_772_359_200_999),
        (1_700_000_000_000_000.0, 1_772_359_200_999_999),
    ],
)
def test_watermarks_round_down(value, bound):
    """A bound is never later than the time asked for, in the column's own form."""
    assert watermark_of(value, "at").at(1_772_359_200_999_999) == bound


@pytest.mark.parametrize("value", ["soon", "2026-01-01T00:00:00+01:00", True, 10**18, float("nan")])
def test_no_watermarks(value):
    """What holds no comparable time is refused, with the column's name."""
    with pytest.raises(SourceError, match="'at' holds"):
        watermark_of(value, "at")


@given(st.integers(-(10**15), 10**17))
def test_micros_are_exact(micros):
    """µs survive the way through a datetime, before 1970 too; binding only drops the fraction."""
    bound = Watermark("datetime").at(micros)
    assert isinstance(bound, datetime)
    assert 0 <= micros - micros_of(bound.replace(tzinfo=UTC)) < 1_000_000
