"""Everything that can be done to one index: plan, rebuild, increment, reconcile, rollback."""

import logging
import time
from collections.abc import Callable, Sequence

from searchsvc.domain.index import IndexVersion, Recipe, VersionInfo
from searchsvc.domain.run import Drift, Run, RunKind
from searchsvc.errors import (
    EngineError,
    GateRefused,
    NotServing,
    UnknownVersion,
    nearest,
)
from searchsvc.indexing.building import Building
from searchsvc.indexing.context import Failpoint, HeldLease, RunContext, no_failpoint, no_feed
from searchsvc.indexing.dryrun import DryRun, dry_run
from searchsvc.indexing.incremental import Incremental
from searchsvc.indexing.lease import LeaseKeeper
from searchsvc.indexing.outdated import Outdated
from searchsvc.indexing.parts import IndexParts
from searchsvc.indexing.plan import Plan, Planner
from searchsvc.indexing.prune import complete, prune, resumable
from searchsvc.indexing.rebuild import Allowed, Rebuild
from searchsvc.indexing.reconcile import Reconcile
from searchsvc.indexing.records import RunRecords, Watching
from searchsvc.indexing.trace import Trace, trace
from searchsvc.indexing.verify import Verify
from searchsvc.indexing.when import Every, parse_when

__all__ = ["IndexRunner", "Watching"]

_log = logging.getLogger(__name__)


class IndexRunner:
    """Everything that can be done to one index, one run at a time across all processes.

    Versions whose recipe has another hash than `recipe` are outdated.
    Rebuilds, reconciles and rollbacks wait up to `lease_wait` seconds for a run that is under
    way; an increment does not wait.
    Every method raises LeaseHeld, LeaseLost, RunStopped, and what source and engine raise.
    """

    def __init__(
        self,
        parts: IndexParts,
        recipe: Recipe,
        *,
        lease_wait: float = 10.0,
        reached: Failpoint = no_failpoint,
    ) -> None:
        self._parts = parts
        self._store = parts.store
        self._state = parts.state
        self._clock = parts.clock
        self.index = parts.indexer.index
        self.indexer = parts.indexer
        self.recipe = recipe
        self._records = RunRecords(parts, reached)
        self._lease_wait = lease_wait
        self._live = Incremental(parts)
        self._planner = Planner(parts, recipe)
        self._outdated = Outdated(parts.store, parts.indexer.index, recipe)

    # --- runs ------------------------------------------------------------------------------------

    def rebuild(
        self,
        *,
        allow_empty: bool = False,
        allow_change: bool = False,
        allow_worse: bool = False,
        fresh: bool = False,
        plan: Plan | None = None,
        watching: Watching | None = None,
    ) -> Run:
        """Build a new version and make it live. Raises GateRefused or DeadLetterLimit.

        A rebuild of the same definition that was stopped, killed or cut off goes on from its last
        checkpoint, unless `fresh` asks for the first row. With a `plan` it raises StalePlan where
        that is not what would happen now.
        """
        allowed = Allowed(allow_empty, allow_change, allow_worse)
        building = Building(self._parts, self.recipe, fresh=fresh)

        def begin(lease: HeldLease) -> IndexVersion:
            if plan is not None:
                self._planner.refuse_stale(plan)
            return building.choose(lease)

        def work(context: RunContext, version: IndexVersion) -> None:
            context.feed = self._feeder(context)
            building.build(version, Rebuild(self._parts, context, version, allowed))

        return self._records.run(RunKind.REBUILD, begin, work, watching, self._lease_wait)

    def increment(self, *, also: Sequence[str] = (), watching: Watching | None = None) -> Run:
        """Write what changed since the last increment, and the ids `also`, into the live version.

        Raises NotServing without a live version, VersionOutdated when it was built from another
        definition: one version never holds documents of two.
        """

        def work(context: RunContext, version: IndexVersion) -> None:
            self._live.run(context, version, also)

        return self._records.run(RunKind.INCREMENT, self._current, work, watching, 0.0)

    def reconcile(
        self, *, allow_deletes: bool = False, watching: Watching | None = None
    ) -> tuple[Run, Drift]:
        """Compare the live version with the source, mend it, and tell how far it was off.

        Raises TooManyDeletes, NotServing or VersionOutdated.
        """
        found: list[Drift] = []

        def work(context: RunContext, version: IndexVersion) -> None:
            context.progress.start(self._parts.source.count())
            context.progress.phase("reconcile")
            reconcile = Reconcile(self._parts)
            drift = reconcile.run(context, version, allow_deletes=allow_deletes)
            context.drift = drift.total
            found.append(drift)

        run = self._records.run(RunKind.RECONCILE, self._current, work, watching, self._lease_wait)
        return run, found[0]

    def verify(
        self,
        *,
        repair: bool = False,
        allow_deletes: bool = False,
        watching: Watching | None = None,
    ) -> tuple[Run, Drift]:
        """Compare sums of the live version's documents with sums of the source's rows.

        Only where they differ are rows looked at; with `repair`, what is wrong is mended. Raises
        TooManyDeletes, NotServing or VersionOutdated.
        """
        found: list[Drift] = []

        def work(context: RunContext, version: IndexVersion) -> None:
            verify = Verify(self._parts, self._live.run)
            drift = verify.run(context, version, repair=repair, allow_deletes=allow_deletes)
            context.drift = drift.total
            found.append(drift)

        run = self._records.run(RunKind.VERIFY, self._current, work, watching, self._lease_wait)
        return run, found[0]

    def rollback(self, version: str | None = None, *, watching: Watching | None = None) -> Run:
        """Make the version before the live one (or the one named) live, then bring it up to date.

        Raises UnknownVersion, or GateRefused for one that never passed its gate. A version of
        another definition goes live as it is, and stays so until the definition is put back.
        """

        def begin(_: HeldLease) -> IndexVersion:
            return self._chosen(version)

        def work(context: RunContext, target: IndexVersion) -> None:
            context.check(fresh=True)
            self._store.swap(target)
            if self._store.live(self.index) != target:
                raise EngineError(f"the alias of '{self.index}' does not read back as {target}")
            if self._outdated.covers(target):
                _log.warning("%s is of another definition: it is served, and not fed", target)
                return
            self._live.run(context, target)

        return self._records.run(RunKind.INCREMENT, begin, work, watching, self._lease_wait)

    def plan(self) -> Plan:
        """What it takes to bring the index to what its files say; writes nothing."""
        return self._planner.plan()

    def refuse_stale(self, plan: Plan) -> None:
        """Raises StalePlan where the plan is no more what would happen now."""
        self._planner.refuse_stale(plan)

    def dry_run(self, watching: Watching | None = None) -> DryRun:
        """Read every row, write nothing, and say whether a rebuild would pass its gate."""
        return dry_run(self._parts, watching or Watching())

    def restate(self, plan: Plan | None = None) -> bool:
        """Let the live version follow its files where that asks for no rebuild; whether it did.

        Raises StalePlan where the `plan` is no more what would happen now.
        """
        with self._lease():
            if plan is not None:
                self._planner.refuse_stale(plan)
            live = self._store.live(self.index)
            if (
                live is None
                or self._outdated.covers(live)
                or self._store.recipe(live) == self.recipe
            ):
                return False
            self._store.restate(live, self.recipe)
            return True

    def prune(self) -> list[IndexVersion]:
        """Drop all but the live version and those to keep; which ones were dropped."""
        with self._lease():
            return prune(self._store, self._state, self.index, self._parts.settings.keep_versions)

    def trace(self, id: str) -> Trace:
        """What became of one row; takes no lease and writes nothing."""
        return trace(self._parts, id, outdated=self.outdated)

    def _lease(self) -> LeaseKeeper:
        seconds = self._parts.settings.lease_seconds
        return LeaseKeeper(self._state, self._clock, self.index, seconds, wait=self._lease_wait)

    # --- what is there ---------------------------------------------------------------------------

    def versions(self) -> list[VersionInfo]:
        """Oldest first, unfinished and refused ones too."""
        return self._store.versions(self.index)

    def last_run(self, kind: RunKind) -> Run | None:
        """The newest run of that kind, running or not."""
        return next(iter(self._state.runs(self.index, 1, kind)), None)

    @property
    def serving(self) -> bool:
        """Whether a live version exists."""
        return self._store.live(self.index) is not None

    @property
    def unfinished(self) -> str | None:
        """The version of a rebuild that was begun and can be gone on with."""
        found = resumable(self._store, self._state, self.index, self.recipe.hash)
        return None if found is None else found[0].name

    @property
    def outdated(self) -> bool:
        """Whether the live version was built from another definition: it needs a rebuild."""
        live = self._store.live(self.index)
        return live is not None and self._outdated.covers(live)

    def refuse_superseded(self) -> None:
        """Raises VersionOutdated where others have applied files since this process read them."""
        live = self._store.live(self.index)
        if live is not None and self._outdated.supersedes(live):
            raise self._outdated.error(live)

    def _current(self, _: HeldLease) -> IndexVersion:
        live = self._store.live(self.index)
        if live is None:
            raise NotServing(f"index '{self.index}' has no live version", hint="rebuild it first")
        if self._outdated.covers(live):
            raise self._outdated.error(live)
        return live

    def _chosen(self, name: str | None) -> IndexVersion:
        """The version to roll back to."""
        live = self._store.live(self.index)
        ready = complete(self._store, self._state, self.index)
        if name is None:
            older = [version for version in ready if live is None or version < live]
            if not older:
                raise UnknownVersion(
                    f"index '{self.index}' has no earlier version",
                    hint="versions are kept as indexing.keep_versions says",
                )
            return older[-1]
        known = {info.version.name: info.version for info in self.versions()}
        if name not in known:
            message = f"index '{self.index}' has no version '{name}'"
            raise UnknownVersion(message, hint=nearest(name, known))
        if known[name] != live and known[name] not in ready:
            raise GateRefused(f"{name} never passed its gate", hint="rebuild the index instead")
        return known[name]

    def _feeder(self, context: RunContext) -> Callable[[], None]:
        """Runs the increments that fall due on the live version while another is being built."""
        live = self._store.live(self.index)
        every = parse_when(self.indexer.every) if self.indexer.every else None
        if live is None or not isinstance(every, Every) or self._outdated.covers(live):
            return no_feed
        last = time.monotonic()

        def feed() -> None:
            nonlocal last
            if time.monotonic() - last < every.seconds or self._store.live(self.index) != live:
                return
            self._records.increment_within(context, live, self._live.run)
            last = time.monotonic()

        return feed
