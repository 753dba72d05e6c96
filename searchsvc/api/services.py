"""What the API needs of the rest of searchsvc, handed in once when the app is made."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from searchsvc.access.keyring import OpenDoor
from searchsvc.analytics.reports import Reports
from searchsvc.analytics.searches import Searches
from searchsvc.analytics.slow import SlowReport
from searchsvc.api.admission import Door
from searchsvc.api.draining import Draining
from searchsvc.api.gauges import index_gauges
from searchsvc.ports import Curations, IndexStore, JudgmentStore, StateStore
from searchsvc.relevance.desk import Room
from searchsvc.relevance.evaluations import FOLDER as EVALUATIONS
from searchsvc.relevance.evaluations import EvaluationFiles
from searchsvc.relevance.experiments import FOLDER as EXPERIMENTS
from searchsvc.relevance.experiments import ExperimentFiles
from searchsvc.relevance.kept import Compare, compare_kept
from searchsvc.relevance.tasks import FOLDER as TASKS
from searchsvc.relevance.tasks import TaskFiles
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
class Relevance:
    """What evaluates: where evaluations lie, and what works out how kept ones differ."""

    room: Room
    compare: Compare


@dataclass(frozen=True, slots=True)
class ApiServices:
    """Everything that answers a request. `close` ends what must end with the worker.

    `searches` remembers searches, and `events` what was done with their hits; `log` reads both. A
    trusted proxy tells in `client_header` who asks. `door` lets requests in; as it is, all of them.
    """

    search: SearchService
    store: IndexStore
    state: StateStore
    judgments: JudgmentStore
    curations: Curations
    latency: LatencyRecorder
    report: LatencyReport
    log: Searches
    experiments: ExperimentFiles
    reports: Reports
    slow_report: SlowReport
    metrics: Metrics
    slow_log: SlowLog
    draining: Draining
    settings: Api
    close: Callable[[], Awaitable[None]]
    relevance: Relevance
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
    relevance: Relevance | None = None,
) -> ApiServices:
    """The services of one worker, with its telemetry under `data_dir`.

    Without `relevance` evaluations are kept there too, and compared in this process.
    """
    report, log = LatencyReport(data_dir / "latency"), Searches(data_dir / "logs")
    return ApiServices(
        search=search,
        store=stores.indexes,
        state=stores.state,
        judgments=stores.judgments,
        curations=curations,
        latency=LatencyRecorder(data_dir / "latency"),
        report=report,
        log=log,
        experiments=ExperimentFiles(data_dir / EXPERIMENTS),
        reports=Reports(log),
        slow_report=SlowReport(data_dir / "logs" / "slow.jsonl"),
        metrics=Metrics(report, lambda: index_gauges(search, stores.indexes, stores.state)),
        slow_log=SlowLog(data_dir / "logs" / "slow.jsonl"),
        draining=Draining.of_worker(data_dir),
        settings=settings,
        close=close,
        relevance=relevance or _relevance(data_dir),
        client_header=settings.client_header,
    )


def _relevance(data_dir: Path) -> Relevance:
    kept = EvaluationFiles(data_dir / EVALUATIONS)
    room = Room(data_dir / "mappings", kept, TaskFiles(data_dir / TASKS), "memory")
    return Relevance(room, partial(compare_kept, kept))
