"""When runs are due, and a scheduler that starts them; a failing run never stops the others."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from searchsvc.domain.run import Run, RunKind, RunStatus
from searchsvc.errors import (
    DependencyError,
    LeaseHeld,
    NotServing,
    RunStopped,
    SearchsvcError,
)
from searchsvc.indexing.indexer import Indexer
from searchsvc.indexing.records import Watching
from searchsvc.indexing.runner import IndexRunner
from searchsvc.indexing.underway import UnderWay
from searchsvc.indexing.when import At, Every, When, parse_when
from searchsvc.interrupt import Interrupt
from searchsvc.ports import Clock

_log = logging.getLogger(__name__)
_JITTER = 0.1  # of an interval, so that many indexes do not read at one instant
_DAILY_JITTER = 60  # seconds
_FIRST_PAUSE = 1.0  # seconds; doubles with each failure in a row
_LONGEST_PAUSE = 60.0
_HELD_PAUSE = 15.0
_DONE = frozenset({RunStatus.SUCCEEDED, RunStatus.DEGRADED})


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A run of `index` is due at `next_run` (aware UTC), as `when` of its indexer says."""

    next_run: datetime
    index: str
    kind: RunKind
    when: str


def plan(indexer: Indexer) -> dict[RunKind, When]:
    """Which kinds of runs an indexer asks for, and when. Raises DefinitionError."""
    return {kind: parse_when(text) for kind, text in _texts(indexer).items()}


def _texts(indexer: Indexer) -> dict[RunKind, str]:
    texts = {
        RunKind.INCREMENT: indexer.every,
        RunKind.REBUILD: indexer.rebuild,
        RunKind.RECONCILE: indexer.reconcile,
    }
    return {kind: text for kind, text in texts.items() if text}


def last_due(when: When, now: datetime) -> datetime:
    """The latest time up to `now` at which a run was due."""
    if isinstance(when, Every):
        return now - timedelta(seconds=when.seconds)
    today = now.replace(hour=when.hour, minute=when.minute, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def next_due(when: When, last: datetime | None, now: datetime) -> datetime:
    """When the next run is due: now, if one was missed since the `last` one."""
    before = last_due(when, now)
    if isinstance(when, Every):
        return now if last is None or last <= before else last + timedelta(seconds=when.seconds)
    return now if last is not None and last < before else before + timedelta(days=1)


class Schedule:
    """Starts the runs of many indexes as they fall due, in `threads` threads of its own.

    Runs missed while no scheduler was up are made up for once. An index that serves nothing yet,
    or a version of another definition, is rebuilt at once. While a source or an engine does not
    answer, its index is tried again after 1 to 60 seconds.
    """

    def __init__(
        self, runners: Sequence[IndexRunner], clock: Clock | None = None, *, threads: int = 2
    ) -> None:
        self._runners = tuple(runners)
        self._clock = clock or _HostClock()
        self._stop = Interrupt()
        self._under_way = UnderWay()
        self._pauses = _Pauses(self._clock)
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(threads)},
            # Late is better than never, once is enough, and never two at a time.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )

    def start(self) -> None:
        """Begin; returns at once. Raises DefinitionError for a time that cannot be read."""
        plans = [(runner, plan(runner.indexer)) for runner in self._runners]
        for runner, kinds in plans:
            for kind, when in kinds.items():
                self._add(runner, kind, when)
            self._build_at_once(runner)
        self._scheduler.start()

    def stop(self) -> None:
        """End runs between two pages, and return when they have ended."""
        self._stop.set()
        if self._scheduler.running:
            # A job that its thread is about to take out must be gone before: once the scheduler
            # calls itself stopped it is looked for elsewhere, and the thread ends with an error.
            self._scheduler.remove_all_jobs()
            # To wait within would be to hold a lock that a run needs to be tried again.
            self._scheduler.shutdown(wait=False)
        self._under_way.wait()

    def due(self) -> list[Due]:
        """The next run of each kind and index, soonest first."""
        now = self._clock.now()
        return sorted(
            Due(self._next(runner, kind, parse_when(text), now), runner.index, kind, text)
            for runner in self._runners
            for kind, text in _texts(runner.indexer).items()
        )

    # --- jobs ------------------------------------------------------------------------------------

    def _add(self, runner: IndexRunner, kind: RunKind, when: When) -> None:
        self._scheduler.add_job(
            self._attempt,
            _trigger(when),
            args=(runner, kind),
            id=f"{runner.index}-{kind}",
            next_run_time=self._next(runner, kind, when, self._clock.now()),
        )

    def _build_at_once(self, runner: IndexRunner) -> None:
        if _needs_rebuild(runner):
            self._again(runner, RunKind.REBUILD, 0.0)
        else:
            self._restate_after(runner, 0.0)

    def _restate_after(self, runner: IndexRunner, seconds: float) -> None:
        if self._stop.is_set():
            return
        self._scheduler.add_job(
            self._restate,
            "date",
            run_date=self._clock.now() + timedelta(seconds=seconds),
            args=(runner,),
            id=f"{runner.index}-restate",
            replace_existing=True,
        )

    def _restate(self, runner: IndexRunner) -> None:
        with self._under_way:
            self._restated(runner)

    def _restated(self, runner: IndexRunner) -> None:
        """What the files say and needs no rebuild takes effect at the start."""
        if self._stop.is_set():
            return
        try:
            if runner.restate():
                _log.info("%s: its live version follows the files again", runner.index)
        except LeaseHeld:
            self._restate_after(runner, _HELD_PAUSE)
        except SearchsvcError as error:
            _log.warning("%s: the live version cannot follow the files: %s", runner.index, error)

    def _again(self, runner: IndexRunner, kind: RunKind, seconds: float) -> None:
        """Try once more, beside the regular times."""
        if self._stop.is_set():
            return
        self._scheduler.add_job(
            self._attempt,
            "date",
            run_date=self._clock.now() + timedelta(seconds=seconds),
            args=(runner, kind),
            id=f"{runner.index}-{kind}-again",
            replace_existing=True,
        )

    def _next(self, runner: IndexRunner, kind: RunKind, when: When, now: datetime) -> datetime:
        last = _last(runner, kind)
        return next_due(when, None if last is None else last.started, now)

    def _attempt(self, runner: IndexRunner, kind: RunKind) -> None:
        with self._under_way:
            self._attempted(runner, kind)

    def _attempted(self, runner: IndexRunner, kind: RunKind) -> None:
        """One run; whatever goes wrong is told here and nowhere else."""
        if self._stop.is_set() or (kind is RunKind.INCREMENT and self._pauses.on(runner.index)):
            return
        try:
            self._run(runner, kind)
            self._pauses.end(runner.index)
        except (NotServing, RunStopped) as error:
            _log.debug("%s: %s: %s", runner.index, kind, error)
        except LeaseHeld:
            # Another run of the index is what should be; a daily run waits for its end.
            if kind is not RunKind.INCREMENT:
                urgent = kind is RunKind.REBUILD and _needs_rebuild(runner)
                self._again(runner, kind, _FIRST_PAUSE if urgent else _HELD_PAUSE)
        except SearchsvcError as error:
            self._failed(runner, kind, error)
        except Exception:  # noqa: BLE001 - the schedule outlives whatever a run may raise
            _log.exception("%s: %s failed", runner.index, kind)

    def _run(self, runner: IndexRunner, kind: RunKind) -> None:
        watching = Watching(stop=self._stop, needed=lambda: not self._is_done(runner, kind))
        if kind is RunKind.REBUILD:
            runner.refuse_superseded()  # by a rebuild the older files would come back
            runner.rebuild(watching=watching)
        elif kind is RunKind.RECONCILE:
            runner.reconcile(watching=watching)
        else:
            runner.increment(watching=watching)

    def _is_done(self, runner: IndexRunner, kind: RunKind) -> bool:
        """Whether another scheduler has done this rebuild or reconcile already."""
        if kind is RunKind.INCREMENT:
            return False
        if kind is RunKind.REBUILD and _needs_rebuild(runner):
            return False
        when = plan(runner.indexer).get(kind)
        if when is None:
            # Only ever tried because nothing was served, and now it is.
            return True
        last = _last(runner, kind)
        if last is None or last.status not in _DONE:
            return False
        now = self._clock.now()
        since = now - timedelta(seconds=when.seconds / 2) if isinstance(when, Every) else None
        return last.started >= (since or last_due(when, now))

    def _failed(self, runner: IndexRunner, kind: RunKind, error: SearchsvcError) -> None:
        _log.warning("%s: %s failed: %s", runner.index, kind, error)
        unserved = kind is RunKind.REBUILD and not runner.serving
        if not isinstance(error, DependencyError) and not unserved:
            return
        pause = self._pauses.begin(runner.index)
        if kind is not RunKind.INCREMENT:
            self._again(runner, kind, pause)


class _HostClock:
    """The clock that APScheduler goes by as well."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class _Pauses:
    """How long each index rests after failures in a row."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures: dict[str, int] = {}
        self._until: dict[str, datetime] = {}

    def begin(self, index: str) -> float:
        """One more failure; the seconds until the next try."""
        with self._lock:
            failures = self._failures.get(index, 0)
            self._failures[index] = failures + 1
            seconds = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(failures, 10))
            self._until[index] = self._clock.now() + timedelta(seconds=seconds)
        return seconds

    def end(self, index: str) -> None:
        """It works again."""
        with self._lock:
            self._failures.pop(index, None)
            self._until.pop(index, None)

    def on(self, index: str) -> bool:
        """Whether to leave the index alone for now."""
        with self._lock:
            until = self._until.get(index)
        return until is not None and self._clock.now() < until


def _needs_rebuild(runner: IndexRunner) -> bool:
    """Whether the index serves nothing, or a version of another definition."""
    return not runner.serving or runner.outdated or runner.unfinished is not None


def _last(runner: IndexRunner, kind: RunKind) -> Run | None:
    """The last run that did what `kind` does: a rebuild compares everything, as a reconcile."""
    runs = [runner.last_run(kind)]
    if kind is RunKind.RECONCILE:
        runs.append(runner.last_run(RunKind.REBUILD))
    return max((run for run in runs if run is not None), key=lambda run: run.started, default=None)


def _trigger(when: When) -> IntervalTrigger | CronTrigger:
    if isinstance(when, At):
        return CronTrigger(hour=when.hour, minute=when.minute, timezone="UTC", jitter=_DAILY_JITTER)
    jitter = when.seconds * _JITTER
    return IntervalTrigger(seconds=when.seconds, timezone="UTC", jitter=jitter)
