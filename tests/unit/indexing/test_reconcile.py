"""A reconcile finds every difference, and never deletes what it has not seen to be gone."""

import pytest

from searchsvc.domain.run import Counts, RunKind, RunStatus
from searchsvc.errors import TooManyDeletes
from searchsvc.indexing.reconcile import Drift


@pytest.fixture
def built(world):
    """A world of 150 old rows with a live version."""
    world.fill(150)
    world.table.tick(3600)
    world.built = world.runner()
    world.built.rebuild()
    world.table.tick(3600)
    return world


def test_an_equal_index_is_left_alone(built):
    """Everything is unchanged, nothing is committed, and the second walk is spared."""
    built.failpoints.seen.clear()
    run, drift = built.built.reconcile()
    assert drift == Drift()
    assert run.counts == Counts(read=150, unchanged=150)
    assert "before-commit" not in built.failpoints.seen


def test_silent_changes_and_hard_deletes_are_found(built):
    """Failures 8 and 9: what leaves no trace in the watermark column is seen all the same."""
    built.table.put_silently("0001", "changed")
    built.table.remove("0002")
    built.table.rows_by_id["0300"] = {**built.table.rows_by_id["0003"], "id": "0300"}
    built.built.increment()
    assert built.held() != built.wanted()
    run, drift = built.built.reconcile()
    assert drift == Drift(missing=1, different=1, extra=1)
    assert drift.total == run.counts.indexed + run.counts.deleted
    assert built.held() == built.wanted()


def test_a_row_that_was_hidden_in_silence_is_deleted(built):
    """The soft-delete column counts without the watermark."""
    built.table.rows_by_id["0001"]["deleted"] = 1
    _, drift = built.built.reconcile()
    assert drift == Drift(extra=1)
    assert built.held() == built.wanted()


def test_too_many_deletes_delete_nothing(built):
    """Failure 10: half the rows are gone, and the index keeps its documents."""
    for each in range(120):
        built.table.remove(f"{each:04}")
    built.table.put_silently("0130", "changed")
    with pytest.raises(TooManyDeletes, match="--allow-deletes"):
        built.built.reconcile()
    assert len(built.held()) == 150
    assert built.held()["0130"] == built.wanted()["0130"]
    last = built.built.last_run(RunKind.RECONCILE)
    assert (last.status, last.counts.deleted) == (RunStatus.FAILED, 0)
    _, drift = built.built.reconcile(allow_deletes=True)
    assert drift.extra == 120
    assert built.held() == built.wanted()


def test_too_many_hidden_rows_are_deletes_like_others(built):
    """A slip that hides the whole table does not empty the index."""
    for row in built.table.rows_by_id.values():
        row["deleted"] = 1
    with pytest.raises(TooManyDeletes):
        built.built.reconcile()
    assert len(built.held()) == 150
    built.built.reconcile(allow_deletes=True)
    assert built.held() == {}


def test_an_empty_source_deletes_not_even_a_small_index(world):
    """Failure 10: fewer documents than the guard's minimum are guarded as well."""
    world.fill(5)
    runner = world.runner()
    runner.rebuild()
    rows, world.table.rows_by_id = world.table.rows_by_id, {}
    with pytest.raises(TooManyDeletes, match="no row"):
        runner.reconcile()
    assert len(world.held()) == 5
    world.table.rows_by_id = rows
    _, drift = runner.reconcile()
    assert drift == Drift()


def test_a_source_that_breaks_off_deletes_nothing(built):
    """Failure 10: deletes come only after a complete walk."""
    for each in range(10):
        built.table.remove(f"{each:04}")

    def cut() -> None:
        built.table.down = True

    built.at("page-read", cut)
    with pytest.raises(Exception, match="does not answer"):
        built.built.reconcile()
    assert len(built.held()) == 150


def test_a_row_that_comes_back_during_the_walk_is_kept(built):
    """A delete is decided by a read that is later than the look at the index."""
    row = built.table.rows_by_id["0001"]
    built.table.remove("0001")
    built.table.put_silently("0149", "so that there is a commit")
    built.at("after-commit", lambda: built.table.rows_by_id.update({"0001": row}))
    built.built.reconcile()
    assert built.held() == built.wanted()


def test_dead_rows_are_counted_apart_and_keep_their_document(built):
    """A row that cannot be indexed now is no reason to lose what is there."""
    built.table.rows_by_id["0001"]["price"] = "x"
    run, drift = built.built.reconcile()
    assert drift == Drift()
    assert run.counts == Counts(read=150, unchanged=149, dead=1)
    assert "0001" in built.held()


def test_letters_of_rows_that_are_gone_are_resolved(built):
    """A dead row that was never indexed leaves with its letter."""
    built.table.put("0900", "bad", "x")
    built.built.increment()
    assert len(built.state.dead_letters("shop")) == 1
    built.table.remove("0900")
    built.built.reconcile()
    assert built.state.dead_letters("shop") == []


def test_memory_does_not_grow_with_the_deletes(built):
    """Without a guard, doomed ids are written page by page."""
    for each in range(140):
        built.table.remove(f"{each:04}")
    built.failpoints.seen.clear()
    run, _ = built.built.reconcile(allow_deletes=True)
    assert run.counts.deleted == 140
    assert built.held() == built.wanted()


def test_a_second_reconcile_finds_nothing(built):
    """What was mended stays mended."""
    built.table.put_silently("0001", "changed")
    built.table.remove("0002")
    built.built.reconcile()
    _, drift = built.built.reconcile()
    assert drift == Drift()
