"""The text of /metrics, read back with Prometheus's own parser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from searchsvc.telemetry.latency import LatencyRecorder
from searchsvc.telemetry.latency_report import LatencyReport
from searchsvc.telemetry.metrics import IndexGauges, Metrics, RunGauge

ROUTE = "/v1/indexes/{index}/search"
GAUGES = (
    IndexGauges(
        index="books",
        version="books-20260823t101500z-1",
        definition_hash="abc",
        documents=42,
        size=1000,
        freshness=1.5,
        runs=(RunGauge("rebuild", "succeeded", 1_800_000_000.0, 12.0),),
    ),
    IndexGauges("songs", "", "", 0, 0, None, ()),
)


@pytest.fixture
def samples(tmp_path: Path) -> Iterator[dict[tuple[str, frozenset[tuple[str, str]]], float]]:
    """Every sample of one scrape, by name and labels."""
    recorder = LatencyRecorder(tmp_path)
    for seconds in (0.0004, 0.003, 0.003, 9.0):
        recorder.record(ROUTE, "books", "engine", seconds)
    recorder.count("requests", ROUTE, "GET", "200", by=4)
    text = Metrics(LatencyReport(tmp_path), lambda: GAUGES).exposition().decode()
    families = text_string_to_metric_families(text)
    yield {(s.name, frozenset(s.labels.items())): s.value for f in families for s in f.samples}
    recorder.close()


def test_histogram_buckets_are_cumulative_and_exact(samples: dict) -> None:
    """Buckets count what lies below their bound, +Inf everything; the sum is exact."""
    labels = {("route", ROUTE), ("index", "books"), ("stage", "engine")}
    name = "searchsvc_request_duration_seconds"
    counts = {
        le: samples[(f"{name}_bucket", frozenset({*labels, ("le", le)}))]
        for le in ("0.00025", "0.0005", "0.0025", "0.005", "6.4", "+Inf")
    }
    assert counts == {
        "0.00025": 0, "0.0005": 1, "0.0025": 1, "0.005": 3, "6.4": 3, "+Inf": 4,
    }  # fmt: skip
    assert samples[(f"{name}_sum", frozenset(labels))] == pytest.approx(9.0064)


def test_requests_by_route_method_and_status(samples: dict) -> None:
    """Requests are one counter with three labels."""
    labels = frozenset({("route", ROUTE), ("method", "GET"), ("status", "200")})
    assert samples[("searchsvc_requests_total", labels)] == 4
    assert samples[("searchsvc_slow_log_dropped_total", frozenset())] == 0


def test_index_gauges(samples: dict) -> None:
    """Documents, version, freshness, drift and last run; nothing is said of what is not known."""
    books = frozenset({("index", "books")})
    assert samples[("searchsvc_index_documents", books)] == 42
    assert samples[("searchsvc_index_freshness_seconds", books)] == 1.5
    assert ("searchsvc_index_freshness_seconds", frozenset({("index", "songs")})) not in samples
    run = frozenset({("index", "books"), ("kind", "rebuild"), ("status", "succeeded")})
    assert samples[("searchsvc_last_run_finished_timestamp_seconds", run)] == 1_800_000_000
    versions = [labels for name, labels in samples if name == "searchsvc_index_version_info"]
    assert [dict(labels)["version"] for labels in versions] == ["books-20260823t101500z-1"]
