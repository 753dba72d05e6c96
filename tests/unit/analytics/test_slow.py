"""The slowest requests out of a log that moves from file to file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from searchsvc.analytics.period import Asked
from searchsvc.analytics.slow import SlowReport
from searchsvc.telemetry.slow import SlowLog, SlowRequest


def request(index: str, total: float) -> SlowRequest:
    """One that took so many ms."""
    path = f"/v1/indexes/{index}/search"
    return SlowRequest("2026-11-20T10:00:00Z", "r", "GET", path, {"q": "tea"}, index, "v", 200,
                       total, {"engine": total})  # fmt: skip


def test_the_slowest_come_first_also_from_files_that_were_moved(tmp_path: Path) -> None:
    """Of one index, or of all."""
    log = SlowLog(tmp_path / "slow.jsonl", max_bytes=400)
    for total in (30.0, 90.0, 10.0, 70.0):
        log.add(request("shop", total))
        log.close()
    log.add(request("docs", 50.0))
    log.close()
    assert len(list(tmp_path.glob("slow.jsonl*"))) > 1
    report = SlowReport(tmp_path / "slow.jsonl")
    assert [row["total_ms"] for row in report.slowest(Asked(), 3)] == [90.0, 70.0, 50.0]
    (docs,) = report.slowest(Asked("docs"), 9)
    assert (docs["parameters"], docs["explain"]) == (
        {"q": "tea"}, "/v1/indexes/docs/search?q=tea&explain=true",
    )  # fmt: skip


def test_only_what_is_asked_for(tmp_path: Path) -> None:
    """A ranking, which is the default one where none is named, and a time."""
    log = SlowLog(tmp_path / "slow.jsonl")
    log.add(request("shop", 30.0))
    log.close()
    report, ten = SlowReport(tmp_path / "slow.jsonl"), datetime(2026, 11, 20, 10, tzinfo=UTC)
    kept = [Asked(ranking="default"), Asked(since=ten), Asked(until=ten + timedelta(seconds=1))]
    assert [len(report.slowest(asked, 9)) for asked in kept] == [1, 1, 1]
    left = [Asked(ranking="new"), Asked(until=ten), Asked(since=ten + timedelta(seconds=1))]
    assert [len(report.slowest(asked, 9)) for asked in left] == [0, 0, 0]


def test_half_a_line_is_none(tmp_path: Path) -> None:
    """Nor is one without a time, or a log that is not there."""
    path = tmp_path / "slow.jsonl"
    assert SlowReport(path).slowest(Asked(), 5) == []
    path.write_text('{"path": "/", "total_ms": "x"}\n{"total_ms": 3}\n{"path"')
    assert SlowReport(path).slowest(Asked(), 5) == []
