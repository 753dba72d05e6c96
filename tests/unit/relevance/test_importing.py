"""What an import makes of lines: whose they are, where they contradict, what they change."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from searchsvc.domain.judgment import Conflict, Judgment, JudgmentCounts
from searchsvc.errors import JudgmentsRefused, RequestError
from searchsvc.relevance.agreement import conflicts
from searchsvc.relevance.evaluate import ratings_of
from searchsvc.relevance.formats.known import FORMATS
from searchsvc.relevance.formats.lines import Text
from searchsvc.relevance.formats.qrels import read_queries
from searchsvc.relevance.importing import JudgmentImport, check_set, exported, merged

NOON = datetime(2026, 8, 23, 12, tzinfo=UTC)
TOLD = '{"query": "a", "id": "1", "rating": 1, "rater": "bob", "source": "x", "at": "2025-01-01T00:00:00Z"}'  # noqa: E501
CATALOGUE = "SEARCHSVC_TEST_DATA"


def test_what_lines_do_not_tell_is_added() -> None:
    """What they tell stays; without a source it is the file's name."""
    given = JudgmentImport("ann", "", NOON)
    assert given.add(Text("query,id,rating\na,1,3\n", "books/one.csv")) == "csv"
    assert given.add(Text(TOLD)) == "ndjson"
    assert given.judgments() == [
        Judgment("a", "1", 3, "ann", "one.csv", NOON),
        Judgment("a", "1", 1, "bob", "x", datetime(2025, 1, 1, tzinfo=UTC)),
    ]
    other = JudgmentImport("", "book 7", NOON)
    other.add(Text("query,id,rating\na,1,3\n", "one.csv"))
    assert other.judgments()[0].source == "book 7"


def test_one_rater_says_one_thing() -> None:
    """Twice the same is once; something else is refused, across files too."""
    given = JudgmentImport("", "", NOON)
    given.add(Text("q 0 1 3\nq 0 1 3\n", "a.txt"))
    assert len(given.judgments()) == 1
    with pytest.raises(JudgmentsRefused, match=r"a\.txt:1") as caught:
        given.add(Text("q 0 2 1\nq 0 1 0\n", "b.txt"))
    assert caught.value.where == "b.txt:2"


@pytest.mark.parametrize("content", ["query,id,rating\na,1,\n", '{"judgments": []}'])
def test_a_file_without_a_judgment_is_a_mistake(content: str) -> None:
    """Another file was meant, or another format."""
    with pytest.raises(JudgmentsRefused, match="no judgment in it") as caught:
        JudgmentImport("", "", NOON).add(Text(content, "a.txt"))
    assert caught.value.where == "a.txt"


def test_a_file_of_queries_is_for_formats_with_ids() -> None:
    """Elsewhere it would be left aside in silence."""
    with pytest.raises(JudgmentsRefused, match="in itself"):
        JudgmentImport("", "", NOON).add(Text("query,id,rating\na,1,3\n"), None, {"q1": "a"})


def test_what_becomes_of_what_is_there() -> None:
    """Equal ratings keep their source and time."""
    stored = [Judgment("a", "1", 3, "ann", "old"), Judgment("a", "2", 3, "ann", "old")]
    given = [
        Judgment("a", "1", 3, "ann", "new"), Judgment("a", "2", 0, "ann", "new"),
        Judgment("a", "1", 1, "bob", "new"),
    ]  # fmt: skip
    after, counts = merged(stored, given)
    assert counts == JudgmentCounts(new=1, changed=1, unchanged=1)
    assert after == [stored[0], given[1], given[2]]


def test_raters_who_differ() -> None:
    """Their mean counts, and goes into formats that keep no raters."""
    given = [
        Judgment("a", "1", 3, "ann"), Judgment("a", "1", 1, "bob"),
        Judgment("a", "2", 2, "ann"), Judgment("a", "2", 2, "bob"),
    ]  # fmt: skip
    assert conflicts(given) == [Conflict("a", "1", (("ann", 3), ("bob", 1)))]
    assert ratings_of(given) == {"a": {"1": 2, "2": 2}}
    text, _ = exported(given, "shop", "default", "csv", with_queries=False)
    assert text == "query,docid,rating\na,1,2\na,2,2\n"


@pytest.mark.parametrize("name", ["", "A", "a b", "../x", "a" * 64, "é"])
def test_what_cannot_name_a_set(name: str) -> None:
    """It stands in URLs, and in a key of the database."""
    with pytest.raises(RequestError, match="cannot name a set"):
        check_set(name)
    check_set("esci.2024-us_1")


@pytest.mark.parametrize(
    ("name", "queries", "judgments", "formats"),
    [
        ("esci-us-products", 100, 4435, tuple(FORMATS)),
        ("msrd-movies", 4070, 96260, ("csv", "ndjson")),
    ],
)
def test_real_judgments(name: str, queries: int, judgments: int, formats: tuple[str, ...]) -> None:
    """All of them come in, and go out and in again in other formats."""
    folder = os.environ.get(CATALOGUE)
    if not folder:
        pytest.skip(f"no catalogue: set {CATALOGUE} to a folder with {name}/qrels.tsv")
    texts = {
        file: Text.decoded((Path(folder) / name / file).read_bytes(), file)
        for file in ("qrels.tsv", "queries.tsv")
    }
    given = JudgmentImport("", "", NOON)
    assert given.add(texts["qrels.tsv"], None, read_queries(texts["queries.tsv"])) == "trec"
    found = given.judgments()
    rated = ratings_of(found)
    assert (len(rated), len(found)) == (queries, judgments)
    for format in formats:
        has_ids = FORMATS[format].ids
        text, ids = exported(found, "shop", "default", format, with_queries=has_ids)
        back = JudgmentImport("", "", NOON)
        assert back.add(Text(text), None, read_queries(Text(ids)) if has_ids else None) == format
        assert ratings_of(back.judgments()) == rated
