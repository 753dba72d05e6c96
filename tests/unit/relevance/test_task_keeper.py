"""Tasks: what waits, what is done by a process beside a server, and how its run ends."""

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from searchsvc.domain.run import Counts, Run, RunKind, RunStatus
from searchsvc.errors import QueueFull, StateError
from searchsvc.relevance.keeper import TaskKeeper
from searchsvc.relevance.tasks import MOST_WAITING, Task, TaskFiles
from searchsvc.stores.memory import MemoryStateStore
from tests.support.app import HostClock


class Beside:
    """A keeper whose processes write down what they are asked to do, and then run `script`."""

    def __init__(self, folder: Path, script: str) -> None:
        self.folder = folder
        self.tasks = TaskFiles(folder)
        self.state = MemoryStateStore(HostClock())
        self.asked = folder / "asked"
        code = (
            f"import os, sys, time; open({str(self.asked)!r}, 'a')"
            f".write(f'{{sys.argv[1]}}:{{os.getpid()}} '); {script}"
        )
        self.command = [sys.executable, "-c", code]
        self.keeper = self.another()

    def another(self) -> TaskKeeper:
        """One of a server that starts with the same folder."""
        return TaskKeeper(self.tasks, self.state, HostClock(), self.command, self.folder / "lock")

    def add(self) -> Run:
        """A run with a task that waits."""
        run = self.state.start_run("items", RunKind.EVALUATE, "items-1", datetime.now(UTC))
        self.tasks.add(Task(run.id, RunKind.EVALUATE, "items"))
        return run

    def told(self) -> list[list[str]]:
        """The run and the process of each task that was begun."""
        words = self.asked.read_text().split() if self.asked.exists() else []
        return [word.split(":") for word in words]

    def ended(self, run: Run) -> Run:
        """The run, once it has ended."""
        self.wait(lambda: self.status(run) is not RunStatus.RUNNING)
        found = self.state.run(run.id)
        assert found is not None
        return found

    def status(self, run: Run) -> RunStatus:
        """How it stands."""
        found = self.state.run(run.id)
        assert found is not None
        return found.status

    def wait(self, condition: Callable[[], object]) -> None:
        """Until it is so, or a test has failed."""
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_tasks_are_done_one_behind_the_other(tmp_path: Path) -> None:
    """In the order of their runs; what a process says of its run stays."""
    case = Beside(tmp_path, "sys.stdin.readline() if sys.argv[1] == '1' else None")
    first, second = case.add(), case.add()
    case.keeper.start()
    case.wait(case.told)
    time.sleep(0.5)
    assert [run for run, _ in case.told()] == [str(first.id)]
    assert (case.tasks.begun(), case.tasks.waiting()) == ([first.id], [second.id])
    case.state.finish_run(first, RunStatus.SUCCEEDED, Counts(), datetime.now(UTC))
    os.kill(int(case.told()[0][1]), signal.SIGKILL)
    assert case.ended(second).error.startswith("run_stopped: ")  # it said nothing of its run
    assert case.status(first) is RunStatus.SUCCEEDED
    case.wait(lambda: not case.tasks.begun())
    case.keeper.stop()


def test_a_server_that_stops_ends_them(tmp_path: Path) -> None:
    """The one under way and those that wait, and says so; the process is gone."""
    case = Beside(tmp_path, "time.sleep(60)")
    runs = [case.add(), case.add()]
    case.keeper.start()
    case.wait(case.told)
    began = time.monotonic()
    case.keeper.stop()
    assert time.monotonic() - began < 5
    for run in runs:
        ended = case.ended(run)
        assert (ended.status, "the server was stopped" in ended.error) == (
            RunStatus.ABANDONED, True,
        )  # fmt: skip
    assert (case.tasks.begun(), case.tasks.waiting()) == ([], [])
    ((_, pid),) = case.told()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_what_a_killed_server_has_left(tmp_path: Path) -> None:
    """What it had begun is told as stopped, what waited is done."""
    case = Beside(tmp_path, "")
    left, waiting = case.add(), case.add()
    case.tasks.begin(left.id)
    case.keeper.start()
    assert "was killed" in case.ended(left).error
    case.ended(waiting)
    case.keeper.stop()
    assert [run for run, _ in case.told()] == [str(waiting.id)]


def test_of_two_servers_one_does_them(tmp_path: Path) -> None:
    """The other begins when the first has ended."""
    case = Beside(tmp_path, "")
    other = case.another()
    case.keeper.start()
    case.ended(case.add())
    other.start()
    for _ in range(3):
        case.ended(case.add())
    case.keeper.stop()
    case.ended(case.add())
    other.stop()
    assert len(case.told()) == 5


def test_so_many_may_wait(tmp_path: Path) -> None:
    """Then one is told to come again."""
    tasks = TaskFiles(tmp_path)
    for run in range(1, MOST_WAITING + 1):
        tasks.check_room()
        tasks.add(Task(run, RunKind.TUNE, "items"))
    with pytest.raises(QueueFull) as refused:
        tasks.check_room()
    assert refused.value.retry_after > 0
    tasks.begin(1)
    tasks.check_room()
    assert tasks.read(1) == Task(1, RunKind.TUNE, "items")
    with pytest.raises(StateError, match="run 2"):
        tasks.read(2)


def test_results_are_kept_by_run(tmp_path: Path) -> None:
    """With times as JSON has them."""
    tasks = TaskFiles(tmp_path)
    tasks.keep(3, {"at": datetime(2026, 11, 28, tzinfo=UTC)})
    assert tasks.result(3) == b'{"at":"2026-11-28T00:00:00Z"}'
    assert tasks.result(4) is None
