"""What people do in the load tests: their queries, keys and choices, without a server."""

import ast
import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.answers import failure, stages
from journeys.conditions import condition, pick, within
from journeys.keys import typed
from journeys.queries import FOLDER, NoQueries, Queries
from journeys.server import absence
from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.query import Equals, Range
from searchsvc.search.filters import parse_filter
from tests.support.server import free_port

LOADTESTS = Path(__file__).parents[3] / "loadtests"
PETS = IndexDefinition(
    "pets",
    (
        Field("name", FieldType.TEXT, 1),
        Field("kind", FieldType.KEYWORD, facet=True),
        Field("age", FieldType.NUMBER, facet=True),
        Field("tame", FieldType.BOOL, facet=True),
    ),
)


def imports(file: Path) -> set[str]:
    """The packages that a file imports."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    names = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    names += [each.name for node in nodes if isinstance(node, ast.Import) for each in node.names]
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("file", sorted(LOADTESTS.rglob("*.py")), ids=lambda file: file.name)
def test_load_tests_know_the_service_by_its_answers_only(file: Path) -> None:
    """They import nothing of it, so that what they measure is what any client gets."""
    assert "searchsvc" not in imports(file)


@pytest.mark.parametrize("name", ["answers", "conditions", "keys", "limits", "queries", "server"])
def test_the_parts_tested_here_need_no_locust(name: str) -> None:
    """It replaces sockets and threads when it is imported, in all of a process."""
    assert imports(LOADTESTS / f"journeys/{name}.py").isdisjoint({"locust", "gevent"})


def queries(tmp_path: Path, text: str, seed: int = 1) -> Queries:
    """Queries of a file with that text, drawn by a chance that repeats itself."""
    file = tmp_path / "queries.tsv"
    file.write_text(text, encoding="utf-8")
    return Queries("pets", str(file), random.Random(seed))


def shares(drawn: list[str]) -> dict[str, float]:
    """How often each was drawn, of all."""
    return {text: drawn.count(text) / len(drawn) for text in set(drawn)}


def test_without_weights_the_first_are_the_commonest(tmp_path: Path) -> None:
    """The second query is drawn half as often as the first, the third a third as often."""
    found = queries(tmp_path, "cat\nred dog\n\nzebra\n")
    drawn = shares([found.draw() for _ in range(6000)])
    assert drawn["cat"] == pytest.approx(6 / 11, abs=0.03)
    assert drawn["red dog"] == pytest.approx(3 / 11, abs=0.03)
    assert drawn["zebra"] == pytest.approx(2 / 11, abs=0.03)


def test_weights_behind_a_tab_count(tmp_path: Path) -> None:
    """A query with weight 3 comes three times as often as one with 1, one with 0 never."""
    found = queries(tmp_path, "cat\t1\nred dog\t3\nzebra\t0\n")
    drawn = shares([found.draw() for _ in range(4000)])
    assert set(drawn) == {"cat", "red dog"}
    assert drawn["red dog"] == pytest.approx(0.75, abs=0.03)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no query"),
        ("\n  \n", "has no query"),
        ("cat\tmany\n", "'many' behind the tab is no weight"),
        ("cat\t-1\n", "'-1' behind the tab is no weight"),
        ("cat\tnan\n", "'nan' behind the tab is no weight"),
    ],
)
def test_a_file_that_gives_no_queries_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """The message names the file and what is wrong in it."""
    with pytest.raises(NoQueries, match=rf"queries\.tsv.* {words}"):
        queries(tmp_path, text)


def test_a_missing_file_says_where_it_belongs() -> None:
    """The message names the file to write, and the option that names another."""
    with pytest.raises(NoQueries) as caught:
        Queries("pets")
    assert str(caught.value) == (
        f"no queries for index 'pets': write {FOLDER / 'pets.tsv'}, or name --queries"
    )


def test_the_demo_has_queries() -> None:
    """The index that is searched unless another is named has a file."""
    assert Queries("pydocs").draw()


@given(st.text(min_size=1, max_size=40), st.integers())
def test_keys_lead_to_the_query(query: str, seed: int) -> None:
    """Each text is a beginning of the query, one to three keys longer than the one before."""
    texts = list(typed(query, random.Random(seed)))
    assert texts
    assert all(query.startswith(text) for text in texts)
    steps = [len(after) - len(before) for before, after in pairwise(["", *texts])]
    assert all(1 <= step <= 3 for step in steps)


def test_most_people_type_to_the_end_and_some_do_not() -> None:
    """Of a thousand, some stop at a key, and far more reach the whole query."""
    chance = random.Random(1)
    ends = [list(typed("black sabbath", chance))[-1] for _ in range(1000)]
    assert 0.7 < ends.count("black sabbath") / 1000 < 0.95


def test_nothing_is_typed_for_an_empty_query() -> None:
    """Without a letter there is no key to stop at."""
    assert list(typed("")) == []


@given(st.text(max_size=60))
def test_a_chosen_text_is_the_same_text_in_the_filter(value: str) -> None:
    """Quotes, backslashes and whatever else a value holds reach the filter language unchanged."""
    assert parse_filter(condition("kind", value), PETS) == Equals("kind", value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_chosen_number_is_the_same_number_in_the_filter(value: float) -> None:
    """As JSON gives it, so it is asked for."""
    assert parse_filter(condition("age", value), PETS) == Equals("age", value)


@pytest.mark.parametrize("value", [True, False])
def test_a_chosen_bool_is_the_same_bool_in_the_filter(value: bool) -> None:
    """Python's True is the filter's true."""
    assert parse_filter(condition("tame", value), PETS) == Equals("tame", value)


def test_every_counted_value_may_be_picked() -> None:
    """The choice is among the values, places and ranges of all facets that count a document."""
    answer = {
        "facets": {
            "kind": {"type": "values", "values": [{"value": "cat", "count": 2}]},
            "tame": {"type": "values", "values": [{"value": True, "count": 1}]},
            "age": {"type": "values", "values": []},
            "home": {"levels": [{"below": None, "values": [{"value": "a > b", "count": 1}]}]},
            "born": {
                "type": "histogram",
                "ranges": [
                    {"from": None, "to": 5, "count": 1},
                    {"from": 5, "to": 9.5, "count": 0},
                    {"from": "2026-01-01T00:00:00Z", "to": None, "count": 3},
                ],
            },
        }
    }
    chance = random.Random(1)
    assert {pick(answer, chance) for _ in range(100)} == {
        'kind:"cat"', "tame:true", 'home:"a > b"', "born<5", 'born>="2026-01-01T00:00:00Z"',
    }  # fmt: skip


def test_a_chosen_range_is_the_same_range_in_the_filter() -> None:
    """From its lower bound on, and below its upper one."""
    chosen = within("age", {"from": 1, "to": 2.5, "count": 1})
    low, high = parse_filter(chosen, PETS).parts
    assert (low, high) == (Range("age", 1.0), Range("age", None, 2.5, include_high=False))
    assert within("age", {"from": None, "to": None, "count": 1}) == "age EXISTS"


@pytest.mark.parametrize("answer", [None, {}, {"facets": {}}, {"facets": {"kind": {"values": []}}}])
def test_where_nothing_is_counted_nothing_is_picked(answer: dict | None) -> None:
    """A failed request, and an answer without facets or values, end the refining."""
    assert pick(answer) is None


def test_stages_of_an_answer() -> None:
    """Each stage of the header with its milliseconds, and none where there is no header."""
    assert stages("parse;dur=0.11, engine;dur=12, total;dur=12.5") == [
        ("parse", 0.11), ("engine", 12.0), ("total", 12.5)
    ]  # fmt: skip
    assert stages("") == []


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (404, '{"message": "no such index", "hint": "known: a"}', None, "no such index; known: a"),
        (404, '{"message": "no such index", "hint": ""}', None, "status 404: no such index"),
        (502, "<html>", None, "status 502"),
        (500, None, None, "status 500"),
        (400, '["a"]', None, "status 400"),
        (0, "", ConnectionRefusedError("refused"), "refused"),
        (0, None, None, "no answer"),
    ],
)
def test_a_failure_is_told_in_the_servers_words(
    status: int, body: str | None, error: Exception | None, words: str
) -> None:
    """Message and hint of a problem; the status alone of anything else; the error of no answer."""
    assert failure(status, body, error).endswith(words)


def test_a_server_that_is_not_there() -> None:
    """The message names the address, the reason, and how to start one."""
    url = f"http://127.0.0.1:{free_port()}"
    said = absence(url)
    assert said.startswith(f"no server answers at {url}: ")
    assert "refused" in said
    assert said.endswith("start one: python3 dev.py demo --no-open")
    assert "no server answers at localhost:1" in absence("localhost:1")
