"""When a prefix file is made, and by whom."""

import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.domain.run import Counts, RunKind, RunStatus
from searchsvc.engines.memory import MemoryStore
from searchsvc.stores.memory import MemoryStateStore
from searchsvc.suggestions.files import file_of
from searchsvc.suggestions.keeper import Freshness, Keeper, command
from searchsvc.suggestions.writer import write_file
from tests.contract.support import PRODUCTS, version
from tests.support.app import HostClock

VERSION = version()


def made(folder: Path, of: IndexVersion = VERSION, ago: float = 0.0) -> Path:
    """A file that was made so many seconds ago."""
    path = file_of(folder, of)
    write_file(path, of.name, {})
    os.utime(path, (time.time() - ago, time.time() - ago))
    return path


def run(state: MemoryStateStore, counts: Counts, of: IndexVersion = VERSION, *, end=True) -> None:
    """A run that ends now, or goes on."""
    begun = state.start_run("products", RunKind.INCREMENT, of.name, datetime.now(UTC))
    if end:
        state.finish_run(begun, RunStatus.SUCCEEDED, counts, datetime.now(UTC))


@pytest.mark.parametrize(
    ("ago", "counts", "search", "due"),
    [
        (None, None, 0, True),
        (100, None, 0, False),
        (100, Counts(read=3, unchanged=3), 0, False),
        (100, Counts(read=3, indexed=3), 0, True),
        (100, Counts(read=3, deleted=3), 0, True),
        (100, None, 50, True),
        (100, None, 200, False),
        (30, Counts(read=3, indexed=3), 10, False),
    ],
)
def test_when_a_file_is_due(tmp_path, ago, counts, search, due) -> None:
    """At once without one; else a minute later, where something was written or searched since."""
    state = MemoryStateStore(HostClock())
    if ago:
        made(tmp_path, ago=ago)
    if counts:
        run(state, counts)
    run(state, Counts(read=9, indexed=9), version(2))
    freshness = Freshness(tmp_path, state, 60, lambda: time.time() - search if search else 0.0)
    assert freshness.due(VERSION) is due


def test_a_torn_file_is_due(tmp_path: Path) -> None:
    """However new it is."""
    made(tmp_path).write_bytes(b"torn")
    assert Freshness(tmp_path, MemoryStateStore(HostClock()), 60, float).due(VERSION)


class Kept:
    """A keeper with a command that writes down what it is asked to build."""

    def __init__(self, folder: Path, store: MemoryStore, due, script: str) -> None:
        self.asked = folder / "asked"
        code = f"import sys; open({str(self.asked)!r}, 'a').write(sys.argv[1] + ' '); {script}"
        self.keeper = Keeper(store, due, folder, ["products"], [sys.executable, "-c", code])

    def told(self) -> str:
        """The indexes that it was asked to build."""
        return self.asked.read_text() if self.asked.exists() else ""

    def wait(self, condition: Callable[[], bool]) -> None:
        """Until it is so, or a test has failed."""
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.fixture
def store() -> MemoryStore:
    """With one live version."""
    store = MemoryStore()
    store.create(VERSION, Recipe(PRODUCTS))
    store.swap(VERSION)
    return store


def test_what_is_due_is_built_by_another_process(tmp_path: Path, store: MemoryStore) -> None:
    """And files of versions that are no more are removed; what is not due is not built."""
    gone = made(tmp_path, version(7))
    kept = Kept(tmp_path, store, Freshness(tmp_path, MemoryStateStore(HostClock()), 60, float).due,
                f"open({str(file_of(tmp_path, VERSION))!r}, 'w')")  # fmt: skip
    kept.keeper.start()
    kept.wait(lambda: not gone.exists())
    kept.keeper.stop()
    assert kept.told() == "products "
    assert file_of(tmp_path, VERSION).exists()


def test_a_build_that_fails_is_told_and_waits(tmp_path, store, caplog) -> None:
    """It is not tried again at once."""
    kept = Kept(tmp_path, store, lambda _: True, "sys.exit('error: no room')")
    kept.keeper.start()
    kept.wait(lambda: bool(caplog.records))
    time.sleep(2.5)
    kept.keeper.stop()
    assert kept.told() == "products "
    assert caplog.messages == ["products: no new suggestions: error: no room"]


def test_a_build_ends_with_its_server(tmp_path: Path, store: MemoryStore) -> None:
    """Within a moment, and the thread too, though it would not hear of an end."""
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    kept = Kept(tmp_path, store, lambda _: True, deaf)
    kept.keeper.start()
    kept.wait(lambda: bool(kept.told()))
    began = time.monotonic()
    kept.keeper.stop()
    assert time.monotonic() - began < 5
    assert "suggestions" not in [thread.name for thread in threading.enumerate()]


def test_the_command_is_ours() -> None:
    """It runs in this Python, whatever is on the path."""
    assert command(Path("/shop")) == [
        sys.executable, "-m", "searchsvc", "-C", "/shop", "index", "suggest",
    ]  # fmt: skip
