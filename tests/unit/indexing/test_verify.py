"""Verify: what differs is found through sums alone, and mended when asked."""

import pytest

from searchsvc.domain.document import Delete
from searchsvc.domain.run import Drift, RunKind, RunStatus
from searchsvc.errors import NotServing, TooManyDeletes, VersionOutdated


def built(world, rows: int = 30):
    """A runner whose live version equals a table of so many rows."""
    world.fill(rows)
    runner = world.runner()
    runner.rebuild()
    world.table.tick(10)
    runner.increment()
    world.table.listed = 0
    return runner


def test_equal_sides_are_equal_by_their_sums(world) -> None:
    """No row is listed, and none is read but those of the increment's overlap."""
    runner = built(world)
    run, drift = runner.verify()
    assert drift == Drift()
    assert (run.kind, run.status, run.drift) == (RunKind.VERIFY, RunStatus.SUCCEEDED, 0)
    assert world.table.listed == 0


def damage(world) -> None:
    """One row updated without its watermark, one deleted, one document too few."""
    world.table.put_silently("0003", "other")
    world.table.remove("0007")
    live = world.store.live("shop")
    with world.store.writer(live) as writer:
        writer.write([Delete("0011", world.table.clock + 1)])
        writer.commit()


def test_drift_is_found_and_left(world) -> None:
    """Without repair nothing is written, and the run says how much is off."""
    runner = built(world)
    damage(world)
    before = world.held()
    run, drift = runner.verify()
    assert drift == Drift(missing=1, different=1, extra=1)
    assert run.drift == 3
    assert world.held() == before != world.wanted()
    assert world.table.listed < 30


def test_drift_is_mended(world) -> None:
    """With repair the version equals its table, and the next look finds nothing."""
    runner = built(world)
    damage(world)
    run, drift = runner.verify(repair=True)
    assert drift.total == 3
    assert run.counts.balanced
    assert world.held() == world.wanted()
    assert runner.verify()[1] == Drift()


def test_what_merely_waited_is_no_drift(world) -> None:
    """A change that no increment has followed yet is followed first."""
    runner = built(world)
    world.table.put("0003", "changed")
    world.table.put("0099", "new")
    assert runner.verify()[1] == Drift()
    assert world.held() == world.wanted()


def test_changes_under_way_are_no_drift(world) -> None:
    """Rows that change between the sums and the look at them are followed, not reported."""
    runner = built(world)
    tallies, changes = world.table.tallies, iter(range(5))

    def meanwhile(width: int):
        found = tallies(width)
        for each in changes:
            world.table.put(f"{each:04}", f"changed {each}")
        return found

    world.table.tallies = meanwhile
    assert runner.verify()[1] == Drift()


def test_hidden_and_dead_rows_have_no_document(world) -> None:
    """Neither counts as missing."""
    world.table.put("0500", hidden=True)
    world.table.put("0501", price="x")
    runner = built(world)
    assert runner.verify()[1] == Drift()


def test_many_deletes_need_a_word(world) -> None:
    """The guard holds everything back, until the operator allows it."""
    runner = built(world, 300)
    for each in range(150):
        world.table.remove(f"{each:04}")
    with pytest.raises(TooManyDeletes, match="nothing was repaired"):
        runner.verify(repair=True)
    assert len(world.held()) == 300
    assert runner.verify()[1].extra == 150
    runner.verify(repair=True, allow_deletes=True)
    assert world.held() == world.wanted()


def test_an_emptied_source_empties_no_index_unasked(world) -> None:
    """However few the documents are: a table that is gone or unreadable looks just so."""
    runner = built(world, 5)
    world.table.rows_by_id.clear()
    with pytest.raises(TooManyDeletes, match="the source has no row, and the index 5 documents"):
        runner.verify(repair=True)
    assert len(world.held()) == 5
    runner.verify(repair=True, allow_deletes=True)
    assert world.held() == {}


def test_it_needs_a_version_of_the_definition(world) -> None:
    """There must be one, built from what the files say now."""
    with pytest.raises(NotServing):
        world.runner().verify()
    built(world)
    with pytest.raises(VersionOutdated):
        world.runner("h2").verify()
