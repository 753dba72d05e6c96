"""A rollback is instant, and then brings the version up to date from its own watermark."""

import pytest

from searchsvc.domain.run import RunKind
from searchsvc.errors import GateRefused, UnknownVersion


@pytest.fixture
def twice(world):
    """A world with two complete versions."""
    world.fill(10)
    world.built = world.runner()
    world.built.rebuild()
    world.table.tick(3600)
    world.built.rebuild()
    return world


def test_the_previous_version_goes_live_and_catches_up(twice):
    """Changes made since it was live last are in it."""
    first, second = (info.version for info in twice.built.versions())
    twice.table.put("0001", "changed")
    twice.built.increment()
    twice.table.tick(3600)
    run = twice.built.rollback()
    assert twice.store.live("shop") == first
    assert run.version == first.name
    assert twice.held() == twice.wanted()
    twice.built.rollback(second.name)
    assert twice.store.live("shop") == second
    twice.table.put("0002", "changed too")
    twice.built.increment()
    assert twice.held() == twice.wanted()


def test_without_an_earlier_version_there_is_nothing_to_roll_back_to(world):
    """The error says why."""
    world.fill(2)
    runner = world.runner()
    runner.rebuild()
    with pytest.raises(UnknownVersion, match="no earlier version"):
        runner.rollback()


def test_an_unknown_name_gets_the_nearest(twice):
    """A slip of the pen is told apart from a pruned version."""
    name = twice.built.versions()[1].version.name
    with pytest.raises(UnknownVersion, match=f"did you mean '{name}'"):
        twice.built.rollback(f"{name}2")


def test_a_refused_version_cannot_be_rolled_to(twice):
    """What the gate held back stays back."""
    twice.fill(300)
    with pytest.raises(GateRefused):
        twice.built.rebuild()
    refused = twice.built.versions()[-1].version
    with pytest.raises(GateRefused, match="never passed"):
        twice.built.rollback(refused.name)


def test_a_version_of_another_definition_is_served_and_not_fed(twice):
    """Back to the old definition: it goes live at once, as it is."""
    other = twice.runner("h2")
    other.rebuild()
    twice.table.put("0001", "changed")
    twice.table.tick(3600)
    before = twice.built.versions()[-2].version
    held = dict(twice.store.digests(before, ["0001"]))
    other.rollback()
    assert twice.store.live("shop") == before
    assert twice.store.digests(before, ["0001"]) == held
    assert other.outdated


@pytest.mark.parametrize("name", ["before-watermark", "page-read"])
def test_a_crash_in_the_catch_up_is_healed_by_the_next_increment(twice, name):
    """The alias has moved, and the watermark is the old one."""
    twice.table.put("0001", "changed")
    twice.crash_at(name)
    with pytest.raises(twice.Crash):
        twice.built.rollback()
    twice.clock.move(60)
    twice.runner().increment()
    assert twice.held() == twice.wanted()
    assert twice.runner().last_run(RunKind.INCREMENT).counts.read > 0


CRASHES = [
    "page-read",
    "before-commit",
    "after-commit",
    "before-swap",
    "after-swap",
    "before-prune",
]


@pytest.mark.parametrize("name", CRASHES)
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_a_rebuild_that_crashes_leaves_a_whole_index_and_no_orphan(twice, name, nth):
    """At the first, second, … passing of each failpoint; then one increment sets all right."""
    left = nth

    def crash() -> None:
        nonlocal left
        left -= 1
        twice.table.put("0003", f"changed at {name} {left}")
        if left == 0:
            twice.crash(name)

    twice.failpoints.actions[name] = crash
    before = set(twice.held())
    try:
        twice.built.rebuild()
    except twice.Crash:
        assert set(twice.held()) == before
    twice.failpoints.actions.clear()
    twice.clock.move(60)
    next_process = twice.runner()
    next_process.increment()
    assert twice.held() == twice.wanted()
    for info in twice.store.versions("shop"):
        assert info.live or is_kept(twice, info.version.name)
    next_process.rebuild()
    assert len(twice.store.versions("shop")) <= 3
    assert twice.held() == twice.wanted()
    complete = twice.state.watermark
    assert all(complete(info.version.name) for info in twice.store.versions("shop"))


def is_kept(world, version: str) -> bool:
    """Whether a version that is not live can be rolled back to, or a rebuild gone on with."""
    checkpoint = world.state.checkpoint("shop")
    begun = checkpoint is not None and checkpoint.version == version
    return begun or world.state.watermark(version) is not None
