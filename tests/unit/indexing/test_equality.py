"""Whatever happens in whatever order: once it settles, index and table are equal."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from searchsvc.domain.run import RunKind, RunStatus
from searchsvc.errors import (
    DeadLetterLimit,
    GateRefused,
    TooManyDeletes,
    UnknownVersion,
    VersionOutdated,
)
from searchsvc.settings import Indexing as Settings
from tests.support.engines import open_elastic

IDS = st.sampled_from([f"{n:02}" for n in range(25)])
NAMES = st.sampled_from(["red", "blue", "green"])
POINTS = st.sampled_from(
    [
        "page-read",
        "before-commit",
        "after-commit",
        "before-checkpoint",
        "after-checkpoint",
        "before-watermark",
        "after-watermark",
        "before-swap",
        "after-swap",
        "before-prune",
    ]
)


class Indexing(RuleBasedStateMachine):
    """A table and its index: changes, late commits, runs, crashes."""

    make_world: Callable[[], Any]

    @initialize()
    def begin(self) -> None:
        self.world = self.make_world()
        self.world.settings = Settings(max_dead_ratio=0.5, checkpoint_seconds=0)
        self.world.fill(6)
        self.hash = "h1"
        self.runner = self.world.runner(self.hash)

    # --- the application ---------------------------------------------------------------------

    @rule(id=IDS, name=NAMES, hidden=st.booleans())
    def put(self, id: str, name: str, hidden: bool) -> None:
        self.world.table.put(id, name, hidden=hidden)

    @rule(id=IDS, name=NAMES)
    def update_silently(self, id: str, name: str) -> None:
        if id in self.world.table.rows_by_id:
            self.world.table.put_silently(id, name)

    @rule(id=IDS)
    def poison(self, id: str) -> None:
        self.world.table.put(id, "poison", "x")

    @rule(id=IDS)
    def remove(self, id: str) -> None:
        self.world.table.remove(id)

    @rule(ids=st.lists(IDS, min_size=1, max_size=3), name=NAMES)
    def begin_transaction(self, ids: list[str], name: str) -> None:
        transaction = self.world.table.begin()
        for id in ids:
            self.world.table.put_in(transaction, id, name)

    @rule()
    def commit_oldest(self) -> None:
        if self.world.table.open:
            self.world.table.commit(self.world.table.open[0])

    @rule(seconds=st.sampled_from([0.5, 3.0, 700.0]))
    def pass_time(self, seconds: float) -> None:
        self.world.table.tick(seconds)
        self.world.clock.move(seconds)

    # --- the runs ----------------------------------------------------------------------------

    @rule()
    def increment(self) -> None:
        if self.runner.serving:
            self._run(self.runner.increment)

    @rule(allow=st.booleans())
    def reconcile(self, allow: bool) -> None:
        if self.runner.serving:
            self._run(lambda: self.runner.reconcile(allow_deletes=allow))

    @rule(repair=st.booleans())
    def verify(self, repair: bool) -> None:
        if self.runner.serving:
            self._run(lambda: self.runner.verify(repair=repair))

    @rule()
    def change_the_definition(self) -> None:
        """From now on documents are made otherwise; what stands is of another definition."""
        self.hash = "h2" if self.hash == "h1" else "h1"
        self.runner = self.world.runner(self.hash)

    @rule()
    def rebuild(self) -> None:
        self._run(lambda: self.runner.rebuild(allow_empty=True))

    @rule()
    def roll_back(self) -> None:
        self._run(self.runner.rollback)

    @rule(point=POINTS, id=IDS, name=NAMES)
    def change_at(self, point: str, id: str, name: str) -> None:
        """The next run meets a change right there."""
        self.world.at(point, lambda: self.world.table.put(id, name))

    @rule(point=POINTS, id=IDS)
    def remove_at(self, point: str, id: str) -> None:
        """The next run meets a hard delete right there."""
        self.world.at(point, lambda: self.world.table.remove(id))

    @rule(point=POINTS)
    def crash_at(self, point: str) -> None:
        """The next run dies right there."""
        self.world.crash_at(point)

    def _run(self, run) -> None:
        """Runs may be refused or die; another process comes after one that died."""
        try:
            run()
        except self.world.Crash:
            self.world.clock.move(60)
            self.runner = self.world.runner(self.hash)
        except (DeadLetterLimit, GateRefused, TooManyDeletes, UnknownVersion, VersionOutdated):
            pass

    # --- what must hold ----------------------------------------------------------------------

    @invariant()
    def every_finished_run_adds_up(self) -> None:
        for run in self.world.state.runs("shop", 500):
            if run.status in {RunStatus.SUCCEEDED, RunStatus.DEGRADED}:
                assert run.counts.balanced

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self._settle()
        world = self.world
        poisoned = world.poisoned()
        held = {id: each for id, each in world.held().items() if id not in poisoned}
        assert held == world.wanted()
        letters = {letter.id for letter in world.state.dead_letters("shop", 100)}
        assert letters == poisoned
        self._check_leftovers()

    def _check_leftovers(self) -> None:
        """Beside complete versions there is at most one: refused by the gate, or to go on with."""
        begun = self.world.state.checkpoint("shop")
        left = [
            info.version.name
            for info in self.runner.versions()
            if not info.live and self.world.state.watermark(info.version.name) is None
        ]
        last = self.runner.last_run(RunKind.REBUILD)
        may_stay = {last.version} if "gate_refused" in last.error else set()
        may_stay |= {begun.version} if begun else set()
        assert set(left) <= may_stay
        assert len(left) <= 1

    def _settle(self) -> None:
        """Writes stop; one increment and one repair are all it takes."""
        world = self.world
        world.failpoints.actions.clear()
        while world.table.open:
            world.table.commit(world.table.open[0])
        world.clock.move(60)
        self.runner = world.runner(self.hash)
        if not self._is_ready():
            self._run(lambda: self.runner.rebuild(allow_empty=True, allow_change=True))
        if not self._is_ready():
            world.settings = Settings(max_dead_ratio=1.0)
            world.table.put("99", "one good row")
            self.runner = world.runner(self.hash)
            self.runner.rebuild(allow_change=True)
        self.runner.increment()
        self.runner.verify(repair=True, allow_deletes=True)

    def _is_ready(self) -> bool:
        return self.runner.serving and not self.runner.outdated


@pytest.mark.timeout(300)
def test_the_same_on_a_real_server(new_world, server_url):
    """Fewer and shorter histories on OpenSearch, where each step takes its time."""
    with ExitStack() as stack:

        def make_world() -> Any:
            world = new_world()
            opened = open_elastic("opensearch", server_url("opensearch"))
            world.store, _ = stack.enter_context(opened)
            return world

        case = type("Case", (Indexing,), {"make_world": staticmethod(make_world)}).TestCase
        case.settings = settings(max_examples=8, stateful_step_count=20, deadline=None)
        case("runTest").runTest()


@pytest.mark.timeout(600)
def test_index_and_table_are_equal_after_any_history(new_world):
    """Hypothesis plays application, operator and power cut."""
    case = type("Case", (Indexing,), {"make_world": staticmethod(new_world)}).TestCase
    case.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
    case("runTest").runTest()
