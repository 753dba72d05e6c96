"""synonyms.txt: what its lines say, and what is wrong with those that say nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.definitions.synonyms import MAX_BYTES, parse_synonyms
from searchsvc.domain.curation import Synonym
from searchsvc.errors import CheckFailed, DefinitionError

FILE = Path("mappings/products/synonyms.txt")


def said(text: str) -> dict[str, set[str]]:
    """What each phrase may mean."""
    found = (one for some in parse_synonyms(text, FILE).values() for one in some)
    return {" ".join(one.words): {" ".join(other) for other in one.others} for one in found}


def test_words_of_a_line_mean_each_other() -> None:
    """Each of them may mean any other, whatever its case, accents and punctuation."""
    text = "# screens\n\nTV, television, flat-screen\ncafé, Coffee  House\n"
    assert said(text) == {
        "tv": {"television", "flat screen"},
        "television": {"tv", "flat screen"},
        "flat screen": {"tv", "television"},
        "cafe": {"coffee house"},
        "coffee house": {"cafe"},
    }


def test_an_arrow_leads_one_way() -> None:
    """From every phrase of its left to every phrase of its right; lines about one phrase add up."""
    text = "tv, telly => television, flat screen\ntv => monitor"
    assert said(text) == {
        "tv": {"television", "flat screen", "monitor"},
        "telly": {"television", "flat screen"},
    }


def test_the_longest_phrase_of_a_word_comes_first() -> None:
    """So that what is matched first is what says most."""
    found = parse_synonyms("new => fresh\nnew york city => nyc\nnew york => ny", FILE)["new"]
    assert [len(one.words) for one in found] == [3, 2, 1]
    assert found[1] == Synonym(("new", "york"), (("ny",),))


FAULTS = {
    "a word alone": ("tv", 1, "a word alone means nothing else"),
    "an empty side": ("tv =>", 1, "a side is empty"),
    "the other empty side": ("# a\n => tv", 2, "a side is empty"),
    "no word between commas": ("tv,, television", 1, "'' has no word"),
    "only signs": ("tv, !!!", 1, "'!!!' has no word"),
    "a control character": ("tv, tele\0vision", 1, "holds a control character"),
    "a word twice": ("tv, television, TV", 1, "'TV' stands twice"),
    "itself": ("tv => TV", 1, "'tv' means only itself"),
    "two arrows": ("a => b => c", 1, "'=>' stands twice"),
    "said before": ("tv, television\n\ntv => television", 3, "stands on line 1"),
    "too many words": (f"tv, {'w ' * 9}", 1, "more than 8 words"),
    "too many phrases": (", ".join(f"w{n}" for n in range(33)), 1, "more than 32 phrases"),
}


@pytest.mark.parametrize(("text", "line", "message"), FAULTS.values(), ids=FAULTS)
def test_faults_name_the_line(text: str, line: int, message: str) -> None:
    """File and line, and what is wrong there."""
    with pytest.raises(DefinitionError) as caught:
        parse_synonyms(text, FILE)
    assert caught.value.where == f"{FILE}:{line}"
    assert message in str(caught.value)


def test_every_fault_is_told_at_once() -> None:
    """A file is mended in one go."""
    with pytest.raises(CheckFailed) as caught:
        parse_synonyms("tv\na, b\nradio", FILE)
    assert [problem.partition(": ")[0] for problem in caught.value.problems] == [
        f"{FILE}:1", f"{FILE}:3",
    ]  # fmt: skip


def test_a_file_has_limits() -> None:
    """Of bytes, of lines, and of all that its lines say together."""
    with pytest.raises(DefinitionError, match="bytes"):
        parse_synonyms("x" * (MAX_BYTES + 1), FILE)
    lines = "\n".join(f"a{n}, b{n}" for n in range(10_001))
    with pytest.raises(DefinitionError, match="10000 lines"):
        parse_synonyms(lines, FILE)
    wide = "\n".join(", ".join(f"x{n}y{m}" for m in range(32)) for n in range(203))
    with pytest.raises(CheckFailed, match="200000 pairs"):
        parse_synonyms(wide, FILE)


@given(
    st.text() | st.lists(st.sampled_from(["tv", "=>", ",", "\n", "#", "\ud800", " "])).map("".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text breaks the reader."""
    try:
        found = parse_synonyms(text, FILE)
    except (DefinitionError, CheckFailed):
        return
    for first, some in found.items():
        assert all(one.words[0] == first and one.words not in one.others for one in some)
