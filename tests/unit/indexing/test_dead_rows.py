"""Rows that cannot be indexed: a few are dead letters, too many end the rebuild."""

import pytest

from searchsvc.domain.run import RunStatus
from searchsvc.errors import DeadLetterLimit, GateRefused


def names(world) -> list[str]:
    return [info.version.name for info in world.store.versions("shop")]


def test_poison_rows_become_dead_letters_and_the_rest_goes_live(world):
    """Failure 21: one bad row in ten stops nothing, and is known by id and reason."""
    world.fill(10)
    world.table.put("0004", "bad", "a dear price")
    run = world.runner().rebuild()
    assert run.status is RunStatus.DEGRADED
    assert run.counts.dead > 0
    assert "0004" not in world.held()
    assert len(world.held()) == 9
    (letter,) = world.state.dead_letters("shop")
    assert letter.id == "0004"
    assert "field 'price'" in letter.reason
    assert "dear" not in letter.reason


def test_too_many_dead_rows_are_refused_at_the_gate(world):
    """Six of ten are more than the half that this world allows."""
    world.fill(10)
    for each in range(6):
        world.table.put(f"{each:04}", "bad", "x")
    with pytest.raises(GateRefused, match="6 of 10 rows cannot be indexed"):
        world.runner().rebuild()


def test_a_mapping_that_fits_no_row_ends_the_copy_early(world):
    """Failure 15: when the first hundred rows are all dead, the rest is not read."""
    for each in range(400):
        world.table.put(f"{each:04}", "bad", "x")
    with pytest.raises(DeadLetterLimit, match="of the first 100 rows"):
        world.runner(page_size=50).rebuild()
    assert world.table.pages == 2
    assert world.store.live("shop") is None
    assert names(world) == []
    assert len(world.state.dead_letters("shop", 1000)) == 100


def test_a_few_rows_that_are_all_dead_end_it_too(world):
    """A small table does not slip below the hundred."""
    world.table.put("1", "bad", "x")
    with pytest.raises(DeadLetterLimit):
        world.runner().rebuild()


def test_a_later_rebuild_resolves_the_dead_letters_of_mended_and_gone_rows(world):
    """What can be indexed now, or is no more, is no dead letter."""
    world.fill(10)
    world.table.put("0004", "bad", "x")
    world.table.put("0005", "bad", "x")
    runner = world.runner()
    runner.rebuild()
    world.table.put_silently("0004", "still bad")
    world.table.rows_by_id["0004"]["price"] = 4
    world.table.remove("0005")
    run = runner.rebuild()
    assert run.status is RunStatus.SUCCEEDED
    assert world.state.dead_letters("shop") == []
    assert world.held() == world.wanted()


def test_a_row_that_dies_after_it_was_copied_does_not_upset_the_count(world):
    """Its earlier document stays, and the tally knows."""
    world.fill(10)
    world.at("before-commit", lambda: world.table.put("0002", "bad", "x"))
    run = world.runner().rebuild()
    assert run.status is RunStatus.DEGRADED
    assert len(world.held()) == 10
