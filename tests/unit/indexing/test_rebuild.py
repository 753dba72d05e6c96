"""A rebuild goes live whole or not at all."""

import pytest

from searchsvc.domain.run import Counts, RunKind, RunStatus
from searchsvc.errors import (
    DefinitionError,
    GateRefused,
    LeaseLost,
    RunStopped,
    SourceUnreachable,
)
from searchsvc.indexing.records import Watching


def names(world) -> list[str]:
    return [info.version.name for info in world.store.versions("shop")]


def test_a_first_rebuild_makes_the_index_equal_to_the_table(world):
    """Pages, hidden rows and the rest: every visible row is a document, and the run says so."""
    world.fill(10)
    world.table.put("0003", hidden=True)
    world.table.tick(3600)
    run = world.runner().rebuild()
    assert world.held() == world.wanted()
    assert len(world.held()) == 9
    assert run.status is RunStatus.SUCCEEDED
    assert run.counts == Counts(read=10, indexed=9, unchanged=1)
    assert world.state.runs("shop") == [run]


def test_an_empty_table_gives_an_empty_live_version(world):
    """There is nothing to lose yet, so nothing is refused."""
    world.runner().rebuild()
    assert world.held() == {}
    assert world.store.live("shop") is not None


def test_a_row_changed_after_it_was_copied_is_as_new_in_the_version(world):
    """Failure 12: the catch-up reads what changed during the copy."""
    world.fill(10)
    world.at("page-read", lambda: world.table.put("0000", "changed"))
    world.runner().rebuild()
    assert world.held() == world.wanted()


def test_a_row_deleted_after_it_was_copied_is_no_ghost(world):
    """Failure 13: a hard delete leaves no signal, and the count finds it."""
    world.fill(10)

    def delete() -> None:
        world.table.tick(60)
        world.table.remove("0000")

    world.at("before-commit", delete)
    world.runner().rebuild()
    assert "0000" not in world.held()
    assert world.held() == world.wanted()


def test_a_ghost_and_a_missing_row_do_not_cancel_out_in_the_sample(world):
    """One row went and one came in silence: equal counts, and the sample still tells."""
    world.fill(10)

    def trade() -> None:
        world.table.remove("0000")
        world.table.put("0000x", "came")
        world.table.rows_by_id["0000x"]["updated_at"] = 0

    world.at("before-commit", trade)
    world.runner().rebuild()
    assert "0000" not in world.held()
    world.runner().reconcile(allow_deletes=True)
    assert world.held() == world.wanted()


def test_rows_written_between_gate_and_swap_are_there_after_it(world):
    """The last catch-up comes after the swap."""
    world.fill(10)
    world.at("before-swap", lambda: world.table.put("0001", "late"))
    world.runner().rebuild()
    assert world.held() == world.wanted()


def test_the_watermark_of_the_new_version_reaches_back_before_the_copy(world):
    """A transaction that was open all the while is caught by the next increment."""
    world.fill(10)
    late = world.table.begin()
    world.table.put_in(late, "0005", "late")
    world.table.tick(3600)
    world.runner().rebuild()
    world.table.commit(late)
    world.table.tick(3600)
    world.runner().increment()
    assert world.held() == world.wanted()


def test_an_empty_source_does_not_replace_a_full_version(world):
    """Failure 10: a hiccup that shows no row moves no alias."""
    world.fill(150)
    runner = world.runner()
    runner.rebuild()
    live = world.store.live("shop")
    rows, world.table.rows_by_id = world.table.rows_by_id, {}
    with pytest.raises(GateRefused, match="--allow-empty"):
        runner.rebuild()
    assert world.store.live("shop") == live
    assert runner.last_run(RunKind.REBUILD).status is RunStatus.FAILED
    assert "gate_refused" in runner.last_run(RunKind.REBUILD).error
    world.table.rows_by_id = rows
    runner.rebuild()
    assert world.held() == world.wanted()


def test_an_empty_source_may_be_allowed(world):
    """An operator who knows better gets the empty index."""
    world.fill(150)
    runner = world.runner()
    runner.rebuild()
    world.table.rows_by_id.clear()
    runner.rebuild(allow_empty=True)
    assert world.held() == {}


def test_a_table_that_lost_half_its_rows_is_refused_and_the_version_kept_aside(world):
    """The report is in the run's error; the next rebuild drops the refused version."""
    world.fill(300)
    runner = world.runner()
    runner.rebuild()
    for each in range(150):
        world.table.remove(f"{each:04}")
    with pytest.raises(GateRefused, match="150 documents against 300 live"):
        runner.rebuild()
    assert len(names(world)) == 2
    with pytest.raises(GateRefused):
        runner.rebuild()
    assert len(names(world)) == 2
    runner.rebuild(allow_change=True)
    assert world.held() == world.wanted()
    assert len(world.held()) == 150


def test_documents_that_are_made_anew_each_time_are_refused(world):
    """A to_document that depends on more than its row would never be equal to its table."""
    world.fill(10)
    made = iter(range(10_000))
    runner = world.runner(to_document=lambda row: {"name": row["name"], "price": next(made)})
    with pytest.raises(GateRefused, match="10 documents differ from a fresh read"):
        runner.rebuild()
    assert world.store.live("shop") is None


def test_an_unknown_key_of_a_document_ends_the_run_and_leaves_nothing(world):
    """The error names the file and the nearest field; the half-built version is gone."""
    world.fill(3)
    runner = world.runner(to_document=lambda row: {"nam": row["name"]})
    with pytest.raises(DefinitionError, match=r"shop\.py.*'nam'.*did you mean 'name'"):
        runner.rebuild()
    assert names(world) == []


def test_an_unreachable_source_leaves_the_live_version_alone(world):
    """The half-built version is dropped and the error is recorded."""
    world.fill(10)
    runner = world.runner()
    runner.rebuild()
    live = world.store.live("shop")

    def cut() -> None:
        world.table.down = True

    world.at("page-read", cut)
    with pytest.raises(SourceUnreachable):
        runner.rebuild()
    assert names(world) == [live.name]
    assert runner.last_run(RunKind.REBUILD).error.startswith("source_unreachable")


def test_a_stopped_rebuild_ends_within_a_page(world):
    """A stop between pages leaves no version and says that it was stopped."""
    world.fill(40)
    runner = world.runner()
    watching = Watching()
    world.at("page-read", watching.stop.set)
    with pytest.raises(RunStopped):
        runner.rebuild(watching=watching)
    assert world.table.pages == 1
    assert names(world) == []
    assert runner.last_run(RunKind.REBUILD).status is RunStatus.ABANDONED


def test_old_versions_are_pruned_to_the_number_kept(world):
    """The live one and two beside it."""
    world.fill(3)
    runner = world.runner()
    for _ in range(5):
        world.clock.move(60)
        runner.rebuild()
    assert len(names(world)) == 3
    assert names(world)[-1] == world.store.live("shop").name
    watermarks = [world.state.watermark(name) for name in names(world)]
    assert None not in watermarks


def test_a_paused_owner_cannot_move_the_alias(world):
    """Failures 16 and 37: after another process took over, the swap is refused at the source."""
    world.fill(10)
    paused, other = world.runner(), world.runner()
    paused.rebuild()

    others: list[str] = []

    def sleep_through_the_lease() -> None:
        world.clock.move(3600)
        world.fill(1, start=50)
        others.append(other.rebuild().version)

    world.at("before-swap", sleep_through_the_lease)
    with pytest.raises(LeaseLost):
        paused.rebuild()
    live = world.store.live("shop")
    assert [live.name] == others
    assert world.held() == world.wanted()


def test_the_live_version_is_fed_while_another_is_built(world):
    """A change made during a long copy is searchable before the swap."""
    world.fill(40)
    runner = world.runner(every="30s")
    runner.rebuild()
    seen = []

    def change() -> None:
        world.table.put("0001", "changed during the copy")

    def look() -> None:
        seen.append(world.held() == world.wanted())

    fast = world.runner(every="0.000001s")
    world.at("page-read", change)
    world.at("before-swap", look)
    fast.rebuild()
    assert seen == [True]
    kinds = [run.kind for run in world.state.runs("shop", 100)]
    assert kinds.count(RunKind.INCREMENT) >= 5
    assert kinds.count(RunKind.REBUILD) == 2


def test_progress_is_told_from_start_to_finish(world):
    """Whoever watches sees the total, every row, the phases and the end."""
    world.fill(10)

    class Recorder:
        def __init__(self) -> None:
            self.events: list[object] = []

        def start(self, total: int) -> None:
            self.events.append(total)

        def phase(self, name: str) -> None:
            self.events.append(name)

        def advance(self, rows: int) -> None:
            self.events.append(rows)

        def finish(self) -> None:
            self.events.append("finish")

    recorder = Recorder()
    world.runner().rebuild(watching=Watching(progress=recorder))
    phases = ["catch up", "check", "swap", "prune", "finish"]
    assert recorder.events == ["copy", 10, 4, 4, 2, *phases]


def test_a_long_overlap_is_read_again_no_more_than_needed(world):
    """Where transactions cannot be seen: once to catch up, once after the swap."""
    world.table.sees_transactions = False
    world.fill(40)
    run = world.runner(overlap=600.0).rebuild()
    assert world.held() == world.wanted()
    assert run.counts.read == 3 * 40
    assert run.counts.indexed == 40


def test_what_changes_silently_during_the_copy_is_mended_before_the_swap(world):
    """Updates and deletes that leave no trace: equal counts, and no sample would meet them all."""
    world.fill(400)

    def change() -> None:
        for each in range(20):
            world.table.put_silently(f"{each:04}", "silent")
        world.table.remove("0020")
        world.fill(1, start=400)

    world.at("before-checkpoint", change)
    run = world.runner(page_size=50).rebuild()
    assert run.counts.deleted == 1
    assert world.held() == world.wanted()
