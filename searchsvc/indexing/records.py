"""One run from lease to record: it ends with the status that its counts have earned."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from searchsvc.domain.index import IndexVersion
from searchsvc.domain.run import Counts, Run, RunKind, RunStatus
from searchsvc.errors import InvariantBroken, LeaseLost, RunStopped, SearchsvcError
from searchsvc.indexing.context import Failpoint, HeldLease, NewestRead, RunContext, no_feed
from searchsvc.indexing.deadletters import DeadLetters
from searchsvc.indexing.lease import LeaseKeeper
from searchsvc.indexing.parts import IndexParts
from searchsvc.indexing.progress import NoProgress, Progress, ToldProgress
from searchsvc.indexing.prune import drop_half_built
from searchsvc.interrupt import Interrupt

_log = logging.getLogger(__name__)
_ERROR_CHARS = 2_000
_SECRET = re.compile(r"://[^/@\s]*@")
Begin = Callable[[HeldLease], IndexVersion]
Work = Callable[[RunContext, IndexVersion], None]


@dataclass(frozen=True, slots=True)
class Watching:
    """Who watches a run: shown its progress, able to stop it between pages.

    `needed` is asked once the run holds the lease: what it waited for may have done its work.
    """

    progress: Progress = field(default_factory=NoProgress)
    stop: Interrupt = field(default_factory=Interrupt)
    needed: Callable[[], bool] = lambda: True


class RunRecords:
    """Runs work on one index under its lease, and records it."""

    def __init__(self, parts: IndexParts, reached: Failpoint) -> None:
        self._index = parts.indexer.index
        self._store = parts.store
        self._reader = parts.reader
        self._state = parts.state
        self._clock = parts.clock
        self._ttl = parts.settings.lease_seconds
        self._reached = reached

    def run(
        self, kind: RunKind, begin: Begin, work: Work, watching: Watching | None, wait: float
    ) -> Run:
        """Take the lease, close what dead processes left, choose the version and do the work.

        Raises LeaseHeld when another run goes on for `wait` seconds, and whatever `work` raises.
        """
        watching = watching or Watching()
        with LeaseKeeper(self._state, self._clock, self._index, self._ttl, wait=wait) as lease:
            if not watching.needed():
                raise RunStopped(f"a {kind} of index '{self._index}' is needed no more")
            drop_half_built(self._store, self._state, self._index)
            self._state.abandon_runs(self._index, self._clock.now())
            version = begin(lease)
            run = self._state.start_run(self._index, kind, version.name, self._clock.now())
            progress = ToldProgress(watching.progress, self._state, run)
            dead, newest = DeadLetters(self._state, self._clock, run), self._newest(version)
            context = RunContext(run, lease, dead, newest, watching.stop, progress, self._reached)
            try:
                return self._recorded(context, version, work)
            finally:
                progress.finish()

    def increment_within(self, outer: RunContext, version: IndexVersion, work: Work) -> None:
        """An increment of its own record under the lease of `outer`, whose run goes on after it."""
        kind, now = RunKind.INCREMENT, self._clock.now()
        run = self._state.start_run(self._index, kind, version.name, now)
        dead = DeadLetters(self._state, self._clock, run)
        context = replace(
            outer,
            run=run,
            dead=dead,
            newest=self._newest(version),
            progress=NoProgress(),
            feed=no_feed,
            counts=Counts(),
            drift=None,
        )
        try:
            self._recorded(context, version, work)
        except (LeaseLost, RunStopped):
            raise
        except SearchsvcError as error:
            # The version that is being built may be the cure.
            _log.warning("%s could not be brought up to date meanwhile: %s", version, error)

    def _newest(self, version: IndexVersion) -> NewestRead:
        newest = NewestRead(self._state, version.name)
        self._reader.go_on_after(newest.value)
        return newest

    def _recorded(self, context: RunContext, version: IndexVersion, work: Work) -> Run:
        try:
            work(context, version)
            _check_balance(context)
        except BaseException as error:
            stopped = isinstance(error, RunStopped) or not isinstance(error, Exception)
            status = RunStatus.ABANDONED if stopped else RunStatus.FAILED
            self._finish_failed(context, status, error)
            raise
        status = RunStatus.DEGRADED if context.counts.dead else RunStatus.SUCCEEDED
        now = self._clock.now()
        run = self._state.finish_run(context.run, status, context.counts, now, drift=context.drift)
        _log.log(*_summary(run))
        return run

    def _finish_failed(self, context: RunContext, status: RunStatus, error: BaseException) -> None:
        """Record the failure; when even that fails, the first error is the one to show."""
        try:
            now, text = self._clock.now(), describe(error)
            self._state.finish_run(context.run, status, context.counts, now, error=text)
        except SearchsvcError as second:
            _log.warning("the failed run %s cannot be recorded: %s", context.run.id, second)


def _check_balance(context: RunContext) -> None:
    if not context.counts.balanced:
        raise InvariantBroken(
            f"run {context.run.id} of index '{context.run.index}' does not add up: {context.counts}"
        )


def _summary(run: Run) -> tuple[int, str]:
    """Level and text of the line that a run leaves; an increment that found nothing is quiet."""
    counts = run.counts
    written = counts.indexed + counts.deleted + counts.dead
    quiet = run.kind is RunKind.INCREMENT and not written
    text = (
        f"{run.version}: {run.kind} {run.status} in {run.seconds:.2f} s: read {counts.read}, "
        f"indexed {counts.indexed}, deleted {counts.deleted}, unchanged {counts.unchanged}, "
        f"stale {counts.stale}, dead {counts.dead}"
    )
    return (logging.DEBUG if quiet else logging.INFO), text


def describe(error: BaseException) -> str:
    """An error as it is stored with its run: code and message, without secrets.

    The message of an error that is not ours may quote a row, so only its type is kept.
    """
    if isinstance(error, SearchsvcError):
        text = _SECRET.sub("://****@", f"{error.code}: {error}")
    else:
        text = f"internal: {type(error).__name__}"
    return text[:_ERROR_CHARS]
