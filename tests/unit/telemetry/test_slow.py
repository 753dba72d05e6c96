"""The slow-query log: whole lines, rotation, and a disk that is full."""

import json
import threading
from dataclasses import replace
from pathlib import Path

from searchsvc.telemetry.slow import SlowLog, SlowRequest


def request(number: int = 1, q: str = "abc") -> SlowRequest:
    """A slow search."""
    return SlowRequest(
        time="2026-08-23T10:15:00.000Z",
        request_id=f"r-{number}",
        method="GET",
        path="/v1/indexes/books/search",
        parameters={"q": q},
        index="books",
        version="books-20260823t101500z-1",
        status=200,
        total_ms=300.5,
        stages={"engine": 299.0},
    )


def lines(path: Path) -> list[dict[str, object]]:
    """Every line of a log as JSON."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_slow_request_is_one_json_line(tmp_path: Path) -> None:
    """Line breaks and terminal codes in a query stay inside one line that gives them back."""
    log = SlowLog(tmp_path / "logs" / "slow.jsonl")
    log.add(request(q='a\r\nb\x1b[31m "\u2028'))
    log.close()
    (line,) = lines(tmp_path / "logs" / "slow.jsonl")
    assert line["parameters"] == {"q": 'a\r\nb\x1b[31m "\u2028'}
    assert (line["path"], line["total_ms"]) == ("/v1/indexes/books/search", 300.5)


def test_the_log_rotates_by_size(tmp_path: Path) -> None:
    """No file grows beyond the limit, and only so many old ones are kept."""
    path = tmp_path / "slow.jsonl"
    for number in range(40):
        log = SlowLog(path, max_bytes=2000, keep=2)
        log.add(request(number))
        log.close()
    files = sorted(tmp_path.glob("slow.jsonl*"))
    assert [file.name for file in files] == ["slow.jsonl", "slow.jsonl.1", "slow.jsonl.2"]
    assert all(file.stat().st_size <= 2000 for file in files)
    assert lines(path)[-1]["request_id"] == "r-39"


def test_writers_of_one_path_do_not_mix_lines(tmp_path: Path) -> None:
    """Logs of several workers at once give whole lines only."""
    path = tmp_path / "slow.jsonl"
    logs = [SlowLog(path) for _ in range(4)]

    def write(log: SlowLog, start: int) -> None:
        for number in range(50):
            log.add(request(start + number))
        log.close()

    threads = [threading.Thread(target=write, args=(log, n * 50)) for n, log in enumerate(logs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {line["request_id"] for line in lines(path)} == {f"r-{n}" for n in range(200)}


def test_a_request_that_nests_too_deep_is_dropped_alone(tmp_path: Path) -> None:
    """The thread goes on, and what comes after it is written."""
    deep: list[object] = []
    for _ in range(2000):
        deep = [deep]
    log = SlowLog(tmp_path / "slow.jsonl")
    log.add(replace(request(1), parameters={"q": deep}))
    log.add(request(2))
    log.close()
    assert [line["request_id"] for line in lines(tmp_path / "slow.jsonl")] == ["r-2"]
    assert log.take_dropped() == 1


def test_a_full_disk_drops_and_counts(tmp_path: Path) -> None:
    """What cannot be written is counted once, and no error reaches the request."""
    path = tmp_path / "slow.jsonl"
    path.symlink_to("/dev/full")
    log = SlowLog(path)
    log.add(request(1))
    log.close()
    assert (log.take_dropped(), log.take_dropped()) == (1, 0)
