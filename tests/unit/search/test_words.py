"""Text is cut into the same words whoever cuts it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.search.words import count, spans, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("os.path.join", ["os", "path", "join"]),
        ("json_dumps HTTPServer", ["json", "dumps", "httpserver"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("ﬁre \u00a0 x\0y", ["fire", "x", "y"]),
        ("日本 café", ["日本", "café"]),
        ("Kindle™ Fire", ["kindle", "fire"]),
        ("\ud800 a", ["a"]),
        ("*:* (((( \u202e", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    """Runs of letters and digits, case-folded; signs only separate."""
    assert words(text) == expected


@given(st.text())
def test_any_text_gives_clean_words(text: str) -> None:
    """No word is empty or holds a space, a NUL or a lone surrogate."""
    for word in words(text):
        assert word
        assert word.encode()
        assert not any(c.isspace() or c == "\0" for c in word)


@given(st.text())
def test_spans_point_into_the_text(text: str) -> None:
    """Each span's offsets cut the word it names."""
    for start, end, word in spans(text):
        assert text[start:end].casefold() == word


@given(st.text())
def test_words_are_counted_as_they_are_found(text) -> None:
    """Counting is finding without keeping what was found."""
    assert count(text) == len(spans(text))
