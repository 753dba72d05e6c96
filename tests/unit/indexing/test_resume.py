"""A rebuild that did not get to its end is gone on with where it stopped."""

import pytest

from searchsvc.domain.run import RunStatus
from searchsvc.engines.memory import MemoryStore
from searchsvc.errors import GateRefused, RunStopped, SourceUnreachable
from searchsvc.indexing.runner import Watching
from searchsvc.settings import Indexing
from tests.unit.indexing.conftest import World


def runner(world: World, hash: str = "h1"):
    """A runner that saves a checkpoint after each page."""
    world.settings = Indexing(max_dead_ratio=0.5, checkpoint_seconds=0)
    return world.runner(hash)


def kill_rebuild(world: World, point: str = "after-checkpoint", passes: int = 3) -> None:
    """A rebuild dies where it passes `point`, and its lease runs out."""
    world.crash_after(point, passes)
    with pytest.raises(World.Crash):
        runner(world).rebuild()
    world.clock.move(3600)


POINTS = ["page-read", "before-commit", "after-commit", "before-checkpoint", "after-checkpoint"]
LATER = ["before-swap", "after-swap", "before-prune"]


@pytest.mark.parametrize("passes", [1, 2, 5])
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_copy_goes_on(world, point, passes) -> None:
    """Killed at any point of any page: one version in the end, equal to the table."""
    world.fill(30)
    kill_rebuild(world, point, passes)
    world.table.put("0003", "changed meanwhile")
    world.table.remove("0007")
    begun = world.state.checkpoint("shop")
    world.table.pages = 0

    run = runner(world).rebuild()

    assert run.status is RunStatus.SUCCEEDED
    assert world.held() == world.wanted()
    assert len(world.store.versions("shop")) == 1
    if begun is not None:
        assert run.version == begun.version
    if point == "after-checkpoint" and passes == 5:
        assert world.table.pages <= 4 + 8  # what was left, and one comparison for the deleted row


class Hiding(MemoryStore):
    """An engine that finds nothing but after a commit that asks for it."""

    found = True
    commits = 0

    def writer(self, version, *, append=False):
        store, inner = self, super().writer(version, append=append)

        class Writer:
            def __enter__(self):
                self.real = inner.__enter__()
                return self

            def __exit__(self, *error):
                return inner.__exit__(*error)

            def write(self, writes):
                return self.real.write(writes)

            def commit(self, *, found=True):
                store.found = found
                store.commits += not found
                return self.real.commit(found=found)

        return Writer()

    def count(self, version):
        return super().count(version) if self.found else 0


@pytest.mark.parametrize("passes", range(1, 10))
def test_a_copy_is_found_only_when_it_is_whole(world, passes) -> None:
    """Checkpoints ask for no more than durable writes; killed at any of them, all is found at
    the end, also where nothing was left to copy.
    """
    world.fill(30)
    world.store = store = Hiding()
    world.crash_after("after-checkpoint", passes)
    with pytest.raises(World.Crash):
        runner(world).rebuild()
    assert store.commits == min(passes, 8), "one a page of four rows"
    world.clock.move(3600)
    world.table.pages = 0
    run = runner(world).rebuild()
    assert run.status is RunStatus.SUCCEEDED
    assert world.held() == world.wanted()
    assert world.table.pages <= max(1, 8 - passes), "nothing was compared row by row"


@pytest.mark.parametrize("point", LATER)
def test_a_rebuild_killed_after_its_copy_copies_nothing_again(world, point) -> None:
    """The new version goes live, or is live already and followed."""
    world.fill(30)
    world.crash_after(point, 1)
    with pytest.raises(World.Crash):
        runner(world).rebuild()
    world.clock.move(3600)
    world.table.put("0003", "changed meanwhile")
    world.table.pages = 0
    if world.store.live("shop") is None:
        runner(world).rebuild()
        assert world.table.pages == 0
    else:
        runner(world).increment()
    assert world.held() == world.wanted()


def test_a_stopped_rebuild_goes_on(world) -> None:
    """Ctrl-C and SIGTERM keep what was done."""
    world.fill(30)
    world.table.tick(60)
    watching = Watching()
    world.at("after-checkpoint", watching.stop.set)
    with pytest.raises(RunStopped):
        runner(world).rebuild(watching=watching)
    begun = world.state.checkpoint("shop")
    assert begun.after is not None
    run = runner(world).rebuild()
    assert run.version == begun.version
    assert run.counts.read < 30
    assert world.held() == world.wanted()


def test_a_source_that_went_away_is_waited_for(world) -> None:
    """What was copied before is not copied again."""
    world.fill(30)
    world.table.tick(60)
    world.at("after-checkpoint", lambda: setattr(world.table, "down", True))
    with pytest.raises(SourceUnreachable):
        runner(world).rebuild()
    world.table.down = False
    assert runner(world).rebuild().counts.read < 30
    assert world.held() == world.wanted()


def test_dead_and_hidden_rows_of_the_first_part_count(world) -> None:
    """The gate's sum is right although another process has seen them."""
    world.fill(30)
    world.table.put("0001", price="x")
    world.table.put("0002", hidden=True)
    kill_rebuild(world)
    run = runner(world).rebuild()
    assert run.status is RunStatus.DEGRADED
    assert world.held() == world.wanted()


def test_another_definition_begins_anew(world) -> None:
    """One version never holds documents of two."""
    world.fill(30)
    kill_rebuild(world)
    begun = world.state.checkpoint("shop")
    run = runner(world, "h2").rebuild()
    assert run.version != begun.version
    assert run.counts.read >= 30
    assert len(world.store.versions("shop")) == 1


def test_fresh_begins_anew(world) -> None:
    """For whoever does not trust what is there."""
    world.fill(30)
    kill_rebuild(world)
    assert runner(world).rebuild(fresh=True).counts.read >= 30
    assert world.held() == world.wanted()


def test_a_refused_version_is_not_gone_on_with(world) -> None:
    """The cause is mended in the source, so every row is read again."""
    world.fill(300)
    runner(world).rebuild()
    for each in range(200):
        world.table.remove(f"{each:04}")
    with pytest.raises(GateRefused):
        runner(world).rebuild()
    refused = {info.version.name for info in world.store.versions("shop")}
    run = runner(world).rebuild(allow_change=True)
    assert run.version not in refused
    assert world.held() == world.wanted()


def test_prune_leaves_what_can_be_gone_on_with(world) -> None:
    """A rebuild that was killed goes on, though somebody tidied up in between."""
    world.fill(30)
    kill_rebuild(world)
    assert runner(world).prune() == []
    world.table.pages = 0
    runner(world).rebuild()
    assert world.table.pages < 30 / 4
    assert world.held() == world.wanted()
