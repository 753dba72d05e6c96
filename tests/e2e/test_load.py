"""The load tests against a real server: what they report, and when they fail."""

import csv
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Ended
from tests.support.server import ROOT, RunningServer, film_server, free_port

LOCUST = str(Path(sys.executable).with_name("locust"))
SECONDS = 4


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[RunningServer]:
    """The films: every request is answered, with facets and suggestions."""
    with film_server(tmp_path_factory.mktemp("films")) as running:
        yield running


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    """A file of what people look for among the films."""
    file = tmp_path / "films.tsv"
    file.write_text("night\nriver garden\nlantern\t5\ncomedy\n", encoding="utf-8")
    return file


def load(url: str, *arguments: object) -> Ended:
    """Some people at that server for a few seconds."""
    ended = subprocess.run(
        [
            LOCUST, "-f", "loadtests/locustfile.py", "--headless", "-H", url,
            "-u", "8", "-r", "8", "-t", f"{SECONDS}s", *map(str, arguments),
        ],
        cwd=ROOT, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
        check=False,
    )  # fmt: skip
    assert "Traceback" not in ended.stdout + ended.stderr
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def rows(prefix: Path) -> dict[tuple[str, str], dict[str, str]]:
    """What locust wrote about each kind of request, by type and name."""
    with Path(f"{prefix}_stats.csv").open(encoding="utf-8", newline="") as file:
        return {(row["Type"], row["Name"]): row for row in csv.DictReader(file)}


def test_people_search_and_the_stages_are_reported_apart(
    server: RunningServer, queries: Path, tmp_path: Path
) -> None:
    """Within generous limits it succeeds: both routes are used, each stage has times of its own."""
    ended = load(
        server.url, "--index", "films", "--queries", queries, "--csv", tmp_path / "load",
        "--max-p95-ms", 5000,
    )  # fmt: skip
    assert ended.code == 0, ended.err
    assert "limit exceeded" not in ended.out
    found = rows(tmp_path / "load")
    assert {name for kind, name in found if kind == "GET"} == {"search", "suggest"}
    for route in ("search", "suggest"):
        requests = int(found["GET", route]["Request Count"])
        assert requests >= 3
        assert found["GET", route]["Failure Count"] == "0"
        for stage in ("parse", "plan", "engine", "render", "total"):
            row = found["STAGE", f"{route} {stage}"]
            assert int(row["Request Count"]) == requests
            assert float(row["Max Response Time"]) < 5000
        whole = float(found["GET", route]["Average Response Time"])
        assert 0 < float(found["STAGE", f"{route} total"]["Average Response Time"]) < whole


def test_a_limit_that_nobody_can_keep_is_exit_code_3(server: RunningServer, queries: Path) -> None:
    """Each route that is too slow is named with its percentile and the limit."""
    ended = load(server.url, "--index", "films", "--queries", queries, "--max-p95-ms", 0.01)
    assert ended.code == 3
    lines = [line for line in ended.out.splitlines() if line.startswith("limit exceeded: ")]
    assert [line.split()[2] for line in lines] == ["search:", "suggest:"]
    assert all(line.endswith(" ms > 0.01 ms") for line in lines)


def test_too_many_errors_are_exit_code_3(server: RunningServer, queries: Path) -> None:
    """An unknown index fails every request, and the server's words stand in the error report."""
    ended = load(server.url, "--index", "flims", "--queries", queries)
    assert ended.code == 3
    (line,) = [line for line in ended.out.splitlines() if line.startswith("limit exceeded: ")]
    _, _, failed, _, all_of_them, *rest = line.split()
    assert failed == all_of_them != "0"
    assert " ".join(rest) == "requests failed > 0.00%"
    assert "status 404: unknown index 'flims'; did you mean 'films'?" in ended.err


def test_errors_may_be_allowed(server: RunningServer, queries: Path) -> None:
    """With --max-error-ratio 1 even a test of nothing but failures keeps its limits."""
    ended = load(server.url, "--index", "flims", "--queries", queries, "--max-error-ratio", 1)
    assert ended.code == 0


def test_without_a_server_it_says_so_at_once(queries: Path) -> None:
    """Exit code 4, the address, the reason and the next step; nobody is sent."""
    url = f"http://127.0.0.1:{free_port()}"
    ended = load(url, "--index", "films", "--queries", queries)
    assert (ended.code, ended.out) == (4, "")
    assert f"error: no server answers at {url}: " in ended.err
    assert "start one: python3 dev.py demo --no-open" in ended.err
    assert "GET " not in ended.err


def test_without_queries_it_says_where_they_belong(server: RunningServer) -> None:
    """Exit code 2, the file to write, and the option that names another."""
    ended = load(server.url, "--index", "films")
    assert (ended.code, ended.out) == (2, "")
    assert "error: no queries for index 'films': write " in ended.err
    assert "loadtests/queries/films.tsv, or name --queries" in ended.err
