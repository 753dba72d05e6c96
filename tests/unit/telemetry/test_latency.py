"""Latency histograms: accuracy, windows, several workers, and files that are not ours."""

import random
from bisect import bisect_left
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchsvc.telemetry.buckets import BUCKETS, EDGES, bucket_of, middle, percentile, upper_edge
from searchsvc.telemetry.latency import LatencyRecorder
from searchsvc.telemetry.latency_file import Layout
from searchsvc.telemetry.latency_report import LatencyReport, Summary

ROUTE = "/v1/indexes/{index}/search"
SMALL = Layout(series=4, counters=4)


class FakeClock:
    """Seconds since 1970 that a test moves by hand."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def only(report: LatencyReport, minutes: int) -> Summary:
    """The one series of a window."""
    (summary,) = report.window(minutes)
    return summary


@given(st.floats(min_value=1e-6, max_value=65.0))
def test_a_bucket_is_within_two_percent_of_its_times(seconds: float) -> None:
    """The middle of a bucket stands for each time in it with at most 1.6 % error."""
    assert abs(middle(bucket_of(seconds)) - seconds) <= 0.016 * seconds


def test_times_beyond_all_buckets_count_in_the_end_ones() -> None:
    """No time, however short or long, falls outside the histogram."""
    assert [bucket_of(s) for s in (0.0, 1e-12, 1e-7)] == [0, 0, 0]
    assert [bucket_of(s) for s in (65.6, 1e6)] == [BUCKETS - 1, BUCKETS - 1]


def test_prometheus_edges_are_exact_edges() -> None:
    """Every published upper bound is where a bucket ends, so its count is exact."""
    ends = [upper_edge(bucket) for bucket in range(BUCKETS)]
    for edge in EDGES:
        assert ends[bisect_left(ends, edge * 0.999999)] == pytest.approx(edge, rel=1e-12)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.floats(min_value=2e-6, max_value=60.0), min_size=1, max_size=300))
def test_percentiles_match_sorted_samples_within_two_percent(samples: list[float]) -> None:
    """p50, p90 and p99 of the buckets are within 2 % of nearest-rank on the samples themselves."""
    counts = [0] * BUCKETS
    for seconds in samples:
        counts[bucket_of(seconds)] += 1
    ordered = sorted(samples)
    for share in (0.5, 0.9, 0.99):
        truth = ordered[ceil(share * len(ordered)) - 1]
        assert abs(percentile(counts, share) - truth) <= 0.02 * truth


def test_a_recorded_log_normal_load_is_reported_within_two_percent(tmp_path: Path) -> None:
    """Through the file and back: percentiles within 2 %, count and maximum exact."""
    clock = FakeClock()
    recorder = LatencyRecorder(tmp_path, clock)
    rng = random.Random(7)
    samples = [rng.lognormvariate(-4.5, 1.2) for _ in range(20_000)]
    for number, seconds in enumerate(samples):
        clock.now += 0.002 if number % 2 else 0.0
        recorder.record(ROUTE, "books", "engine", seconds)
    samples.sort()
    found = only(LatencyReport(tmp_path, clock), 1)
    assert found.count == len(samples)
    assert found.max == samples[-1]
    for value, share in ((found.p50, 0.5), (found.p90, 0.9), (found.p99, 0.99)):
        assert value == pytest.approx(samples[ceil(share * len(samples)) - 1], rel=0.02)
    recorder.close()


def test_times_leave_each_window_when_they_are_old(tmp_path: Path) -> None:
    """A time counts in 1, 5 and 60 minutes, and leaves each at most one slot after its end."""
    clock = FakeClock()
    recorder, report = LatencyRecorder(tmp_path, clock), LatencyReport(tmp_path, clock)
    recorder.record(ROUTE, "books", "total", 0.137)
    start = clock.now
    for seconds, expected in ((59, [1, 1, 1]), (71, [0, 1, 1]), (299, [0, 1, 1]), (311, [0, 0, 1])):
        clock.now = start + seconds
        assert [sum(s.count for s in report.window(m)) for m in (1, 5, 60)] == expected
    clock.now = start + 3599
    assert only(report, 60).p99 == pytest.approx(0.137, rel=0.02)
    clock.now = start + 3661
    assert report.window(60) == []
    recorder.close()


def test_a_slot_is_used_again_without_what_it_held(tmp_path: Path) -> None:
    """When the ring comes round, the old counts and the old maximum are gone."""
    clock = FakeClock()
    recorder, report = LatencyRecorder(tmp_path, clock), LatencyReport(tmp_path, clock)
    recorder.record(ROUTE, "books", "total", 9.0)
    clock.now += 62 * 60
    recorder.record(ROUTE, "books", "total", 0.001)
    assert (only(report, 60).count, only(report, 60).max) == (1, 0.001)
    assert (only(report, 1).count, only(report, 1).max) == (1, 0.001)
    recorder.close()


def test_the_maximum_survives_a_slower_slot_of_ten_seconds(tmp_path: Path) -> None:
    """The longest time of a minute is kept when a later ten seconds are faster."""
    clock = FakeClock()
    recorder, report = LatencyRecorder(tmp_path, clock), LatencyReport(tmp_path, clock)
    recorder.record(ROUTE, "books", "total", 2.5)
    clock.now += 10
    recorder.record(ROUTE, "books", "total", 0.5)
    assert only(report, 60).max == 2.5
    recorder.close()


def test_workers_are_reported_as_one(tmp_path: Path) -> None:
    """Two recorders at once have two files; times and counters add up."""
    clock = FakeClock()
    first, second = LatencyRecorder(tmp_path, clock), LatencyRecorder(tmp_path, clock)
    for _ in range(99):
        first.record(ROUTE, "books", "total", 0.010)
    second.record(ROUTE, "books", "total", 1.0)
    first.count("requests", ROUTE, "200", by=99)
    second.count("requests", ROUTE, "200")
    report = LatencyReport(tmp_path, clock)
    found = only(report, 5)
    assert (found.count, found.max) == (100, 1.0)
    assert found.p50 == pytest.approx(0.010, rel=0.02)
    assert report.counters()[("requests", ROUTE, "200")] == 100
    first.close()
    second.close()


def test_a_dead_workers_counts_go_on(tmp_path: Path) -> None:
    """The next worker takes its file over: windows keep its times, totals never drop."""
    clock = FakeClock()
    report = LatencyReport(tmp_path, clock)
    dead = LatencyRecorder(tmp_path, clock)
    dead.record(ROUTE, "books", "total", 0.2)
    dead.count("requests", "200")
    dead.close()
    assert only(report, 1).count == 1
    heir = LatencyRecorder(tmp_path, clock)
    heir.record(ROUTE, "books", "total", 0.1)
    heir.count("requests", "200")
    assert len(list(tmp_path.glob("*.bin"))) == 1
    assert (only(report, 1).count, only(report, 1).max) == (2, 0.2)
    (total,) = [t for t in report.totals() if t.count]
    assert total.count == 2
    assert total.sum == pytest.approx(0.3)
    assert report.counters()[("requests", "200")] == 2
    heir.close()


def test_too_many_series_and_counters_become_other(tmp_path: Path) -> None:
    """Beyond the fixed number, times and counts are kept under one common name."""
    recorder = LatencyRecorder(tmp_path, FakeClock(), SMALL)
    for number in range(10):
        recorder.record(ROUTE, f"index_{number}", "total", 0.01)
        recorder.count("requests", str(number))
    recorder.record(ROUTE, "x" * 500, "total", 0.01)
    report = LatencyReport(tmp_path, FakeClock())
    counts = {summary.index: summary.count for summary in report.window(1)}
    assert counts == {"index_0": 1, "index_1": 1, "index_2": 1, "other": 8}
    assert report.counters()[("other",)] == 7
    assert (tmp_path / "worker-000.bin").stat().st_size == SMALL.size
    recorder.close()


def test_request_stages_and_total_are_booked_together(tmp_path: Path) -> None:
    """One call books each stage of a request and the whole as `total`."""
    recorder = LatencyRecorder(tmp_path, FakeClock())
    recorder.record_request(ROUTE, "books", {"parse": 0.001, "engine": 0.02}, 0.03)
    stages = {s.stage: s.max for s in LatencyReport(tmp_path, FakeClock()).window(1)}
    assert stages == {"parse": 0.001, "engine": 0.02, "total": 0.03}
    recorder.close()


@pytest.mark.parametrize("content", [b"", b"SRCHLAT1", b"\0" * 5000, b"x" * 100_000])
def test_torn_and_foreign_files_are_ignored(tmp_path: Path, content: bytes) -> None:
    """A file that is not whole or not ours changes no report, and the next worker repairs it."""
    (tmp_path / "worker-000.bin").write_bytes(content)
    (tmp_path / "worker-007.bin").write_bytes(content)
    report = LatencyReport(tmp_path, FakeClock())
    assert report.window(60) == report.totals() == []
    recorder = LatencyRecorder(tmp_path, FakeClock())
    recorder.record(ROUTE, "books", "total", 0.01)
    assert only(report, 1).count == 1
    recorder.close()


def test_a_torn_name_hides_no_earlier_series(tmp_path: Path) -> None:
    """A series whose name was half written is left out; the ones before it are read."""
    recorder = LatencyRecorder(tmp_path, FakeClock(), SMALL)
    recorder.record(ROUTE, "books", "total", 0.01)
    recorder.record(ROUTE, "songs", "total", 0.01)
    recorder.close()
    with (tmp_path / "worker-000.bin").open("r+b") as file:
        file.seek(SMALL.series_name(2) + 10)
        file.write(b"\xff\xff")
    assert only(LatencyReport(tmp_path, FakeClock()), 1).index == "books"


def test_a_folder_that_cannot_be_written_costs_only_the_report(tmp_path: Path) -> None:
    """Recording goes on in private memory where the folder is a file."""
    (tmp_path / "latency").write_text("in the way")
    recorder = LatencyRecorder(tmp_path / "latency", FakeClock(), SMALL)
    recorder.record(ROUTE, "books", "total", 0.01)
    recorder.count("requests", "200")
    assert LatencyReport(tmp_path / "latency", FakeClock()).window(1) == []
    recorder.close()


def test_a_clock_that_steps_back_breaks_nothing(tmp_path: Path) -> None:
    """After a step back, new times are reported under the new clock."""
    clock = FakeClock()
    recorder, report = LatencyRecorder(tmp_path, clock), LatencyReport(tmp_path, clock)
    recorder.record(ROUTE, "books", "total", 0.5)
    clock.now -= 3000
    recorder.record(ROUTE, "books", "total", 0.1)
    assert (only(report, 1).count, only(report, 1).max) == (1, 0.1)
    recorder.close()
