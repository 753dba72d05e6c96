"""What the API needs of the rest of searchsvc, handed in once when the app is made."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from searchsvc.access.keyring import OpenDoor
from searchsvc.analytics.reports import Reports
from searchsvc.analytics.searches import Searches
from searchsvc.analytics.slow import SlowReport
from searchsvc.api.admission import Door
from searchsvc.api.draining import Draining
from searchsvc.api.gauges import index_gauges
from searchsvc.ports import Curations, IndexStore, JudgmentStore, StateStore
from searchsvc.search.service import SearchService
from searchsvc.settings import Api
from searchsvc.telemetry.events import EventLog
from searchsvc.telemetry.latency import LatencyRecorder
from searchsvc.telemetry.latency_report import LatencyReport
from searchsvc.telemetry.metrics import Metrics
from searchsvc.telemetry.searches import SearchLog
from searchsvc.telemetry.slow import SlowLog


@dataclass(frozen=True, slots=True)
class Stores:
    """What is kept: indexes, what is known of their runs, and what people judged."""

    indexes: IndexStore
    state: StateStore
    judgments: JudgmentStore


@dataclass(frozen=True, slots=True)
class ApiServices:
    """Everything that answers a request. `close` ends what must end with the worker.

    `searches` remembers searches, and `events` what was done with their hits. A trusted proxy tells
    in `client_header` who asks. `door` lets requests in; as it is, all of them.
    """

    search: SearchService
    store: IndexStore
    state: StateStore
    judgments: JudgmentStore
    curations: Curations
    latency: LatencyRecorder
    report: LatencyReport
    reports: Reports
    slow_report: SlowReport
    metrics: Metrics
    slow_log: SlowLog
    draining: Draining
    settings: Api
    close: Callable[[], Awaitable[None]]
    searches: SearchLog | None = None
    events: EventLog | None = None
    client_header: str = ""
    door: Door = field(default_factory=OpenDoor)


def api_services(
    search: SearchService,
    stores: Stores,
    curations: Curations,
    settings: Api,
    data_dir: Path,
    close: Callable[[], Awaitable[None]],
) -> ApiServices:
    """The services of one worker, with its telemetry under `data_dir`."""
    report = LatencyReport(data_dir / "latency")
    return ApiServices(
        search=search,
        store=stores.indexes,
        state=stores.state,
        judgments=stores.judgments,
        curations=curations,
        latency=LatencyRecorder(data_dir / "latency"),
        report=report,
        reports=Reports(Searches(data_dir / "logs")),
        slow_report=SlowReport(data_dir / "logs" / "slow.jsonl"),
        metrics=Metrics(report, lambda: index_gauges(search, stores.indexes, stores.state)),
        slow_log=SlowLog(data_dir / "logs" / "slow.jsonl"),
        draining=Draining.of_worker(data_dir),
        settings=settings,
        close=close,
        client_header=settings.client_header,
    )
