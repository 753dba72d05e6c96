"""Two `searchsvc schedule` processes on ten indexes: no run twice, none at the same time."""

import signal
import sqlite3
import time
from collections import defaultdict
from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.command import running
from tests.support.shop import Shop

INDEXES = [f"shelf{n}" for n in range(10)]
REBUILT = 3  # of them, again and again
ROWS = 20
SECONDS = 10.0  # of both at work, then of one alone


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A project with ten indexes of one table; increments and rebuilds fall due all the time."""
    made = Shop.new(tmp_path, rows=ROWS)
    made.indexer.unlink()
    for number, index in enumerate(INDEXES):
        rebuild = "2s" if number < REBUILT else ""
        made.break_in(made.define(index), 'every="2s"', f'every="0.5s", rebuild="{rebuild}"')
    return made


def read(shop: Shop, statement: str) -> list[dict]:
    """Rows of the state store."""
    with closing(sqlite3.connect(shop.folder / ".searchsvc/state.db", timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(statement)]


def runs(shop: Shop) -> list[dict]:
    """Every run of every index that is recorded, oldest first."""
    return read(shop, "SELECT * FROM searchsvc_runs ORDER BY started, id")


def owners(shop: Shop) -> set[str]:
    """The processes that hold a lease at this moment."""
    found = read(shop, "SELECT owner FROM searchsvc_leases WHERE owner <> ''")
    return {row["owner"].split(":")[2] for row in found}


def work(shop: Shop, seconds: float, first: int) -> tuple[int, set[str]]:
    """Change a row five times a second; the next number, and who was seen to run something."""
    seen: set[str] = set()
    deadline = time.monotonic() + seconds
    number = first
    while time.monotonic() < deadline:
        shop.rename(1 + number % ROWS, f"bicycle renamed {number}")
        number += 1
        for _ in range(20):
            seen |= owners(shop)
            time.sleep(0.01)
    return number, seen


def assert_disjoint(found: list[dict]) -> None:
    """Of one index, each run ended before the next one began; rebuilds keep their interval."""
    by_index = defaultdict(list)
    for run in found:
        by_index[run["index_name"]].append(run)
    assert sorted(by_index) == INDEXES
    for index, each in by_index.items():
        rebuilds = [run for run in each if run["kind"] == "rebuild"]
        within = [run for run in each if any(feeds(run, rebuild) for rebuild in rebuilds)]
        for alike in (within, [run for run in each if run not in within]):
            for before, after in pairwise(alike):
                assert before["finished"] <= after["started"], (index, before, after)
        for before, after in pairwise(rebuilds):
            # That of the process that was killed is gone on with at once.
            soon = before["status"] == "abandoned"
            assert soon or after["started"] - before["started"] >= 1_000_000, (before, after)


def feeds(run: dict, rebuild: dict) -> bool:
    """Whether a rebuild has done this increment itself, so that the live version grew no staler."""
    return (
        run["kind"] == "increment"
        and run["version"] != rebuild["version"]
        and rebuild["started"] <= run["started"]
        and run["finished"] <= rebuild["finished"]
    )


def test_ten_indexes_under_two_schedulers_one_of_which_is_killed(shop):
    """Both work, no two runs of an index overlap, none is done twice; the other one does it all.

    Shrunk from minutes: increments every half second, and rebuilds every other second of three.
    """
    with ExitStack() as stack:
        both = [
            stack.enter_context(running("schedule", port=0, folder=shop.folder)) for _ in range(2)
        ]
        both[0].wait_for(lambda: served(shop) == INDEXES, 60)
        changes, seen = work(shop, SECONDS, 0)
        assert seen == {str(command.process.pid) for command in both}, [c.text for c in both]
        both[0].signal_group(signal.SIGKILL)
        killed = time.time() * 1_000_000
        changes, seen = work(shop, SECONDS, changes)
        assert str(both[1].process.pid) in seen
        both[1].signal_group(signal.SIGTERM)
        assert both[1].wait() == 0
        assert "Traceback" not in both[0].text + both[1].text
    found = runs(shop)
    assert_disjoint(found)
    for index in INDEXES:
        after = [r for r in found if r["index_name"] == index and r["started"] > killed]
        assert sum(run["status"] == "succeeded" for run in after) > 2, index
    # Where nothing is rebuilt, a change that two increments had written would count twice.
    for index in INDEXES[REBUILT:]:
        written = [r for r in found if (r["index_name"], r["kind"]) == (index, "increment")]
        assert 0 < sum(run["rows_indexed"] for run in written) <= changes
    assert shop.run("index", "increment", "--all").code == 0
    assert shop.run("verify", "--all").code == 0


def served(shop: Shop) -> list[str]:
    """The indexes that have been built."""
    done = "SELECT DISTINCT index_name FROM searchsvc_runs WHERE status = 'succeeded'"
    try:
        return sorted(row["index_name"] for row in read(shop, done))
    except sqlite3.OperationalError:
        return []  # no state store yet
