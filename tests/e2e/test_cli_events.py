"""Reports on the command line, and logs that go out and come in again."""

import csv
import gzip
import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.command import Ended, run_command
from tests.support.logs import click_line, search_line, write_log

DATA = "SEARCHSVC_TEST_DATA"
TODAY = datetime.now(UTC).date().isoformat()


def line_of_today(line: dict) -> dict:
    """The same, today."""
    return {**line, "timestamp": f"{TODAY}{line['timestamp'][10:]}"}


SEARCHES = [
    search_line("=tea", "00:00:00", query_id="1", hits=0),
    search_line("pot", "00:00:10", query_id="2", ids=["p"]),
    search_line("cup", "00:01:00", query_id="3", client="b", index="docs"),
]
CLICK = click_line("2", "p", "00:00:20")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without an index, whose log has three searches of today and a click."""
    (tmp_path / "searchsvc.yaml").write_text("analytics: {days: 3}\n")
    logs = tmp_path / ".searchsvc" / "logs"
    write_log(logs, "searches", *map(line_of_today, SEARCHES), day=TODAY)
    write_log(logs, "events", line_of_today(CLICK), day=TODAY)
    return tmp_path


def run(project: Path, *arguments: object, code: int = 0) -> Ended:
    """A command of the project."""
    ended = run_command("-C", project, *arguments)
    assert ended.code == code, ended.err
    return ended


def test_a_report_as_people_and_programs_read_it(project: Path) -> None:
    """As a table, JSON, lines and CSV."""
    table = run(project, "report", "popular").out
    assert "of 3 searches since" in table
    assert "1 with a click" in table
    body = json.loads(run(project, "report", "ctr", "--json", "--since", "1d").out)
    assert [(row["q"], row["ctr"]) for row in body["rows"]] == [
        ("cup", 0.0), ("=tea", 0.0), ("pot", 1.0),
    ]  # fmt: skip
    rows = list(csv.reader(io.StringIO(run(project, "report", "zero-results", "--csv").out)))
    assert [row[0] for row in rows] == ["q", "'=tea"]
    lines = run(project, "report", "reformulations", "--ndjson").out.splitlines()
    assert [json.loads(line)["next"] for line in lines] == ["pot"]
    by = json.loads(run(project, "report", "click-mrr", "--by", "index", "--json").out)
    assert [(row["index"], row["mrr"]) for row in by["rows"]] == [("shop", 1.0)]
    assert "nothing is remembered" in run(project, "report", "slow").out
    assert "nothing is remembered" in run(project, "report", "popular", "--until", "2d").out


def test_what_no_report_can_be_asked_for(project: Path) -> None:
    """Is told, with exit code 2."""
    for wrong in (["nope"], ["popular", "--by", "day"], ["slow", "--since", "soon"],
                  ["popular", "--csv", "--json"], ["popular", "--limit", "0"]):  # fmt: skip
        run(project, "report", *wrong, code=2)


def test_what_goes_out_comes_in(project: Path, tmp_path: Path) -> None:
    """Line by line, once; and of one index only its own."""
    out, other = tmp_path / "out", tmp_path / "other"
    assert run(project, "events", "export", out).out.startswith("3 queries and 1 events")
    assert {path.name for path in out.iterdir()} == {"ubi_queries.ndjson", "ubi_events.ndjson"}
    other.mkdir()
    with gzip.open(other / "events.gz", "wb") as file:
        file.write((out / "ubi_events.ndjson").read_bytes())
    files = [out / "ubi_queries.ndjson", other / "events.gz"]
    done = json.loads(run(other, "events", "import", *files, "--json").out)
    assert done == {"searches": 3, "events": 1, "known": 0, "too_old": 0}
    again = json.loads(run(other, "events", "import", *files, "--json").out)
    assert again == {"searches": 0, "events": 0, "known": 4, "too_old": 0}
    before, after = (
        json.loads(run(folder, "report", "ctr", "--json").out) for folder in (project, other)
    )
    assert [row["ctr"] for row in after["rows"]] == [row["ctr"] for row in before["rows"]]


def test_bulk_requests_for_the_indexes_of_ubi(project: Path, tmp_path: Path) -> None:
    """Each line has an id that it has again the next time."""
    run(project, "events", "export", tmp_path, "--format", "bulk")
    first = (tmp_path / "ubi_queries.bulk.ndjson").read_text()
    actions = [json.loads(line)["index"] for line in first.splitlines()[::2]]
    assert {action["_index"] for action in actions} == {"ubi_queries"}
    assert len({action["_id"] for action in actions}) == 3
    assert json.loads(first.splitlines()[1])["user_query"] == "=tea"
    run(project, "events", "export", tmp_path, "--format", "bulk")
    assert (tmp_path / "ubi_queries.bulk.ndjson").read_text() == first


def test_parquet(project: Path, tmp_path: Path) -> None:
    """A column for each thing; what an import left out is null."""
    parquet = pytest.importorskip("pyarrow.parquet")
    write_log(project / ".searchsvc/logs", "searches",
              {"timestamp": f"{TODAY}T00:00:00Z", "user_query": "bare"}, day=TODAY)  # fmt: skip
    run(project, "events", "export", tmp_path, "--format", "parquet")
    table = parquet.read_table(tmp_path / "ubi_queries.parquet")
    assert table.column("user_query").to_pylist() == ["=tea", "pot", "cup", "bare"]
    assert table.column("hits").to_pylist() == [0, 3, 3, None]
    assert str(table.schema.field("timestamp").type) == "timestamp[ms, tz=UTC]"
    (event,) = parquet.read_table(tmp_path / "ubi_events.parquet").to_pylist()
    assert (event["action_name"], event["object_id"], event["ordinal"]) == ("click", "p", None)


def test_a_line_that_is_none_is_named_and_nothing_is_imported(project: Path) -> None:
    """Also where the lines before it are good."""
    file, logs = project / "lines.ndjson", project / ".searchsvc" / "logs"
    before = {path: path.read_bytes() for path in logs.iterdir()}
    good = json.dumps({"user_query": "new", "timestamp": f"{TODAY}T00:00:00Z"})
    wrong = {
        "{": "it is not JSON",
        '{"user_query": "x"}': "'timestamp' is missing",
        '{"action_name": 1, "timestamp": "x"}': "'action_name' must be",
    }
    for bad, reason in wrong.items():
        file.write_text(f"{good}\n\n{bad}\n")
        ended = run(project, "events", "import", file, code=2)
        assert f"lines.ndjson, line 3: {reason}" in ended.err
    assert {path: path.read_bytes() for path in logs.iterdir()} == before


def test_what_is_too_old_is_not_imported(project: Path) -> None:
    """It would be removed at once; that is said."""
    old = datetime.now(UTC) - timedelta(days=3)
    file = project / "old.ndjson"
    file.write_text(json.dumps({"user_query": "old", "timestamp": old.isoformat()}))
    ended = run(project, "events", "import", file)
    assert "0 searches" in ended.out
    assert "1 are older than analytics.days, 3" in ended.out


@pytest.mark.skipif(DATA not in os.environ, reason=f"{DATA} names no folder of sample data")
def test_the_sample_of_ubi(tmp_path: Path) -> None:
    """The events and queries that OpenSearch's own tools are tried with, counted beside."""
    sample = Path(os.environ[DATA]) / "esci-us-products"
    files = [sample / f"ubi_{name}.jsonl.gz" for name in ("queries", "events")]
    (tmp_path / "searchsvc.yaml").write_text("analytics: {days: 3660}\n")
    texts = [gzip.decompress(file.read_bytes()).decode().splitlines() for file in files]
    queries, events = ([json.loads(line) for line in lines] for lines in texts)
    done = json.loads(run(tmp_path, "events", "import", *files, "--json").out)
    # One event stands in the sample twice.
    assert done == {"searches": 473, "events": 3447, "known": 1, "too_old": 0}
    report = json.loads(run(tmp_path, "report", "ctr", "--by", "index", "--json").out)
    rows = {row["index"]: row for row in report["rows"]}
    # Of 467 searches with words, eleven were typed on.
    assert (report["searches"], set(rows)) == (456, {"esci_ubi_sample", "Chorus"})
    clicked = {one["query_id"] for one in events if one["action_name"] == "click"}
    mine = {one["query_id"] for one in queries if one["application"] == "esci_ubi_sample"}
    row = rows["esci_ubi_sample"]
    assert (row["searches"], row["clicked"]) == (len(mine), len(mine & clicked))
