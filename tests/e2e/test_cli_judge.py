"""`searchsvc judge`, as its users run it: in from one tool, out to another, and what is left."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.logs import click_line, search_line, write_log
from tests.support.shop import Shop

BOOK = "query,docid,rating\nbicycle,1,3\nbicycle,2,0\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Shop:
    """A project with 40 bicycles; each test has a set of its own."""
    shop = Shop.new(tmp_path_factory.mktemp("shop"))
    assert shop.run("index", "rebuild", "products").code == 0
    return shop


def written(shop: Shop, name: str, text: str) -> Path:
    """A file in the project."""
    file = shop.folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_in_and_out_and_in_again(built: Shop) -> None:
    """The same files once more change nothing; a dry run keeps nothing."""
    book = written(built, "book.csv", BOOK)
    into = ("judge", "import", "products", book, "--set", "a", "--rater", "ann")
    assert "a: would be 2 new" in built.run(*into, "--dry-run").out
    ended = built.run(*into)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"{book}: csv\nproducts/a: 2 new, 0 changed, 0 unchanged\n"
    assert "0 new, 0 changed, 2 unchanged" in built.run(*into).out
    assert built.run("judge", "export", "products", "--set", "a").out == BOOK
    full = [
        json.loads(line)
        for line in built.run("judge", "export", "products", "--set", "a", "--format", "ndjson")
        .out.splitlines()
    ]  # fmt: skip
    assert [(one["rater"], one["source"]) for one in full] == [("ann", "book.csv")] * 2


def test_two_files_of_trec(built: Shop) -> None:
    """The texts of queries beside the ids, both ways."""
    qrels = written(built, "qrels.txt", "q1 0 7 2\nq2 0 8 1\n")
    queries = written(built, "queries.tsv", "q1\tred bicycle\nq2\tbrand1\n")
    into = ("judge", "import", "products", "--set", "trec", "--queries", queries)
    assert built.json(*into, qrels)["new"] == 2
    back, texts = built.folder / "back.txt", built.folder / "texts.tsv"
    out = ("judge", "export", "products", "--set", "trec", "--format", "trec")
    refused = built.run(*out, "-o", back)
    assert refused.code == 3
    assert "the query 'red bicycle'" in refused.err
    assert not back.exists()
    assert built.run(*out, "-o", back, "--queries", texts).code == 0
    assert back.read_text() == "q1 0 8 1\nq2 0 7 2\n"
    assert texts.read_text() == "q1\tbrand1\nq2\tred bicycle\n"


def test_one_bad_line_of_one_file_and_nothing_is_kept(built: Shop) -> None:
    """Exit code 3; file and line are named."""
    good, bad = written(built, "good.csv", BOOK), written(built, "bad.txt", "q 0 1 1\nq 0 2 x\n")
    ended = built.run("judge", "import", "products", good, bad, "--set", "bad")
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith(f"error: {bad}:2: no judgment: 'x' is no rating")
    assert built.run("judge", "export", "products", "--set", "bad").code == 2
    assert "bad" not in [one["set"] for one in built.json("judge", "list", "products")]


def test_raters_who_differ_are_told(built: Shop) -> None:
    """At once, in the lists, and where the mean is not wanted, one rater is chosen."""
    ann, bob = written(built, "ann.csv", BOOK), written(built, "bob.csv", BOOK.replace(",0", ",3"))
    into = ("judge", "import", "products", "--set", "two")
    built.run(*into, ann, "--rater", "ann")
    told = built.run(*into, bob, "--rater", "bob").out
    assert "raters differ on 1 documents" in told
    assert "bicycle: 2: ann 0, bob 3" in told
    (one,) = [one for one in built.json("judge", "list") if one["set"] == "two"]
    assert (one["judgments"], one["queries"], one["raters"], one["conflicts"]) == (4, 1, 2, 1)
    assert built.json("judge", "conflicts", "products", "--set", "two") == [
        {"query": "bicycle", "id": "2", "ratings": {"ann": 0.0, "bob": 3.0}}
    ]
    out = ("judge", "export", "products", "--set", "two")
    assert "bicycle,2,1.5\n" in built.run(*out).out
    assert "bicycle,2,3\n" in built.run(*out, "--rater", "bob").out
    assert "did you mean 'bob'" in built.run(*out, "--rater", "bop").err
    assert "whole ratings" in built.run(*out, "--format", "rank_eval").err


def test_what_is_left_is_filled_in_and_imported(built: Shop) -> None:
    """From queries alone; the table with ratings comes back, without them it is left aside."""
    queries = written(built, "queries.txt", "bicycle number 7\nzebra\n")
    todo = ("judge", "todo", "products", "--set", "new")
    assert "give queries: --queries" in built.run(*todo).err
    listed = built.run(*todo, "--queries", queries, "--limit", 3, "--csv").out
    rows = list(csv.reader(io.StringIO(listed)))
    assert rows[0] == ["query", "docid", "rating", "text"]
    assert rows[1][:3] == ["bicycle number 7", "7", ""]
    assert rows[1][3] == "bicycle number 7"
    rows[1][2] = "3"
    filled = written(built, "filled.csv", "".join(",".join(row) + "\n" for row in rows))
    assert built.json("judge", "import", "products", filled, "--set", "new")["new"] == 1
    left = built.json(*todo, "--limit", 1)
    assert left["documents"][0]["id"] != "7"
    assert left["unjudged"] == len(built.json(*todo, "--limit", 100)["documents"])
    assert "more of 1 queries" in built.run(*todo, "--limit", 1).out
    assert built.run(*todo, "--ranking", "nobody").code == 2


def test_from_standard_input_and_away(built: Shop) -> None:
    """What is deleted is gone; a set that is not there is no success."""
    line = '{"query": "a", "id": "1", "rating": 1}\n{"query": "a"}\n'
    into = ("judge", "import", "products", "-", "--set", "gone")
    assert built.run(*into, input=line).err.startswith("error: standard input:2: ")
    assert built.run(*into, input=line.splitlines()[0]).code == 0
    assert built.run("judge", "delete", "products", "--set", "gone").out == (
        "products/gone: 1 judgments deleted\n"
    )
    assert built.run("judge", "delete", "products", "--set", "gone").code == 2
    assert built.run("judge", "import", "products", "-", "--set", "A b", input=line).code == 2
    assert built.run("judge", "import", "nobody", "-", input=line).code == 2


def test_out_of_clicks(built: Shop) -> None:
    """People who look further down for what they want; the same log again changes nothing."""
    day = datetime.now(UTC).date().isoformat()
    searches, clicks = [], []
    for number in range(80):
        ids = ["1", "2"] if number % 2 else ["2", "1"]
        said = {"query_id": str(number), "client": f"c{number}", "index": "products", "day": day}
        searches.append(search_line("bicycle", "00:00:00", ids=ids, **said))
        click = click_line(str(number), "2" if number % 8 else "1", "00:00:01")
        clicks.append({**click, "timestamp": f"{day}T00:00:01Z"})
    logs = built.folder / ".searchsvc" / "logs"
    write_log(logs, "searches", *searches, day=day)
    write_log(logs, "events", *clicks, day=day)
    judge = ("judge", "from-clicks", "products")
    ended = built.run(*judge, "--dry-run")
    assert (ended.code, ended.err) == (0, "")
    assert "80 searches by 80 clients" in ended.out
    assert ended.out.endswith("products/clicks: would be 2 new, 0 changed, 0 unchanged\n")
    body = built.json(*judge, "--model", "position")
    assert {one["id"]: one["rating"] for one in body["judgments"]} == {"2": 2.0, "1": 0.0}
    assert "0 new, 0 changed, 2 unchanged" in built.run(*judge, "--model", "position").out
    export = ("judge", "export", "products", "--set", "clicks", "--rater", "clicks:position")
    assert "bicycle,2,2\n" in built.run(*export).out
    assert "0 documents judged" in built.run(*judge, "--min-impressions", "81").out
    assert built.run(*judge, "--since", "soon").code == 2
