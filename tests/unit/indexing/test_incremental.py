"""Increments lose no change, repeat none at a cost, and never move a watermark too far."""

import pytest

from searchsvc.domain.run import Counts, RunKind, RunStatus
from searchsvc.errors import EngineError, NotServing, SourceUnreachable, VersionOutdated
from searchsvc.indexing.records import Watching


@pytest.fixture
def built(world):
    """A world of ten old rows with a live version."""
    world.fill(10)
    world.table.tick(3600)
    world.built = world.runner()
    world.built.rebuild()
    world.table.tick(3600)
    world.failpoints.seen.clear()
    return world


def test_without_a_live_version_the_next_step_is_told(world):
    """An increment has nothing to bring up to date yet."""
    with pytest.raises(NotServing, match="rebuild"):
        world.runner().increment()


def test_inserts_updates_and_hidden_rows_are_followed(built):
    """What changed is written, what was hidden is gone, and nothing else is touched."""
    built.table.put("0001", "changed")
    built.table.put("0002", hidden=True)
    built.table.put("0050", "new")
    run = built.built.increment()
    assert built.held() == built.wanted()
    assert run.counts == Counts(read=3, indexed=2, deleted=1)
    assert run.kind is RunKind.INCREMENT


def test_an_increment_without_changes_commits_nothing(built):
    """Commits are what costs, and there is nothing to make durable."""
    run = built.built.increment()
    assert run.counts == Counts()
    assert "before-commit" not in built.failpoints.seen
    assert run.status is RunStatus.SUCCEEDED


def test_the_overlap_is_read_again_and_written_once(built):
    """A repeat within the overlap is counted as unchanged, and is not committed."""
    built.table.put("0001", "changed")
    assert built.built.increment().counts == Counts(read=1, indexed=1)
    built.failpoints.seen.clear()
    assert built.built.increment().counts == Counts(read=1, unchanged=1)
    assert "before-commit" not in built.failpoints.seen


def test_a_deleted_row_within_the_overlap_is_deleted_once(built):
    """The repeat of a delete costs no commit either."""
    built.table.put("0001", hidden=True)
    assert built.built.increment().counts == Counts(read=1, deleted=1)
    assert built.built.increment().counts == Counts(read=1, unchanged=1)


def test_what_another_process_wrote_in_between_is_not_taken_for_known(built):
    """Changed there and changed back: the memory of this process is worth nothing then."""
    built.table.put("0001", "one")
    built.built.increment()
    built.table.put("0001", "two")
    built.runner().increment()
    built.table.put("0001", "one", 1)
    built.built.increment()
    assert built.held() == built.wanted()


def test_rows_of_the_watermark_instant_are_not_missed(built):
    """Failure 1: the bound is inclusive and overlaps, so ties with the watermark are read."""
    built.built.increment()
    watermark = built.state.watermark(built.store.live("shop").name)
    for each in ("0060", "0061", "0062", "0063", "0064"):
        built.table.put(each)
        built.table.rows_by_id[each]["updated_at"] = watermark
    built.built.increment()
    assert built.held() == built.wanted()


def test_a_late_commit_with_an_early_time_is_caught(built):
    """Failure 2: the watermark stays behind a transaction that is open, however long it is."""
    late = built.table.begin()
    built.table.put_in(late, "0070", "late")
    for _ in range(5):
        built.table.tick(600)
        built.table.put("0001", "in time")
        built.built.increment()
    assert "0070" not in built.held()
    built.table.commit(late)
    built.built.increment()
    assert built.held() == built.wanted()


def test_without_a_view_of_transactions_the_overlap_covers_late_commits(built):
    """Failure 2, poorer account: a commit later than its time by less than the overlap."""
    built.table.sees_transactions = False
    late = built.table.begin()
    built.table.put_in(late, "0070", "late")
    built.table.tick(500)
    built.built.increment()
    built.table.commit(late)
    built.built.increment()
    assert built.held() == built.wanted()


def test_a_clock_that_is_set_back_loses_nothing(built):
    """Reads still count as newer, and changes dated before the watermark are read."""
    built.table.put("0001", "before")
    built.built.increment()
    built.table.tick(-3600)
    for each in range(3):
        built.table.put("0001", f"after {each}")
        built.table.put("0002", f"after {each}")
        built.built.increment()
        built.table.tick(30)
    assert built.held() == built.wanted()


def test_the_watermark_moves_only_once_the_writes_are_durable(built):
    """Failure 23: a commit that fails leaves it where it was, and the next increment repeats."""
    name = built.store.live("shop").name
    before = built.state.watermark(name)
    built.table.put("0001", "changed")

    def fail() -> None:
        raise EngineError("the disk is full")

    built.at("before-commit", fail)
    with pytest.raises(EngineError):
        built.built.increment()
    assert built.state.watermark(name) == before
    assert built.built.last_run(RunKind.INCREMENT).status is RunStatus.FAILED
    built.built.increment()
    assert built.held() == built.wanted()
    assert built.state.watermark(name) > before


@pytest.mark.parametrize(
    "name", ["page-read", "before-commit", "after-commit", "before-watermark", "after-watermark"]
)
def test_a_crash_at_any_point_is_healed_by_the_next_increment(built, name):
    """The process dies there; the next one abandons its run and finishes the work."""
    built.table.put("0001", "changed")
    built.table.put("0002", hidden=True)
    built.crash_at(name)
    with pytest.raises(built.Crash):
        built.built.increment()
    built.clock.move(60)
    built.runner().increment()
    assert built.held() == built.wanted()


def test_poison_is_a_dead_letter_until_it_is_mended(built):
    """Failure 21: the watermark moves on, and a later success resolves the letter."""
    built.table.put("0001", "bad", "x")
    built.table.put("0002", "good")
    assert built.built.increment().status is RunStatus.DEGRADED
    assert [letter.id for letter in built.state.dead_letters("shop")] == ["0001"]
    built.table.put("0001", "mended", 5)
    assert built.built.increment().status is RunStatus.SUCCEEDED
    assert built.state.dead_letters("shop") == []
    assert built.held() == built.wanted()


def test_many_poison_rows_stop_no_increment(built):
    """Two hundred dead rows are two hundred letters, and the other rows are indexed."""
    for each in range(200):
        built.table.put(f"1{each:04}", "bad", "x")
    built.table.put("0001", "changed")
    run = built.built.increment()
    assert run.counts.dead == 200
    assert run.counts.indexed == 1
    assert len(built.held()) == 10


def test_a_version_of_another_definition_is_not_fed(built):
    """One version never holds documents of two definitions."""
    built.table.put("0001", "changed")
    other = built.runner("h2")
    assert other.outdated
    assert not built.built.outdated
    with pytest.raises(VersionOutdated, match="rebuild"):
        other.increment()
    with pytest.raises(VersionOutdated):
        other.reconcile()
    other.rebuild()
    assert not other.outdated
    other.increment()
    assert built.held() == built.wanted()


def test_a_lost_state_store_costs_a_full_read_and_no_row(built):
    """Without a watermark everything is read again from the start."""
    built.table.put("0001", "changed")
    built.state.forget_version(built.store.live("shop").name)
    run = built.built.increment()
    assert run.counts.read == 10
    assert built.held() == built.wanted()


def test_an_unreachable_source_fails_the_run_and_nothing_else(built):
    """The next increment, with the source back, catches up."""
    built.table.put("0001", "changed")
    built.table.down = True
    with pytest.raises(SourceUnreachable):
        built.built.increment()
    built.table.down = False
    built.built.increment()
    assert built.held() == built.wanted()


def test_a_row_changed_after_it_was_read_is_written_as_read_and_then_as_changed(built):
    """Failure 25: the later read wins, in that order."""
    built.table.put("0001", "one")
    built.at("page-read", lambda: built.table.put("0001", "two"))
    built.built.increment()
    built.built.increment()
    assert built.held() == built.wanted()


def test_an_old_read_does_not_undo_a_newer_one(built):
    """Failures 25 and 26: a read that was held back is stale, for a document and for a delete."""
    built.table.put("0001", "old")
    built.table.put("0002", "old")
    old = built.parts().reader.ids(["0001", "0002"])
    built.table.put("0001", "new")
    built.table.put("0002", hidden=True)
    built.built.increment()
    with built.store.writer(built.store.live("shop")) as writer:
        outcomes = [result.outcome.value for result in writer.write(old.writes)]
        writer.commit()
    assert outcomes == ["stale", "stale"]
    assert built.held() == built.wanted()


def test_a_stop_between_pages_keeps_the_watermark(built):
    """What was not read is read by the next increment."""
    for each in range(12):
        built.table.put(f"{each:04}", "changed")
    watching = Watching()
    built.at("page-read", watching.stop.set)
    with pytest.raises(Exception, match="stopped"):
        built.built.increment(watching=watching)
    built.built.increment()
    assert built.held() == built.wanted()


def test_a_row_that_is_named_twice_is_read_once(world):
    """By its watermark and by a joined table's statement, say."""
    world.fill(10)
    runner = world.runner()
    runner.rebuild()
    changed = world.table.changed
    world.table.changed = lambda since: [*changed(since), *changed(since)]
    world.table.tick(60)
    for each in range(6):
        world.table.put(f"{each:04}", "changed")
    run = runner.increment()
    assert (run.counts.read, run.counts.indexed) == (10, 6)
