"""The logs of searches and events under a full disk, a kill, and more than they can take."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

# Adds searches as fast as it can, under a limit of bytes for a file where one is given.
WRITER = """
import resource, sys, time
from pathlib import Path
from searchsvc.telemetry.searches import LoggedSearch, Remembered, SearchLog

folder, seconds, limit = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
log = SearchLog(folder, b"s" * 32, 30, most_waiting=50_000)
search = LoggedSearch("shop", "tea " * 20, 3, ids=tuple(f"product-{n}" for n in range(10)))
added, until = 0, time.monotonic() + seconds
print("begun", flush=True)
while time.monotonic() < until:
    for _ in range(2000):
        log.add(Remembered(search, f"{added:032x}", 1.0), "192.0.2.1")
        added += 1
    time.sleep(0.01)
log.close()
print(added, log.take_dropped(), flush=True)
"""


def started(folder: Path, seconds: float, limit: int = 0) -> subprocess.Popen[str]:
    """A process that writes into the log of a folder."""
    command = [sys.executable, "-c", WRITER, str(folder), str(seconds), str(limit)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def ended(process: subprocess.Popen[str]) -> tuple[int, int]:
    """How many searches it has added, and how many were dropped."""
    out, _ = process.communicate(timeout=60)
    added, dropped = map(int, out.split())
    return added, dropped


def lines(folder: Path) -> list[bytes]:
    """The lines of the one file; it ends with one."""
    (path,) = folder.iterdir()
    data = path.read_bytes()
    assert data.endswith(b"\n")
    return data.splitlines()


def test_a_full_disk_leaves_whole_lines(tmp_path: Path) -> None:
    """What does not fit is dropped and counted; what is there stays as it was."""
    added, dropped = ended(started(tmp_path, 3.5, limit=40_000_000))
    found = lines(tmp_path)
    assert all(json.loads(line)["application"] == "shop" for line in found)
    assert dropped > 0
    assert len(found) + dropped == added


@pytest.mark.parametrize("wait", [1.1, 1.6, 2.2])
def test_a_killed_writer_leaves_whole_lines_to_the_next(tmp_path: Path, wait: float) -> None:
    """Wherever it was; another worker that writes beside it loses nothing."""
    beside = started(tmp_path, 4.0)
    killed = started(tmp_path, 30.0)
    time.sleep(wait)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    added, dropped = ended(beside)
    ids = [json.loads(line)["query_id"] for line in lines(tmp_path)]
    assert set(ids) >= {f"{n:032x}" for n in range(1000)}
    assert added - dropped <= len(ids)


def test_more_than_the_queue_holds_is_dropped_and_counted(tmp_path: Path) -> None:
    """And takes no more memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    added, dropped = ended(started(tmp_path, 2.5))
    assert dropped > 0
    assert len(lines(tmp_path)) + dropped == added
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss - before < 400_000
