"""`searchsvc eval`, `compare` and `tune` as analysts and build servers run them, and over HTTP."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.command import RunningCommand
from tests.support.shop import Shop, serving

# What is cheap is what people want: equal hits come by their ids, and so by their prices.
WORDS = ("bicycle", "number", "bicycle number")
BRANDS = ("", " brand0", " brand1", " brand2")
QUERIES = [words + brand for words in WORDS for brand in BRANDS]
JUDGMENTS = "query,id,rating\n" + "".join(
    f"{query},{n},1\n" for query in QUERIES for n in range(1, 8)
)
RANKING = """
ranking:
  default: []
  dear:
    - boost: {field: price, by: value, weight: 5}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Shop:
    """40 bicycles with judgments; a second ranking that prefers what is dear."""
    shop = Shop.new(tmp_path_factory.mktemp("shop"))
    shop.mapping.write_text(shop.mapping.read_text() + RANKING)
    (shop.mapping.parent / "judgments.csv").write_text(JUDGMENTS)
    assert shop.run("index", "rebuild", "products").code == 0
    return shop


def test_how_good_the_answers_are(shop: Shop) -> None:
    """For people, and for a program with each query's list."""
    ended = shop.run("eval", "products", "--metric", "ndcg@10", "--metric", "rr@5")
    assert ended.code == 0
    assert "ndcg@10" in ended.out
    assert "12 queries; judged@10" in ended.out
    told = json.loads(shop.run("eval", "products", "--json").out)
    assert told["metrics"]["rr@10"]["low"] <= told["metrics"]["rr@10"]["mean"] <= 1
    assert told["answers"]["bicycle"]["ids"][0] == "1"
    assert told["basis"]["ranking"] == "default"
    assert told["id"] in ended.out or len(told["id"]) == 16


def test_a_build_can_rest_on_it(shop: Shop) -> None:
    """Exit code 3 below the least, and what was below."""
    assert shop.run("eval", "products", "--fail-under", "rr@10=0.5").code == 0
    ended = shop.run("eval", "products", "--fail-under", "rr@10=0.5", "--fail-under", "p@10=0.99")
    assert ended.code == 3
    assert "p@10 0." in ended.err
    assert "rr@10" not in ended.err


def test_one_ranking_beside_another(shop: Shop) -> None:
    """The worse one fails a build; kept evaluations can be sides, too."""
    ended = shop.run("compare", "products", "default", "dear", "--fail-on-regression")
    assert ended.code == 3
    assert ended.out.startswith("dear is worse than default: ndcg@10 -0.")
    assert "number brand1" in ended.out
    id = json.loads(shop.run("eval", "products", "--metric", "ndcg@10", "--json").out)["id"]
    (one,) = json.loads(shop.run("compare", "products", id[:8], "dear", "--json").out)
    assert one["difference"]["lost"] > one["difference"]["won"]
    better = shop.run("compare", "products", "dear", "default", "--fail-on-regression")
    assert better.code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("eval", "nope"), 2, "unknown index"),
        (("eval", "products", "--ranking", "dera"), 2, "did you mean 'dear'"),
        (("tune", "products", "--ranking", "a b"), 2, "cannot be a ranking's name"),
        (("eval", "products", "--metric", "ndgc"), 2, "unknown metric"),
        (("eval", "products", "--fail-under", "ndcg@10"), 2, "like ndcg@10=0.72"),
        (("eval", "products", "--judgments", "none.csv"), 2, "none.csv is not there"),
        (("compare", "products", "default"), 2, "two sides"),
        (("compare", "products", "default", "abcdef"), 2, "no evaluation 'abcdef'"),
        (("compare", "products", "default", "dear", "--despite", "judgments"), 2, "cannot be left"),
    ],
)
def test_what_cannot_be_done_is_said(shop: Shop, arguments, code, said) -> None:
    """In a line, with the next step."""
    ended = shop.run(*arguments)
    assert (ended.code, said in ended.err) == (code, True)


def test_the_judgments_of_a_set(shop: Shop) -> None:
    """As they were imported; the same ratings are the same evaluation."""
    file = shop.mapping.parent / "judgments.csv"
    assert shop.run("judge", "import", "products", file, "--set", "people").code == 0
    text = file.read_text()
    file.unlink()
    assert "name a set, of which there are 'people'" in shop.run("eval", "products").err
    file.write_text(text)
    by_set = json.loads(shop.run("eval", "products", "--set", "people", "--json").out)
    by_file = json.loads(shop.run("eval", "products", "--json").out)
    assert by_set["id"] == by_file["id"]
    unknown = shop.run("eval", "products", "--set", "peeple")
    assert (unknown.code, "did you mean 'people'" in unknown.err) == (2, True)
    both = shop.run("compare", "products", "default", "dear", "--set", "a", "--judgments", "b")
    assert (both.code, "not both" in both.err) == (2, True)


def test_unlike_evaluations_are_refused(shop: Shop, tmp_path: Path) -> None:
    """With what differs."""
    other = tmp_path / "few.csv"
    other.write_text("query,id,rating\nbicycle number 1,1,1\n")
    ids = [
        json.loads(shop.run("eval", "products", "--json", *more).out)["id"]
        for more in ((), ("--judgments", other))
    ]
    ended = shop.run("compare", "products", *ids)
    assert (ended.code, "differ in judgments" in ended.err) == (2, True)


def run_of(command: RunningCommand, begun: httpx.Response) -> Any:
    """The run that a request has begun, once it has ended."""
    assert begun.status_code == 202, begun.text
    found: list[Any] = []

    def has_ended() -> bool:
        found.append(command.get(begun.headers["location"]).json())
        return bool(found[-1]["status"] != "running")

    command.wait_for(has_ended, 60)
    return found[-1]


def asked(command: RunningCommand, name: str, **body: object) -> httpx.Response:
    """The answer to a request of an analyst."""
    url = f"{command.url}/v1/relevance/{name}"
    return httpx.post(url, json={"index": "products", **body}, timeout=30, trust_env=False)


def test_over_http(shop: Shop) -> None:
    """The figures are those of the commands; the searches that a worker serves go on."""
    with serving(shop, "serve") as command:
        run = run_of(command, asked(command, "evaluate", ranking="dear"))
        assert (run["status"], run["error"]) == ("succeeded", "")
        id = run["result"]["evaluation"]
        told = json.loads(shop.run("eval", "products", "--ranking", "dear", "--json").out)
        assert told["id"] == id
        over_http = command.get(f"/v1/relevance/evaluations/{id}").json()
        assert over_http["metrics"] == told["metrics"]
        compared = run_of(command, asked(command, "compare", a="default", b=["dear"]))
        (one,) = compared["result"]["comparisons"]
        by_command = json.loads(shop.run("compare", "products", "default", "dear", "--json").out)
        assert one["difference"] == by_command[0]["difference"]
        listed = command.get("/v1/relevance/evaluations?index=products").json()["evaluations"]
        first = next(one["id"] for one in listed if one["basis"]["ranking"] == "default")
        at_once = asked(command, "compare", a=first, b=[id])
        assert at_once.status_code == 200
        assert at_once.json()["comparisons"][0]["difference"] == one["difference"]


def test_a_server_that_ends_tells_of_its_runs(shop: Shop) -> None:
    """Stopped or killed: none goes on for ever, and no process is left."""
    for stop in (signal.SIGTERM, signal.SIGKILL):
        with serving(shop, "serve") as command:
            paths = [asked(command, "evaluate").headers["location"] for _ in range(3)]
            command.process.send_signal(stop)
            command.wait()
            assert command.left_over() == []
        with serving(shop, "serve") as command:
            for path in paths:
                command.wait_for(lambda at=path: command.get(at).json()["status"] != "running", 60)
            last = command.get(paths[-1]).json()
            # What a killed server had not begun is done by the next one.
            wanted = "abandoned" if stop is signal.SIGTERM else "succeeded"
            assert (last["status"], last["error"][:11]) == (
                wanted, "run_stopped" if stop is signal.SIGTERM else "",
            )  # fmt: skip


def test_weights_are_found_and_written_only_where_they_help(tmp_path: Path) -> None:
    """A brand is what these people mean; the default ranking thinks more of names."""
    shop = Shop.new(tmp_path)
    shop.execute("DELETE FROM products")
    words = [f"{a}{b}lamp" for a in ("oak", "tin", "red", "big", "old") for b in ("ish", "en", "y")]
    words += [f"{a}{b}" for a in ("sofa", "desk", "vase") for b in ("set", "top", "ware")]
    for n, word in enumerate(words):
        for at in range(4):
            shop.execute(
                "INSERT INTO products (id, name, brand, price) VALUES (?, ?, ?, 1)",
                n * 8 + at, f"{word} number {at}", "none",
            )  # fmt: skip
            shop.execute(
                "INSERT INTO products (id, name, brand, price) VALUES (?, ?, ?, 1)",
                n * 8 + 4 + at, f"thing {n} of {at}", word,
            )  # fmt: skip
    shop.mapping.write_text(
        "# ours\nfields:\n  name: text^9, highlight\n  brand: keyword^1, facet\n  price: number\n"
    )
    rows = [f"{word},{n * 8 + 4 + at},1\n" for n, word in enumerate(words) for at in range(4)]
    (shop.mapping.parent / "judgments.csv").write_text("query,id,rating\n" + "".join(rows))
    assert shop.run("index", "rebuild", "products").code == 0
    with serving(shop, "serve") as command:
        report = run_of(command, asked(command, "tune"))["result"]
    assert (report["better"], report["written"]) == (True, False)
    told = json.loads(shop.run("tune", "products", "--write", "--json").out)
    assert (told["better"], told["written"], told["ranking"]) == (True, True, "tuned")
    assert {**report, "written": True} == told
    assert told["mapping"] in shop.mapping.read_text()
    assert told["found"]["weights"]["brand"] > told["found"]["weights"]["name"]
    assert shop.mapping.read_text().startswith("# ours\nfields:\n  name: text^9")
    assert shop.run("plan", "products", "--out", "plan.json").code == 0
    assert shop.run("apply", "plan.json").code == 0
    ended = shop.run("compare", "products", "default", "tuned")
    assert ended.out.startswith("tuned is better than default")
    again = shop.run("tune", "products", "--write")
    assert (again.code, "'tuned' already" in again.err) == (2, True)
    random_rows = [f"{word},{(n * 37) % 190},1\n" for n, word in enumerate(words)]
    (shop.mapping.parent / "judgments.csv").write_text("query,id,rating\n" + "".join(random_rows))
    before = shop.mapping.read_text()
    told = json.loads(shop.run("tune", "products", "--write", "--ranking", "odd", "--json").out)
    assert (told["better"], told["written"]) == (False, False)
    assert shop.mapping.read_text() == before


def test_the_loop_in_pandas(tmp_path: Path) -> None:
    """The script of docs, as a script, on a server with two rankings and judgments of its own."""
    shop = Shop.new(tmp_path)
    shop.mapping.write_text(shop.mapping.read_text() + RANKING)
    shop.settings.write_text(shop.settings.read_text() + "api: {edit: true}\n")
    rows = [f"bicycle number {n},{n},3\nbicycle number {n},{n + 1},1\n" for n in range(1, 25)]
    (tmp_path / "ratings.csv").write_text("query,docid,rating\n" + "".join(rows))
    assert shop.run("index", "rebuild", "products").code == 0
    script = Path(__file__).parents[2] / "docs/relevance_loop.py"
    with serving(shop, "serve") as command:
        given = {"SEARCHSVC_URL": command.url, "SEARCHSVC_JUDGMENTS": str(tmp_path / "ratings.csv")}
        ended = subprocess.run(
            [sys.executable, script], env={**os.environ, **given}, capture_output=True, text=True,
            timeout=200, check=False,
        )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    told = ended.stdout
    assert "ndcg@10" in told
    assert "dear is better than default" in told
    assert "and every word is asked for" in told
    assert "not proven better than the default" in told
