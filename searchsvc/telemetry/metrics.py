"""Prometheus's view of the service: latencies and requests of all workers, and each index's state.

Label values are route templates, index names, stages and statuses: never what someone typed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from searchsvc.telemetry.buckets import EDGES
from searchsvc.telemetry.latency_report import LatencyReport, Total

REQUESTS = "requests"
SLOW_DROPPED = "slow_dropped"
SEARCHES_DROPPED = "searches_dropped"
EVENTS_DROPPED = "events_dropped"


@dataclass(frozen=True, slots=True)
class RunGauge:
    """The newest finished run of one kind; `finished` in seconds since 1970."""

    kind: str
    status: str
    finished: float
    seconds: float


@dataclass(frozen=True, slots=True)
class IndexGauges:
    """One index now: "" and 0 where it has no live version.

    `freshness` is how many seconds of the source's changes may be missing, `drift` how many
    documents the last comparison found wrong; None where it is not known.
    """

    index: str
    version: str
    definition_hash: str
    documents: int
    size: int
    freshness: float | None
    runs: tuple[RunGauge, ...]
    drift: int | None = None
    dead_letters: int = 0


class Metrics:
    """The text of /metrics. `gauges` is called once per scrape and may block."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, report: LatencyReport, gauges: Callable[[], Sequence[IndexGauges]]) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_RequestCollector(report))
        self._registry.register(_IndexCollector(gauges))

    def exposition(self) -> bytes:
        """Every metric in Prometheus's text format; `content_type` says which."""
        return generate_latest(self._registry)


class _RequestCollector(Collector):
    """Durations and counts of requests, across all workers."""

    def __init__(self, report: LatencyReport) -> None:
        self._report = report

    def describe(self) -> list[Metric]:
        """Nothing: asking the collector at registration would read every file."""
        return []

    def collect(self) -> Iterator[Metric]:
        durations = HistogramMetricFamily(
            "searchsvc_request_duration_seconds",
            "Time of a request's stages; the stage total is all of it.",
            labels=("route", "index", "stage"),
        )
        for total in self._report.totals():
            labels = (total.route, total.index, total.stage)
            durations.add_metric(labels, _buckets(total), total.sum)
        yield durations
        yield from self._counters()

    def _counters(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "searchsvc_requests", "Requests answered.", labels=("route", "method", "status")
        )
        dropped = CounterMetricFamily(
            "searchsvc_slow_log_dropped", "Slow requests that could not be logged."
        )
        counters = self._report.counters()
        for key, value in sorted(counters.items()):
            if key[0] == REQUESTS:
                requests.add_metric(key[1:], value)
        unknown = CounterMetricFamily(
            "searchsvc_searches_dropped", "Searches that could not be remembered."
        )
        untold = CounterMetricFamily("searchsvc_events_dropped", "Events that could not be kept.")
        dropped.add_metric((), counters.get((SLOW_DROPPED,), 0))
        unknown.add_metric((), counters.get((SEARCHES_DROPPED,), 0))
        untold.add_metric((), counters.get((EVENTS_DROPPED,), 0))
        yield requests
        yield dropped
        yield unknown
        yield untold


class _IndexCollector(Collector):
    """What is live of each index, how fresh it is, and how its runs ended."""

    def __init__(self, gauges: Callable[[], Sequence[IndexGauges]]) -> None:
        self._gauges = gauges

    def describe(self) -> list[Metric]:
        """Nothing: asking the collector at registration would read every index."""
        return []

    def collect(self) -> Iterator[Metric]:
        indexes = self._gauges()
        yield _gauge(
            "searchsvc_index_documents",
            "Documents of the live version.",
            (((i.index,), i.documents) for i in indexes),
        )
        yield _gauge(
            "searchsvc_index_size_bytes",
            "Size of the live version.",
            (((i.index,), i.size) for i in indexes),
        )
        yield _gauge(
            "searchsvc_index_freshness_seconds",
            "Age of the time up to which the live version follows its source.",
            (((i.index,), i.freshness) for i in indexes if i.freshness is not None),
        )
        yield _gauge(
            "searchsvc_index_drift",
            "Documents that the last verify or reconcile found wrong.",
            (((i.index,), i.drift) for i in indexes if i.drift is not None),
        )
        yield _gauge(
            "searchsvc_index_dead_letters",
            "Rows that cannot be indexed.",
            (((i.index,), i.dead_letters) for i in indexes),
        )
        yield _gauge(
            "searchsvc_index_version_info",
            "1 for the live version.",
            (((i.index, i.version, i.definition_hash), 1) for i in indexes if i.version),
            ("index", "version", "definition_hash"),
        )
        yield from _run_gauges(indexes)


def _run_gauges(indexes: Sequence[IndexGauges]) -> Iterator[Metric]:
    runs = [(index.index, run) for index in indexes for run in index.runs]
    yield _gauge(
        "searchsvc_last_run_finished_timestamp_seconds",
        "When the last run of a kind ended, and how.",
        (((index, run.kind, run.status), run.finished) for index, run in runs),
        ("index", "kind", "status"),
    )
    yield _gauge(
        "searchsvc_last_run_duration_seconds",
        "How long the last run of a kind took.",
        (((index, run.kind), run.seconds) for index, run in runs),
        ("index", "kind"),
    )


def _gauge(
    name: str,
    documentation: str,
    values: Iterable[tuple[tuple[str, ...], float]],
    labels: tuple[str, ...] = ("index",),
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, documentation, labels=labels)
    for label_values, value in values:
        family.add_metric(label_values, value)
    return family


def _buckets(total: Total) -> list[tuple[str, float]]:
    below = [(repr(edge), float(count)) for edge, count in zip(EDGES, total.below, strict=True)]
    return [*below, ("+Inf", float(total.count))]
