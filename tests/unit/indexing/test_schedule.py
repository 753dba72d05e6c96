"""What is due when, and a scheduler that nothing stops but its owner."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from searchsvc.domain.run import RunKind, RunStatus
from searchsvc.errors import DefinitionError, EngineError, VersionOutdated
from searchsvc.indexing.schedule import Schedule, last_due, next_due, plan
from searchsvc.indexing.when import At, Every, parse_when
from searchsvc.stores.memory import MemoryStateStore

NOON = datetime(2026, 8, 23, 12, tzinfo=UTC)


class SystemClock:
    """The time of this host, as the scheduler goes by it."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def timed(world):
    """A world on the host's clock, with a filled table."""
    world.clock = SystemClock()
    world.state = MemoryStateStore(world.clock)
    world.options["reconcile"] = ""
    world.fill(5)
    return world


def until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("30s", Every(30)),
        ("0.5s", Every(0.5)),
        ("5m", Every(300)),
        (" 2H ", Every(7200)),
        ("daily", At(2, 30)),
        ("03:00", At(3, 0)),
        ("3:05", At(3, 5)),
        ("23:59", At(23, 59)),
    ],
)
def test_times_are_read(text, when):
    """Intervals, daily, and a time of the day."""
    assert parse_when(text) == when


@pytest.mark.parametrize("text", ["", "5", "0s", "-5m", "24:00", "3:5", "weekly", "1d", "800h"])
def test_other_times_are_refused_with_the_forms_there_are(text):
    """A slip in a definition is not taken for never."""
    with pytest.raises(DefinitionError, match="write 30s, 5m, 2h, daily, or HH:MM"):
        parse_when(text)


def test_a_plan_holds_only_what_the_indexer_asks_for(world):
    """Empty means never."""
    assert plan(world.indexer(every="30s", rebuild="", reconcile="03:00")) == {
        RunKind.INCREMENT: Every(30),
        RunKind.RECONCILE: At(3, 0),
    }


def test_a_run_missed_while_nothing_was_up_is_due_at_once_and_once():
    """Failures 38 and 52: days of pause make one run, not many and not none."""
    long_ago = NOON - timedelta(days=9)
    for when in (Every(60), At(3, 0)):
        assert next_due(when, long_ago, NOON) == NOON
        assert next_due(when, NOON, NOON) > NOON


def test_a_daily_run_is_due_at_its_time():
    """Later today, or tomorrow."""
    assert next_due(At(13, 0), NOON, NOON) == NOON.replace(hour=13)
    assert next_due(At(11, 0), NOON, NOON) == NOON.replace(hour=11) + timedelta(days=1)
    assert next_due(At(11, 0), None, NOON) == NOON.replace(hour=11) + timedelta(days=1)
    assert last_due(At(12, 0), NOON) == NOON
    assert last_due(At(12, 1), NOON) == NOON.replace(minute=1) - timedelta(days=1)


def test_an_interval_counts_from_the_last_run():
    """And the first is due at once."""
    assert next_due(Every(60), None, NOON) == NOON
    last = NOON - timedelta(seconds=20)
    assert next_due(Every(60), last, NOON) == last + timedelta(seconds=60)


def test_what_is_due_is_listed_without_starting_anything(world):
    """Soonest first, with the words of the indexer."""
    world.fill(3)
    runner = world.runner(every="30s", rebuild="03:00", reconcile="daily")
    runner.rebuild()
    listed = Schedule([runner], world.clock).due()
    assert [(due.kind, due.when) for due in listed] == [
        (RunKind.INCREMENT, "30s"),
        (RunKind.RECONCILE, "daily"),
        (RunKind.REBUILD, "03:00"),
    ]
    assert listed[0].next_run == world.clock.now()
    assert [due.index for due in listed] == ["shop"] * 3


def test_an_index_that_serves_nothing_is_built_and_then_followed(timed):
    """From start to a changed row in the index, without a hand."""
    schedule = Schedule([timed.runner(every="0.1s", lease_wait=5.0)])
    schedule.start()
    try:
        assert until(lambda: timed.held() == timed.wanted())
        timed.table.put("0001", "changed")
        assert until(lambda: timed.held() == timed.wanted())
    finally:
        schedule.stop()
    assert RunStatus.RUNNING not in {run.status for run in timed.state.runs("shop", 500)}


def test_a_version_of_another_definition_is_rebuilt_at_once(timed):
    """The files changed while nothing was up."""
    timed.runner("h1").rebuild()
    runner = timed.runner("h2", every="10m")
    schedule = Schedule([runner])
    schedule.start()
    try:
        assert until(lambda: not runner.outdated)
    finally:
        schedule.stop()
    kinds = [run.kind for run in timed.state.runs("shop")]
    assert kinds.count(RunKind.REBUILD) == 2


def test_older_files_never_come_back(timed):
    """Others rebuild from newer files: a schedule that has read older ones does nothing."""
    timed.fill(3)
    old = timed.runner("h1", rebuild="0.2s", every="0.1s", lease_wait=1.0)
    old.rebuild()
    old.increment()
    newer = timed.runner("h2").rebuild()
    with pytest.raises(VersionOutdated, match="other files than this process has read"):
        old.refuse_superseded()
    with pytest.raises(VersionOutdated, match="start it again"):
        old.increment()
    schedule = Schedule([old])
    schedule.start()
    time.sleep(1.0)
    schedule.stop()
    assert timed.store.live("shop").name == newer.version


def test_what_needs_no_rebuild_takes_effect_at_the_start(timed):
    """Another weight in the files: the live version takes it over, and none is built."""
    timed.runner().rebuild()
    first, *rest = timed.definition.fields
    timed.definition = replace(timed.definition, fields=(replace(first, weight=9.0), *rest))
    runner = timed.runner(every="10m", lease_wait=5.0)
    schedule = Schedule([runner])
    schedule.start()
    try:
        assert until(lambda: runner.plan().effect is None)
    finally:
        schedule.stop()
    kinds = [run.kind for run in timed.state.runs("shop")]
    assert kinds.count(RunKind.REBUILD) == 1


def test_a_failing_run_does_not_stop_the_schedule(timed):
    """The engine fails twice, and then works."""
    runner = timed.runner(every="0.1s")
    runner.rebuild()
    left = [2]

    def fail() -> None:
        if left[0]:
            left[0] -= 1
            raise RuntimeError("odd")

    timed.failpoints.actions["before-watermark"] = fail
    timed.table.put("0001", "changed")
    schedule = Schedule([runner])
    schedule.start()
    try:
        assert until(lambda: not left[0] and runner.last_run(RunKind.INCREMENT).error == "")
    finally:
        schedule.stop()
    assert timed.held() == timed.wanted()


def test_an_unreachable_source_is_asked_less_and_less(timed):
    """Ten intervals of silence are two tries; with the source back, the index catches up."""
    runner = timed.runner(every="0.1s")
    runner.rebuild()
    timed.table.down = True
    reads = timed.table.reads
    schedule = Schedule([runner])
    schedule.start()
    try:
        time.sleep(1.5)
        assert 1 <= timed.table.reads - reads <= 3
        timed.table.down = False
        timed.table.put("0001", "changed")
        assert until(lambda: timed.held() == timed.wanted())
    finally:
        schedule.stop()


def test_a_stop_ends_a_long_rebuild_between_two_pages(timed):
    """SIGTERM within a rebuild of many pages: the schedule is down within a second."""
    timed.fill(4000)
    schedule = Schedule([timed.runner()])
    timed.failpoints.actions["page-read"] = lambda: time.sleep(0.01)
    schedule.start()
    assert until(lambda: timed.table.pages > 3)
    started = time.monotonic()
    schedule.stop()
    assert time.monotonic() - started < 1
    assert timed.state.runs("shop")[0].status is RunStatus.ABANDONED
    assert timed.store.versions("shop") == []


def test_runs_that_another_process_holds_up_are_quiet_and_tried_again(timed, caplog):
    """A held lease is how it should be, and no line of the log."""
    runner = timed.runner(every="0.05s")
    runner.rebuild()
    lease = timed.state.acquire_lease("shop", "elsewhere", 60)
    timed.table.put("0001", "changed")
    schedule = Schedule([runner])
    schedule.start()
    try:
        time.sleep(0.3)
        assert timed.held() != timed.wanted()
        timed.state.release_lease(lease)
        assert until(lambda: timed.held() == timed.wanted())
    finally:
        schedule.stop()
    assert [r for r in caplog.records if r.name.startswith("searchsvc") and r.levelno > 20] == []


def test_two_schedules_do_a_due_rebuild_once(timed):
    """Failure 51: the second finds that it is done."""
    timed.runner().rebuild()
    timed.table.put("0001", "changed")
    before = len(timed.state.runs("shop"))
    time.sleep(0.35)
    schedules = [Schedule([timed.runner(rebuild="0.3s", lease_wait=5.0)]) for _ in range(2)]
    for schedule in schedules:
        schedule.start()
    assert until(lambda: timed.held() == timed.wanted())
    for schedule in schedules:
        schedule.stop()
    done = timed.state.runs("shop")[: len(timed.state.runs("shop")) - before]
    assert all(run.status in {RunStatus.SUCCEEDED, RunStatus.ABANDONED} for run in done)
    starts = [run.started for run in done if run.status is RunStatus.SUCCEEDED]
    gaps = [a - b for a, b in pairwise(starts)]
    assert all(gap > timedelta(seconds=0.1) for gap in gaps)


def test_a_first_rebuild_that_fails_is_tried_again(timed):
    """Nothing is served, so nothing can be worse than trying."""

    def fail() -> None:
        raise EngineError("the disk is full")

    timed.at("before-swap", fail)
    schedule = Schedule([timed.runner()])
    schedule.start()
    try:
        assert until(lambda: timed.held() == timed.wanted())
    finally:
        schedule.stop()


def test_a_time_that_cannot_be_read_is_told_before_anything_starts(timed):
    """The schedule does not run with half of its plan."""
    with pytest.raises(DefinitionError):
        Schedule([timed.runner(every="often")]).start()


def test_it_may_be_stopped_at_any_moment(timed):
    """Also while what has just fallen due is handed to a thread: nothing is raised in any."""
    for number in range(60):
        schedule = Schedule([timed.runner(every="1s", rebuild="", reconcile="")], timed.clock)
        schedule.start()
        time.sleep(number % 6 / 1000)
        schedule.stop()
