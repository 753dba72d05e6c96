"""Records of runs: counts that add up, statuses that are earned, one run at a time."""

from threading import Event, Thread

import pytest

from searchsvc.domain.document import Outcome, WriteResult
from searchsvc.domain.run import RunKind, RunProgress, RunStatus
from searchsvc.engines.memory import MemoryStore
from searchsvc.errors import EngineError, LeaseHeld, SearchsvcError, SourceError, StateError
from searchsvc.indexing.records import describe
from searchsvc.stores.memory import MemoryStateStore


class DeafStore(MemoryStateStore):
    """A state store that takes no progress."""

    def set_progress(self, run, progress):
        raise StateError(f"gone for a moment: {run.id} {progress.phase}")


class Forgetful(MemoryStore):
    """An engine that answers for one write less than it was given."""

    def writer(self, version, *, append=False):
        inner = super().writer(version, append=append)

        class Writer:
            def __enter__(self):
                self.real = inner.__enter__()
                return self

            def __exit__(self, *error):
                return inner.__exit__(*error)

            def write(self, writes):
                return self.real.write(writes)[:-1]

            def commit(self, *, found=True):
                return self.real.commit(found=found)

        return Writer()


class Refusing(MemoryStore):
    """An engine that refuses documents of one id."""

    refused = "0002"

    def writer(self, version, *, append=False):
        inner = super().writer(version, append=append)
        refused = self.refused

        class Writer:
            def __enter__(self):
                self.real = inner.__enter__()
                return self

            def __exit__(self, *error):
                return inner.__exit__(*error)

            def write(self, writes):
                good = iter(self.real.write([w for w in writes if w.id != refused]))
                dead = WriteResult(refused, Outcome.DEAD, "price: 'x' is too long")
                return [dead if write.id == refused else next(good) for write in writes]

            def commit(self, *, found=True):
                return self.real.commit(found=found)

        return Writer()


class Late(MemoryStore):
    """An engine whose writes are under way until the commit, and end in another order."""

    def writer(self, version, *, append=False):
        inner = super().writer(version, append=append)

        class Writer:
            def __enter__(self):
                self.real, self.owed = inner.__enter__(), []
                return self

            def __exit__(self, *error):
                return inner.__exit__(*error)

            def write(self, writes):
                self.owed = self.real.write(writes) + self.owed
                return []

            def commit(self, *, found=True):
                return [*self.owed, *self.real.commit(found=found)]

        return Writer()


def test_results_may_come_with_the_commit(world):
    """Writes that were under way are counted when their results come, each by its id."""
    world.fill(6)
    world.store = Late()
    run = world.runner().rebuild()
    assert run.status is RunStatus.SUCCEEDED
    assert run.counts.indexed == 6
    assert run.counts.balanced
    assert len(world.held()) == 6


def test_an_engine_that_forgets_a_write_fails_the_run(world):
    """Failure 56: a run is not done because nothing was raised."""
    world.fill(5)
    world.store = Forgetful()
    runner = world.runner()
    with pytest.raises(EngineError, match="no result for 2 writes"):
        runner.rebuild()
    assert runner.last_run(RunKind.REBUILD).status is RunStatus.FAILED


def test_a_document_that_the_engine_refuses_is_a_dead_letter(world):
    """It harms no other, and the run is degraded."""
    world.fill(5)
    world.store = Refusing()
    run = world.runner().rebuild()
    assert run.status is RunStatus.DEGRADED
    assert set(world.held()) == {"0000", "0001", "0003", "0004"}
    (letter,) = world.state.dead_letters("shop")
    assert letter.reason == "price: '…' is too long"


def test_every_run_adds_up(world):
    """Failure 56: what was read is indexed, deleted, unchanged, stale or dead."""
    world.fill(20)
    runner = world.runner()
    runner.rebuild()
    world.table.put("0001", "changed")
    world.table.put("0002", "bad", "x")
    runner.increment()
    world.table.remove("0003")
    runner.reconcile()
    runner.rebuild()
    runner.rollback()
    runs = world.state.runs("shop")
    assert len(runs) == 5
    assert all(run.counts.balanced and run.finished for run in runs)


def test_a_run_left_open_by_a_dead_process_is_closed_by_the_next(world):
    """Its record says abandoned, whatever kind it was."""
    world.fill(5)
    world.crash_at("before-swap")
    with pytest.raises(world.Crash):
        world.runner().rebuild()
    world.clock.move(60)
    runner = world.runner()
    assert runner.last_run(RunKind.REBUILD).status is RunStatus.RUNNING
    runner.rebuild()
    statuses = [run.status for run in world.state.runs("shop")]
    assert statuses == [RunStatus.SUCCEEDED, RunStatus.ABANDONED]
    assert len(runner.versions()) == 1


def test_of_two_runners_at_once_one_is_refused(world):
    """Failures 51 and 53: runs of one index never overlap."""
    world.fill(5)
    inside, go_on = Event(), Event()

    def wait() -> None:
        inside.set()
        assert go_on.wait(10)

    world.at("before-swap", wait)
    first = Thread(target=world.runner().rebuild)
    first.start()
    assert inside.wait(10)
    with pytest.raises(LeaseHeld):
        world.runner().rebuild()
    go_on.set()
    first.join()
    assert world.held() == world.wanted()
    assert len(world.state.runs("shop")) == 1


def test_pruning_on_demand_keeps_the_live_version_and_the_newest(world):
    """And says which ones went."""
    world.fill(2)
    runner = world.runner()
    for _ in range(3):
        runner.rebuild()
    assert runner.prune() == []
    world.settings = type(world.settings)(keep_versions=0)
    dropped = world.runner().prune()
    assert len(dropped) == 2
    assert [info.live for info in runner.versions()] == [True]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            SourceError("cannot reach mysql://a:pw@h/d"),
            "source_error: cannot reach mysql://****@h/d",
        ),
        (KeyError("jane@example.com"), "internal: KeyError"),
        (SearchsvcError("odd", hint="look"), "internal: odd; look"),
    ],
)
def test_errors_are_stored_without_secrets_and_rows(error, text):
    """Passwords are masked, and messages of errors that are not ours are left out."""
    assert describe(error) == text


def test_a_run_tells_the_state_store_how_far_it_is(world):
    """Rows of the table, done and in all, with each step."""
    world.fill(10)
    told = []
    world.at("before-commit", lambda: told.append(world.state.runs("shop")[0].progress))
    world.at("before-prune", lambda: told.append(world.state.runs("shop")[0].progress))
    world.runner().rebuild()
    assert told == [RunProgress("copy", 0, 10), RunProgress("prune", 10, 10)]
    assert world.state.runs("shop")[0].progress is None


def test_progress_that_cannot_be_told_stops_no_run(world):
    """What must be recorded is recorded elsewhere."""
    world.fill(10)
    world.state = DeafStore(world.clock)
    run = world.runner().rebuild()
    assert (run.status, run.progress) == (RunStatus.SUCCEEDED, None)
