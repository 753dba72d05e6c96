"""Safe HTML out of any text and any spans."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.search.highlight import highlight, snippet

TEXT = " ".join(f"w{n}" for n in range(100))


def span(text: str, word: str) -> tuple[int, int]:
    """Where `word` stands in `text`."""
    start = text.index(word)
    return start, start + len(word)


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        ("a lamp", [(2, 6)], "a <mark>lamp</mark>"),
        ("a lamp", [], "a lamp"),
        ("", [(0, 5)], ""),
        ("lamp", [(2, 2), (3, 1), (9, 12)], "lamp"),
        ("lamps", [(0, 4), (2, 5), (-3, 1)], "<mark>lamps</mark>"),
        ("ab", [(1, 2), (0, 1)], "<mark>ab</mark>"),
        ("<b>&'\"", [(0, 3)], "<mark>&lt;b&gt;</mark>&amp;&#x27;&quot;"),
        ("<mark>x</mark>", [], "&lt;mark&gt;x&lt;/mark&gt;"),
        ("a\0b\x1b", [(0, 1)], "<mark>a</mark>\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"),
        ("\ud800", [], "\N{REPLACEMENT CHARACTER}"),
        ("a\tb\n", [], "a\tb\n"),
    ],
)
def test_highlight(text, spans, expected) -> None:
    """Marks where the spans are, everything else escaped, no forbidden character left."""
    assert highlight(text, spans) == expected


def test_a_snippet_is_cut_around_its_matches() -> None:
    """About as many words as asked for, ellipses where text is missing."""
    shown = snippet(TEXT, [span(TEXT, "w50")], 6)
    assert shown == "… w49 <mark>w50</mark> w51 w52 w53 w54 …"


def test_the_densest_matches_win() -> None:
    """Different words close together beat one word repeated elsewhere."""
    text = "red red red " + "x " * 50 + "red lamp shade"
    spans = [m.span() for m in re.finditer("red|lamp", text)]
    assert snippet(text, spans, 5) == "… x x <mark>red</mark> <mark>lamp</mark> shade"


@pytest.mark.parametrize(
    ("text", "spans", "words", "expected"),
    [
        ("one two three", [], 2, "one two …"),
        ("one two.", [], 5, "one two."),
        ("(one) two", [(6, 9)], 2, "(one) <mark>two</mark>"),
        ("", [], 5, ""),
        ("...", [], 5, "..."),
        ("one two three", [(8, 13)], 1, "… <mark>three</mark>"),
    ],
)
def test_snippets_at_the_edges(text, spans, words, expected) -> None:
    """Short texts come whole; without a match it is the beginning."""
    assert snippet(text, spans, words) == expected


def test_a_snippet_has_no_lines_drawn_with_signs() -> None:
    """Rules and frames go, an ellipsis or a prompt of three signs stays; a whole text keeps all."""
    text = "Lamp\n====\n>>> lamp ... +-----+ shade ----------"
    assert snippet(text, [(0, 4)], 9).split() == [
        "<mark>Lamp</mark>", "&gt;&gt;&gt;", "lamp", "...", "shade",
    ]  # fmt: skip
    assert snippet("a | b | | | c == **d", [], 9) == "a | b  c == **d"
    assert highlight("a ====", []) == "a ===="


@given(
    st.text(),
    st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=6),
    st.integers(1, 10),
)
def test_nothing_but_marks_is_markup(text, spans, words) -> None:
    """Without the marks, what is left is escaped text of the original, for any input."""
    for shown in (highlight(text, spans), snippet(text, spans, words)):
        assert shown.count("<mark>") == shown.count("</mark>")
        plain = shown.replace("<mark>", "").replace("</mark>", "")
        assert not set(plain) & set("<>\"'")
        shown_text = html.unescape(plain).removeprefix("… ").removesuffix(" …")
        assert len(shown_text) <= len(text)


@given(
    st.lists(st.sampled_from(["a", "bicycle", "x" * 30, "y" * 90]), min_size=1, max_size=60),
    st.integers(1, 40),
    st.data(),
)
def test_a_snippet_cuts_no_word(words, size, data) -> None:
    """However long words are, only whole ones are shown, and not many more than asked for."""
    text = " ".join(words)
    places = [match.span() for match in re.finditer(r"\w+", text)]
    shown = snippet(text, data.draw(st.lists(st.sampled_from(places), max_size=5)), size)
    found = re.findall(r"\w+", re.sub("</?mark>", "", shown))
    assert set(found) <= set(words)
    assert len(found) <= size
