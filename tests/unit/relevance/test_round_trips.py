"""What is written in a format reads back as it was, however odd its texts are."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.judgment import Judgment
from searchsvc.relevance.formats.known import FORMATS, detect
from searchsvc.relevance.formats.lines import Text
from searchsvc.relevance.formats.qrels import read_queries
from searchsvc.relevance.importing import JudgmentImport, exported

# Signs that formats give a meaning to come more often than chance would have them.
TRICKY = ",;\"'\t\n\r #:{}[]\\|$\u2028\x85\x0b\x1c"
SIGNS = st.sampled_from(TRICKY) | st.characters(exclude_categories=["Cs"], exclude_characters="\0")
ANY_TEXT = st.text(SIGNS, min_size=1, max_size=8).map(str.strip) | st.just("# qid:1: 2 3")
TEXT = ANY_TEXT.filter(bool)
LINE = TEXT.filter(lambda text: not set(text) & set("\n\r"))
WORD = TEXT.map(lambda text: "".join(text.split())).filter(bool)
PLAIN = WORD.filter(lambda word: word[0] not in "{[#" and "," not in word and "qid:" not in word)
RATING = st.floats(0, 100) | st.integers(0, 4).map(float)
WHOLE = st.integers(0, 100).map(float)
TIME = st.datetimes(timezones=st.just(UTC))


def some(query, id, rating=RATING, **also):
    """Lists of judgments, each of another document of a query, in any order of queries."""
    one = st.builds(Judgment, query, id, rating, **also)
    return st.lists(
        one, min_size=1, max_size=5, unique_by=lambda one: (one.query, one.id, one.rater)
    )


def back(judgments: list[Judgment], format: str, *, with_queries: bool = False) -> set[Judgment]:
    """Written in that format, detected, and read; without what an import adds."""
    text, texts = exported(judgments, "shop", "default", format, with_queries=with_queries)
    queries = read_queries(Text(texts)) if with_queries else None
    assert detect(Text(text)) == format
    return {line.judgment for line in FORMATS[format].read(Text(text), queries)}


@pytest.mark.parametrize("format", ["csv", "rre", "opensearch"])
@given(judgments=some(TEXT, TEXT))
def test_formats_that_hold_every_text(format: str, judgments: list[Judgment]) -> None:
    """Of several lines too."""
    assert back(judgments, format) == set(judgments)


@pytest.mark.parametrize("format", ["ndjson", "json"])
@given(
    judgments=some(
        TEXT, TEXT, rater=ANY_TEXT, source=ANY_TEXT, at=st.none() | TIME
    )
)  # fmt: skip
def test_formats_that_hold_all_that_is_known(format: str, judgments: list[Judgment]) -> None:
    """Rater, source and time to the microsecond."""
    assert back(judgments, format) == set(judgments)


@given(judgments=some(TEXT, TEXT, WHOLE))
def test_rank_eval(judgments: list[Judgment]) -> None:
    """The text of each query from its request."""
    assert back(judgments, "rank_eval") == set(judgments)


@given(judgments=some(LINE, WORD))
def test_ltr(judgments: list[Judgment]) -> None:
    """The text of each query from a comment."""
    assert back(judgments, "ltr") == set(judgments)


@given(judgments=some(LINE.filter(lambda text: "\t" not in text), WORD, WHOLE))
def test_trec_with_its_queries(judgments: list[Judgment]) -> None:
    """Two files."""
    assert back(judgments, "trec", with_queries=True) == set(judgments)


@given(judgments=some(PLAIN, WORD, WHOLE))
def test_trec_alone(judgments: list[Judgment]) -> None:
    """The queries of one word are their ids."""
    assert back(judgments, "trec") == set(judgments)


@given(judgments=some(TEXT, TEXT, WHOLE))
def test_beir_with_its_queries(judgments: list[Judgment]) -> None:
    """Two files; they hold every text."""
    assert back(judgments, "beir", with_queries=True) == set(judgments)


@given(judgments=some(TEXT, TEXT, WHOLE))
def test_beir_alone(judgments: list[Judgment]) -> None:
    """The queries are their ids."""
    assert back(judgments, "beir") == set(judgments)


@given(judgments=some(TEXT, TEXT, rater=TEXT))
def test_an_import_of_an_export_adds_nothing(judgments: list[Judgment]) -> None:
    """Source and time of what is known stay."""
    text, _ = exported(judgments, "shop", "default", "ndjson", with_queries=False)
    first = JudgmentImport("", "somewhere", datetime(2026, 8, 23, tzinfo=UTC))
    first.add(Text(text))
    text, _ = exported(first.judgments(), "shop", "default", "ndjson", with_queries=False)
    second = JudgmentImport("eve", "elsewhere", datetime(2027, 8, 23, tzinfo=UTC))
    second.add(Text(text))
    assert second.judgments() == first.judgments()
