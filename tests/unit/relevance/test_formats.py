"""Judgments as other tools write them: read, detected, and refused by the line."""
# ruff: noqa: E501 - a case is one line

import json

import pytest

from searchsvc.domain.judgment import Judgment
from searchsvc.errors import JudgmentsRefused
from searchsvc.relevance.formats.known import FORMATS, detect
from searchsvc.relevance.formats.lines import Text
from searchsvc.relevance.formats.qrels import read_queries
from searchsvc.relevance.importing import exported

LETOR = "2 qid:10032 1:0.056537 2:0.0 46:0.07 #docid = GX029-35-5894638 inc = 0.01 prob = 0.13\n"
ES_LTR = """# grade (0-4)\tqueryid\tdocId\ttitle
# qid:1: rambo
# qid:2: die hard
#
4\tqid:1\t# 7555\tRambo
0\tqid:1 # 1370    Rambo III
3 qid:2 # 9 Die Hard
"""
QUEPID_RRE = {
    "id_field": "id", "index": "Movies", "template": "template.json",
    "queries": [
        {"placeholders": {"$query": "star trek"}, "relevant_documents": {"1": ["193"], "2": ["157", "152"]}},
    ],
}  # fmt: skip
RRE = {
    "topics": [{
        "description": "guitars",
        "query_groups": [{
            "name": "brand",
            "queries": [
                {"template": "q.json", "placeholders": {"$query": "fender"}},
                {"template": "q.json", "placeholders": {"$query": "fender bass"}},
            ],
            "relevant_documents": {"1": {"gain": 3}, "a/b": {"gain": 0.5}},
        }],
    }],
}  # fmt: skip
OPENSEARCH = [
    {
        "query": "red dress",
        "ratings": [{"docId": "B1", "rating": "0.000"}, {"docId": "B2", "rating": 0.75}],
    }
]
RANK_EVAL = {
    "requests": [
        {
            "id": "amsterdam_query",
            "request": {"query": {"match": {"text": "amsterdam"}}},
            "ratings": [{"_index": "a", "_id": "doc1", "rating": 0}],
        },
        {
            "id": "berlin_query",
            "request": {"query": {"bool": {"must": [{"match": {"text": {"query": "berlin"}}}]}}},
            "ratings": [{"_index": "a", "_id": "doc2", "rating": 1}],
        },
        {
            "id": "paris",
            "template_id": "by_words",
            "params": {"query_string": "paris hotels", "size": 3},
            "ratings": [{"_index": "a", "_id": "doc3", "rating": 2}],
        },
        {
            "id": "two texts",
            "request": {"query": {"bool": {"should": [{"match": {"a": "x"}}, {"match": {"b": "y"}}]}}},
            "ratings": [{"_index": "a", "_id": "doc4", "rating": 2}],
        },
    ]
}  # fmt: skip
FULL = {
    "query": "sofa", "id": "7", "rating": 3, "rater": "ann", "source": "book 4",
    "at": "2026-08-23T12:00:00Z",
}  # fmt: skip


def read(content: str, format: str | None = None, queries=None, name: str = "") -> list[Judgment]:
    """What a text says, in the format that it is detected to be in."""
    text = Text(content, name)
    lines = FORMATS[format or detect(text)].read(text, queries)
    return [line.judgment for line in lines]


@pytest.mark.parametrize(
    ("content", "format", "expected"),
    [
        (
            'query,docid,rating\n"tv, 55 inch",7,3\nlamp\nsofa,8,\n"two\nlines",9,0.5\r\n', "csv",
            [("tv, 55 inch", "7", 3), ("two\nlines", "9", 0.5)],
        ),
        ("rating;note\n".replace(";", ",") + "1,x\n", "csv", None),
        ("q1 0 B07 3\nq1\tQ0\tB08\t-2\n\nq2 0 x 1\n", "trec",
         [("q1", "B07", 3), ("q1", "B08", 0), ("q2", "x", 1)]),
        ("query-id\tcorpus-id\tscore\nq 1\td1\t2\r\n", "beir", [("q 1", "d1", 2)]),
        ("q1\td1\t2\nq1\td2\t0\n", "beir", [("q1", "d1", 2), ("q1", "d2", 0)]),
        (ES_LTR, "ltr", [("rambo", "7555", 4), ("rambo", "1370", 0), ("die hard", "9", 3)]),
        ("3 qid:1 # 4711 black jacket\n0 qid:1 # 8 black jacket\n", "ltr",
         [("black jacket", "4711", 3), ("black jacket", "8", 0)]),
        (LETOR, "ltr", [("10032", "GX029-35-5894638", 2)]),
        (json.dumps(QUEPID_RRE), "rre",
         [("star trek", "193", 1), ("star trek", "157", 2), ("star trek", "152", 2)]),
        (json.dumps(RRE), "rre", [
            ("fender", "1", 3), ("fender", "a/b", 0.5),
            ("fender bass", "1", 3), ("fender bass", "a/b", 0.5),
        ]),
        (json.dumps({"name": "x", "type": "IMPORT_JUDGMENT", "judgmentRatings": OPENSEARCH}),
         "opensearch", [("red dress", "B1", 0), ("red dress", "B2", 0.75)]),
        (json.dumps(OPENSEARCH), "opensearch", [("red dress", "B1", 0), ("red dress", "B2", 0.75)]),
        (json.dumps({"took": 1, "hits": {"hits": [{"_source": {"judgmentRatings": OPENSEARCH}}]}}),
         "opensearch", [("red dress", "B1", 0), ("red dress", "B2", 0.75)]),
        (json.dumps(RANK_EVAL), "rank_eval", [
            ("amsterdam", "doc1", 0), ("berlin", "doc2", 1), ("paris hotels", "doc3", 2),
            ("two texts", "doc4", 2),
        ]),
        ('{"query": "a", "doc_id": 7, "grade": "2"}\n\n{"query": "b", "id": "8", "rating": 0}\n',
         "ndjson", [("a", "7", 2), ("b", "8", 0)]),
        ('{"query": "a", "id": "7", "rating": 2}', "ndjson", [("a", "7", 2)]),
        ('[{"query": "a", "id": "7", "rating": 2}]', "json", [("a", "7", 2)]),
        ('{"judgments": []}', "json", []),
    ],
)  # fmt: skip
def test_what_other_tools_write(content: str, format: str, expected: list | None) -> None:
    """Each is detected and read; None: it is of no format."""
    if expected is None:
        with pytest.raises(JudgmentsRefused, match="query"):
            read(content)
        return
    assert detect(Text(content)) == format
    found = read(content)
    assert [(one.query, one.id, one.rating) for one in found] == expected


def test_who_says_so_is_read_where_it_is_told() -> None:
    """In NDJSON, in JSON, and in columns of a CSV."""
    (one,) = read(json.dumps(FULL))
    assert (one.rater, one.source) == ("ann", "book 4")
    assert one.at is not None
    assert one.at.isoformat() == "2026-08-23T12:00:00+00:00"
    assert read(json.dumps({"judgments": [FULL]})) == [one]
    csv = f"{','.join(FULL)}\n{','.join(str(value) for value in FULL.values())}\n"
    assert read(csv) == [one]


@pytest.mark.parametrize(
    ("format", "content", "line", "words"),
    [
        ("csv", "query,docid,rating\na,1,2\n\nb,2,good\n", 4, "'good' is no rating"),
        ("csv", 'query,docid,rating\n"a\nb",1,2\nc,,1\n', 4, "no judgment"),
        ("csv", 'query,docid,rating\na,1,2\n"b,2,1\n', 3, "not CSV"),
        ("csv", "qeury,docid,rating\n", 1, "did you mean"),
        ("csv", "query,docid,rating\na,1,2\nred lamp,1,2,5\n", 3, "more cells than the first line"),
        ("csv", "query,docid,rating\nlamp, red,1,3\n", 2, "more cells.*in quotes"),
        ("ndjson", '{"query": "a\\u0000", "id": "1", "rating": 1}\n', 1, "a NUL character"),
        ("trec", "q1 0 a 1\nq1 0 b\n", 2, "no judgment"),
        ("trec", "q1 0 a 1\nq1 0 b high\n", 2, "'high' is no rating"),
        ("beir", "query-id\tcorpus-id\tscore\nq1\ta\t1\nq1\tb\n", 3, "no judgment"),
        ("beir", "q1\ta\t1\nq1\tb\tnan\n", 2, "'nan' is no rating"),
        ("ltr", "# a comment\n3 qid:1 # 7 sofa\n3 qid:1\n", 3, "no judgment"),
        ("ltr", "3 qid:1 # 7 sofa\n-1 qid:1 # 8 sofa\n", 2, "'-1' is no rating"),
        ("ltr", "4 qid:1 # 7555 Rambo\n3 qid:1 # 1370 Rambo III\n", 2, "another text than on line 1"),
        ("rre", '{"queries": [\n{"placeholders": {"$query": "a"},\n"relevant_documents": {"7":\n4}}]}', 4, "no object"),
        ("rre", '{"topics": [\n{"query_groups": [\n{"queries": []}]}]}', 3, "no 'relevant_documents'"),
        ("opensearch", '{"judgmentRatings": [\n{"query": "a", "ratings": [\n{"docId": "1"}]}]}', 3, "no 'rating'"),
        ("opensearch", '{"judgmentRatings": [\n{"query": "a", "ratings": [\n{"docId": "1",\n"rating": "x"}]}]}', 4, "'x' is no rating"),
        ("rank_eval", '{"requests": [\n{"id": "a", "ratings": [\n{"_id": "1", "rating": true}]}]}', 3, "'True' is no rating"),
        ("rank_eval", '{"requests": [\n{"id": "a"}]}', 2, "no 'ratings'"),
        ("rank_eval", '{"requests": [\n{"id": "a",,}]}', 2, "not JSON"),
        ("ndjson", '{"query": "a", "id": "1", "rating": 1}\n\n{"query": "a", "id": "2"}\n', 3, "no 'rating'"),
        ("ndjson", '{"query": "a", "id": "1", "rating": 1}\n{"query": "a", "id"\n', 2, "not JSON"),
        ("ndjson", '{"query": "a", "id": "1", "rating": 1}\n{"query": "a", "id": "2", "rating": 1, "at": "today"}\n', 2, "no time"),
        ("ndjson", '{"query": "a", "id": "1", "rating": 1, "id": "2"}\n', 1, "more than once"),
        ("ndjson", '{"query": "\\ud800", "id": "1", "rating": 1}\n', 1, "half of a character"),
        ("json", '{"judgments": [\n{"query": " ", "id": "1", "rating": 1}]}', 2, "the query is missing"),
        ("json", '{"judgments": [\n{"query": "a", "id": "%s", "rating": 1}]}' % ("é" * 300), 2, "longer than 512 bytes"),
        ("json", '{"judgments": [\n{"query": "a", "id": "1", "rating": Infinity}]}', 2, "is no rating"),
        ("json", '{"judgments": [\n{"query": "a", "id": "1", "rating": 1, "rater": 5}]}', 2, "the rater is no text"),
        ("json", '{"judgments": [\n' + "[" * 5000 + "]" * 5000 + "]}", 1, "nests too deep"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_judgment_is_named(
    format: str, content: str, line: int, words: str
) -> None:
    """With its file and its number, in the format that is detected."""
    assert detect(Text(content)) == format
    with pytest.raises(JudgmentsRefused, match=words) as caught:
        read(content, name="book.txt")
    assert (caught.value.line, caught.value.where) == (line, f"book.txt:{line}")
    assert str(caught.value).startswith(f"book.txt:{line}: ")


def test_what_is_in_no_format() -> None:
    """The hint lists those that are known; a name that ends in .csv is one of them."""
    with pytest.raises(JudgmentsRefused, match="rank_eval") as caught:
        detect(Text("dear all\nsee below\n", "mail.txt"))
    assert caught.value.where == "mail.txt:1"
    assert detect(Text("id;rating\n", "book.csv")) == "csv"
    with pytest.raises(JudgmentsRefused, match="no commas between the columns"):
        read("query;id;rating\n", "csv")


def test_bytes_that_are_no_text() -> None:
    """Their line is named; a byte-order mark is none of them."""
    with pytest.raises(JudgmentsRefused, match="not UTF-8") as caught:
        Text.decoded(b"q1 0 a 1\nq1 0 \xff 1\n", "q.txt")
    assert caught.value.where == "q.txt:2"
    assert read(Text.decoded(b"\xef\xbb\xbfq1 0 a 1\n").content) == [Judgment("q1", "a", 1)]


def test_the_texts_of_queries_from_another_file() -> None:
    """Of TREC, BEIR and LTR; as lines with a tab, or as BEIR has them."""
    tabs = read_queries(Text("q1\tblack jacket\r\nq2\tlamp\n"))
    assert tabs == read_queries(
        Text('{"_id": "q1", "text": "black jacket"}\n{"_id": "q2", "text": "lamp"}\n')
    )
    expected = [Judgment("black jacket", "7", 3)]
    assert read("q1 0 7 3\n", queries=tabs) == expected
    assert read("q1\t7\t3\n", queries=tabs) == expected
    assert read("3 qid:q1 # 7 a title\n", queries=tabs) == expected
    for content in ("q1 0 7 3\nq9 0 7 3\n", "q1\t7\t3\nq9\t7\t3\n", "3 qid:q1 # 7\n3 qid:q9 # 7\n"):
        with pytest.raises(JudgmentsRefused, match="no 'q9'") as caught:
            read(content, queries=tabs)
        assert caught.value.line == 2


@pytest.mark.parametrize(
    ("content", "line"),
    [("q1\ta\nq2 b\n", 2), ("q1\ta\nq1\tb\n", 2), ('{"_id": "q1"}\n', 1), ("q1\t \n", 1)],
)
def test_a_line_that_is_no_query_is_named(content: str, line: int) -> None:
    """Without a tab, twice with another text, without a text."""
    with pytest.raises(JudgmentsRefused) as caught:
        read_queries(Text(content, "queries.tsv"))
    assert caught.value.where == f"queries.tsv:{line}"


@pytest.mark.parametrize(
    ("format", "judgment", "words"),
    [
        ("trec", Judgment("two words", "1", 1), "two words.*--queries"),
        ("trec", Judgment("a", "1 2", 1), "its id has no spaces"),
        ("trec", Judgment("a", "1", 0.5), "whole ratings"),
        ("beir", Judgment("a", "1", 0.5), "whole ratings"),
        ("rank_eval", Judgment("a", "1", 0.5), "whole ratings"),
        ("ltr", Judgment("two\nlines", "1", 1), "several lines"),
        ("ltr", Judgment("a", "1\u00a02", 1), "its id has no spaces"),
    ],
)
def test_what_a_format_cannot_hold_is_named(format: str, judgment: Judgment, words: str) -> None:
    """With the query, and what to do instead."""
    with pytest.raises(JudgmentsRefused, match=words) as caught:
        exported([judgment], "shop", "default", format, with_queries=False)
    assert f"'{judgment.query}'" in caught.value.reason
    assert caught.value.hint


def test_queries_that_a_line_cannot_hold() -> None:
    """BEIR's file can."""
    odd = [Judgment("a\tb", "1", 1)]
    with pytest.raises(JudgmentsRefused, match="tab"):
        exported(odd, "shop", "default", "trec", with_queries=True)
    text, queries = exported(odd, "shop", "default", "beir", with_queries=True)
    assert read(text, "beir", read_queries(Text(queries))) == odd


def test_the_bodies_that_servers_take() -> None:
    """OpenSearch gets strings, `_rank_eval` whole numbers and the index's name."""
    some = [Judgment("sofa", "7", 3.0), Judgment("sofa", "8", 0.0)]
    text, _ = exported(some, "shop", "book", "opensearch", with_queries=False)
    assert json.loads(text) == {
        "name": "book", "description": "judgments of the index shop", "type": "IMPORT_JUDGMENT",
        "judgmentRatings": [{"query": "sofa", "ratings": [
            {"docId": "7", "rating": "3"}, {"docId": "8", "rating": "0"},
        ]}],
    }  # fmt: skip
    text, _ = exported(some, "shop", "book", "rank_eval", with_queries=False)
    (request,) = json.loads(text)["requests"]
    assert request["ratings"][0] == {"_index": "shop", "_id": "7", "rating": 3}
