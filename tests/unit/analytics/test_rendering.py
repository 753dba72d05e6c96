"""Reports as CSV that no spreadsheet carries out, and as lines of JSON."""

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from searchsvc.analytics.rendering import csv_of, ndjson_of

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
dangerous = st.builds(lambda sign, rest: sign + rest, st.sampled_from("=+-@\t\r\n"), texts)


@given(st.lists(st.tuples(st.one_of(texts, dangerous), st.integers()), min_size=1))
def test_no_cell_is_a_formula(rows: list[tuple[str, int]]) -> None:
    """Whatever was typed; the rest is as it was, and so is what stands behind the apostrophe."""
    written = csv_of({"q": text, "searches": number} for text, number in rows)
    read = list(csv.reader(io.StringIO(written, newline="")))
    assert read[0] == ["q", "searches"]
    assert len(read) == len(rows) + 1
    for (cell, number), (text, given_number) in zip(read[1:], rows, strict=True):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert cell in (text, f"'{text}")
        assert (cell == text) is not text.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert number == str(given_number)


def test_what_is_no_text() -> None:
    """Numbers, negative ones too, and nothing stay; objects are JSON."""
    row = {"a": -1.5, "b": None, "c": {"q": "=1"}, "d": ["x"], "e": True}
    assert csv_of([row]) == 'a,b,c,d,e\r\n-1.5,,"{""q"":""=1""}","[""x""]",True\r\n'
    assert csv_of([]) == ""


def test_a_line_for_each_row() -> None:
    """As JSON."""
    rows = [{"q": "a\nb"}, {"q": "\u2028"}]
    assert [json.loads(line) for line in ndjson_of(rows).splitlines()] == rows
    assert ndjson_of([]) == b""
