"""The slowest requests out of a log that moves from file to file."""

from pathlib import Path

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
    assert [row["total_ms"] for row in report.slowest("", 3)] == [90.0, 70.0, 50.0]
    assert [row["parameters"] for row in report.slowest("docs", 9)] == [{"q": "tea"}]


def test_half_a_line_is_none(tmp_path: Path) -> None:
    """Nor is one without a time, or a log that is not there."""
    path = tmp_path / "slow.jsonl"
    assert SlowReport(path).slowest("", 5) == []
    path.write_text('{"path": "/", "total_ms": "x"}\n{"total_ms": 3}\n{"path"')
    assert SlowReport(path).slowest("", 5) == []
