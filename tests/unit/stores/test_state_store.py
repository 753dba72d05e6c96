"""One suite for every state store: runs, watermarks, leases and dead letters."""

import multiprocessing
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, make_url, text

from searchsvc.domain.run import Counts, DeadLetter, Lease, RunKind, RunProgress, RunStatus
from searchsvc.errors import LeaseHeld, LeaseLost, StateError
from searchsvc.ports import StateStore
from searchsvc.stores import migrations
from searchsvc.stores.memory import MemoryStateStore
from searchsvc.stores.schema import HEAD, metadata
from searchsvc.stores.sql import SqlStateStore

NOON = datetime(2026, 8, 23, 12, 0, 0, 123456, tzinfo=UTC)


@dataclass
class HandClock:
    """A clock that moves when told."""

    time: datetime = field(default=NOON)

    def now(self) -> datetime:
        return self.time

    def move(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def mysql_store(server: str, clock: HandClock) -> SqlStateStore:
    name = "searchsvc_test_state"
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    return SqlStateStore(url, clock, keep_runs=5)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=["memory", "sqlite", "mysql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> Iterator[StateStore]:
    makers: dict[str, Callable[[], StateStore]] = {
        "memory": lambda: MemoryStateStore(clock, keep_runs=5),
        "sqlite": lambda: SqlStateStore(url_of(tmp_path / "s.db"), clock, keep_runs=5),
        "mysql": lambda: mysql_store(request.getfixturevalue("mysql_url"), clock),
    }
    made = makers[request.param]()
    yield made
    made.close()


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


def letter(id: str, reason: str = "bad price", at: datetime = NOON) -> DeadLetter:
    return DeadLetter("shop", id, reason, 1, at)


# --- runs ----------------------------------------------------------------------------------------


def test_a_finished_run_reads_back_as_it_was_closed(store: StateStore):
    """Kind, version, status, exact times, counts and error survive."""
    run = store.start_run("shop", RunKind.REBUILD, "shop-1", NOON)
    counts = Counts(read=6, indexed=1, deleted=2, unchanged=1, stale=1, dead=1)
    later = NOON + timedelta(microseconds=1)
    done = store.finish_run(run, RunStatus.DEGRADED, counts, later, error="one row ü", drift=3)
    assert store.runs("shop") == [done]
    assert done.seconds == 1e-6
    opened = {"finished": None, "counts": Counts(), "error": "", "drift": None}
    assert replace(done, status=run.status, **opened) == run


def test_a_run_tells_how_far_it_has_come_while_it_runs(store: StateStore):
    """Its end takes that away, and what comes late changes nothing."""
    run = store.start_run("shop", RunKind.REBUILD, "shop-1", NOON)
    other = store.start_run("docs", RunKind.REBUILD, "docs-1", NOON)
    store.set_progress(run, RunProgress("copy", 500, 2000))
    assert store.runs() == [other, replace(run, progress=RunProgress("copy", 500, 2000))]
    store.set_progress(run, RunProgress("check", 2000))
    assert store.runs("shop")[0].progress == RunProgress("check", 2000, None)
    done = store.finish_run(run, RunStatus.SUCCEEDED, Counts(), NOON)
    store.set_progress(run, RunProgress("late"))
    assert store.runs("shop") == [done]
    store.set_progress(other, RunProgress("copy"))
    store.abandon_runs("docs", NOON)
    assert store.runs("docs")[0].progress is None


def test_runs_come_newest_first_and_can_be_chosen_by_index_and_kind(store: StateStore):
    """The limit cuts the oldest, and other indexes or kinds do not show."""
    first = store.start_run("shop", RunKind.REBUILD, "a", NOON)
    second = store.start_run("shop", RunKind.INCREMENT, "a", NOON)
    other = store.start_run("docs", RunKind.REBUILD, "b", NOON)
    assert store.runs() == [other, second, first]
    assert store.runs("shop", limit=1) == [second]
    assert store.runs("shop", kind=RunKind.REBUILD) == [first]
    assert store.runs(kind=RunKind.REBUILD) == [other, first]


def test_only_the_newest_runs_of_each_kind_are_kept(store: StateStore):
    """A thousand increments do not push out the record of a rebuild."""
    rebuild = store.start_run("shop", RunKind.REBUILD, "a", NOON)
    increments = [store.start_run("shop", RunKind.INCREMENT, "a", NOON) for _ in range(12)]
    kept = store.runs("shop", limit=100)
    assert kept == [*reversed(increments[-5:]), rebuild]


def test_abandoning_closes_running_runs_of_that_index_only(store: StateStore):
    """What a dead process left open is told from what ended."""
    left = store.start_run("shop", RunKind.REBUILD, "a", NOON)
    ended = store.start_run("shop", RunKind.REBUILD, "a", NOON)
    store.finish_run(ended, RunStatus.SUCCEEDED, Counts(), NOON)
    other = store.start_run("docs", RunKind.REBUILD, "b", NOON)
    beside = store.start_run("shop", RunKind.EVALUATE, "a", NOON)
    assert store.abandon_runs("shop", NOON) == 1
    assert store.run(beside.id) == beside
    assert store.run(beside.id + 1) is None
    assert store.abandon_runs("shop", NOON) == 0
    status = {run.id: run.status for run in store.runs()}
    assert status == {
        left.id: RunStatus.ABANDONED,
        ended.id: RunStatus.SUCCEEDED,
        other.id: RunStatus.RUNNING,
        beside.id: RunStatus.RUNNING,
    }


# --- watermarks ----------------------------------------------------------------------------------


def test_a_watermark_is_what_was_set_last(store: StateStore):
    """It moves back where the source's clock was set back: more is read again, and no harm done."""
    assert store.watermark("shop-1") is None
    for value in (5, 9_007_199_254_740_993, 7):
        store.set_watermark("shop-1", value)
        assert store.watermark("shop-1") == value
    assert store.watermark("shop-2") is None


def test_the_newest_read_never_moves_back(store: StateStore):
    """An older one is ignored, and it goes with its version."""
    assert store.newest_read("shop-1") == 0
    for value in (5, 9_007_199_254_740_993, 7):
        store.set_newest_read("shop-1", value)
    assert store.newest_read("shop-1") == 9_007_199_254_740_993
    assert store.newest_read("shop-2") == 0
    store.forget_version("shop-1")
    assert store.newest_read("shop-1") == 0


def test_setting_the_same_watermark_again_is_fine(store: StateStore):
    """An increment that found nothing saves what was there."""
    store.set_watermark("shop-1", 5)
    store.set_watermark("shop-1", 5)
    assert store.watermark("shop-1") == 5


def test_a_forgotten_version_has_no_watermark(store: StateStore):
    """And may start again from a lower one."""
    store.set_watermark("shop-1", 5)
    store.forget_version("shop-1")
    store.forget_version("shop-1")
    assert store.watermark("shop-1") is None
    store.set_watermark("shop-1", 2)
    assert store.watermark("shop-1") == 2


# --- leases --------------------------------------------------------------------------------------


def test_a_held_lease_is_refused_to_others_and_names_its_owner(store: StateStore):
    """Of two owners, the second is told who has it."""
    lease = store.acquire_lease("shop", "ann", 30)
    assert store.lease("shop") == lease
    with pytest.raises(LeaseHeld, match="ann"):
        store.acquire_lease("shop", "bob", 30)
    assert store.acquire_lease("docs", "bob", 30).number == 1


def test_an_expired_lease_goes_to_the_next_owner_and_fences_the_first(
    store: StateStore, clock: HandClock
):
    """The first owner cannot renew, and its late release does not free the lease."""
    first = store.acquire_lease("shop", "ann", 30)
    clock.move(30)
    second = store.acquire_lease("shop", "bob", 30)
    assert second.number == first.number + 1
    with pytest.raises(LeaseLost):
        store.renew_lease(first, 30)
    store.release_lease(first)
    assert store.lease("shop") == second


def test_an_expired_lease_that_nobody_took_may_be_renewed(store: StateStore, clock: HandClock):
    """A pause alone loses nothing."""
    lease = store.acquire_lease("shop", "ann", 30)
    clock.move(300)
    renewed = store.renew_lease(lease, 30)
    assert renewed == replace(lease, expires=clock.now() + timedelta(seconds=30))
    with pytest.raises(LeaseHeld):
        store.acquire_lease("shop", "bob", 30)


def test_renewing_twice_in_one_instant_keeps_the_lease(store: StateStore):
    """A renewal that changes no stored value is still a renewal."""
    lease = store.acquire_lease("shop", "ann", 30)
    assert store.renew_lease(store.renew_lease(lease, 30), 30) == lease


def test_a_released_lease_is_free_and_its_number_is_never_given_again(store: StateStore):
    """Fencing numbers only grow, released or not."""
    numbers = []
    for owner in ("ann", "bob", "ann"):
        lease = store.acquire_lease("shop", owner, 30)
        numbers.append(lease.number)
        store.release_lease(lease)
        assert store.lease("shop") is None
        with pytest.raises(LeaseLost):
            store.renew_lease(lease, 30)
    assert numbers == [1, 2, 3]


def test_the_same_owner_may_take_its_lease_again(store: StateStore):
    """With a new number, so that its own earlier lease is fenced off too."""
    first = store.acquire_lease("shop", "ann", 30)
    second = store.acquire_lease("shop", "ann", 30)
    assert second.number == 2
    with pytest.raises(LeaseLost):
        store.renew_lease(first, 30)


def test_of_many_takers_at_once_exactly_one_gets_the_lease(store: StateStore):
    """Threads race for a fresh lease."""

    def take(owner: str) -> Lease | None:
        try:
            return store.acquire_lease("shop", owner, 30)
        except LeaseHeld:
            return None

    with ThreadPoolExecutor(8) as pool:
        taken = [lease for lease in pool.map(take, [f"o{n}" for n in range(8)]) if lease]
    assert [lease.number for lease in taken] == [1]


# --- dead letters --------------------------------------------------------------------------------


def test_a_later_letter_of_the_same_id_replaces_the_earlier(store: StateStore):
    """One id has one reason, the newest."""
    store.add_dead_letters([letter("1", "first"), letter("2")])
    store.add_dead_letters([letter("1", "second", NOON + timedelta(seconds=1))])
    found = store.dead_letters("shop")
    assert [(each.id, each.reason) for each in found] == [("1", "second"), ("2", "bad price")]


def test_letters_of_one_call_with_equal_ids_are_one(store: StateStore):
    """An id that died twice in a batch harms nothing."""
    store.add_dead_letters([letter("1", "first"), letter("1", "second")])
    assert [each.reason for each in store.dead_letters("shop")] == ["second"]


def test_ids_differ_by_case_length_and_every_character(store: StateStore):
    """Long, accented and emoji ids are told apart, and resolved one by one."""
    ids = ["a", "A", "á", "a ", "x" * 3000, "x" * 2999 + "y", "🙂", "%"]
    store.add_dead_letters([letter(id) for id in ids])
    assert {each.id for each in store.dead_letters("shop")} == set(ids)
    store.resolve_dead_letters("shop", ["A", "x" * 3000, "never there"])
    assert {each.id for each in store.dead_letters("shop")} == set(ids) - {"A", "x" * 3000}


def test_resolving_touches_one_index_and_takes_thousands_of_ids(store: StateStore):
    """A whole rebuild's ids can be resolved in one call."""
    store.add_dead_letters([letter(str(n)) for n in range(1500)])
    store.add_dead_letters([replace(letter("1"), index="docs")])
    store.resolve_dead_letters("shop", [str(n) for n in range(1499)])
    assert [each.id for each in store.dead_letters("shop")] == ["1499"]
    assert len(store.dead_letters("docs")) == 1


def test_the_limit_keeps_the_newest_letters(store: StateStore):
    """What is listed first is what happened last."""
    store.add_dead_letters([letter(str(n), at=NOON + timedelta(seconds=n)) for n in range(9)])
    assert [each.id for each in store.dead_letters("shop", limit=2)] == ["8", "7"]


# --- the SQL store alone -------------------------------------------------------------------------


def open_and_number(arguments: tuple[str, int]) -> int:
    """What one of several processes does at its start."""
    url, number = arguments
    store = SqlStateStore(url, HandClock())
    try:
        store.set_watermark(f"v{number}", number)
        return store.start_run("shop", RunKind.INCREMENT, "v", NOON).id
    finally:
        store.close()


def test_processes_that_start_at_once_migrate_once(tmp_path: Path):
    """Four processes open a store that is not there yet, and all of them work."""
    url = url_of(tmp_path / "state.db")
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        ids = pool.map(open_and_number, [(url, number) for number in range(8)], chunksize=1)
    assert sorted(ids) == list(range(1, 9))


def test_what_is_written_survives_a_new_opening(tmp_path: Path, clock: HandClock):
    """Watermarks and fencing numbers are on disk."""
    url = url_of(tmp_path / "state.db")
    first = SqlStateStore(url, clock)
    first.set_watermark("v", 7)
    first.release_lease(first.acquire_lease("shop", "ann", 30))
    first.close()
    second = SqlStateStore(url, clock)
    assert second.watermark("v") == 7
    assert second.acquire_lease("shop", "ann", 30).number == 2
    second.close()


def test_increments_of_an_older_release_keep_their_history(tmp_path: Path, clock: HandClock):
    """What the first tables called `incremental` is an increment after the next opening."""
    path = tmp_path / "state.db"
    first = SqlStateStore(url_of(path), clock)
    run = first.start_run("shop", RunKind.INCREMENT, "v", NOON)
    first.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE searchsvc_runs SET kind = 'incremental'")
        for name in ("drift", "phase", "done", "total"):
            connection.execute(f"ALTER TABLE searchsvc_runs DROP COLUMN {name}")
        connection.execute("DROP TABLE searchsvc_checkpoints")
        connection.execute("DROP TABLE searchsvc_reads")
        connection.execute("DROP TABLE searchsvc_keys")
        connection.execute("DROP TABLE searchsvc_judgments")
        connection.execute("UPDATE searchsvc_schema SET version_num = '0001'")
    connection.close()
    second = SqlStateStore(url_of(path), clock)
    assert second.runs("shop", kind=RunKind.INCREMENT) == [run]
    assert run.kind.value == "increment"
    second.close()


def test_a_store_of_a_newer_release_is_refused_with_the_next_step(tmp_path: Path, clock: HandClock):
    """An old release does not write into tables that it does not know."""
    path = tmp_path / "state.db"
    SqlStateStore(url_of(path), clock).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE searchsvc_schema SET version_num = '9999'")
    connection.close()
    with pytest.raises(StateError, match="upgrade searchsvc"):
        SqlStateStore(url_of(path), clock)


def test_a_damaged_file_is_refused_with_the_next_step(tmp_path: Path, clock: HandClock):
    """Garbage is never taken for an empty store."""
    path = tmp_path / "state.db"
    path.write_bytes(b"not a database at all" * 300)
    with pytest.raises(StateError, match="move it away"):
        SqlStateStore(url_of(path), clock)
    assert path.read_bytes().startswith(b"not a database")


def test_a_truncated_file_is_refused(tmp_path: Path, clock: HandClock):
    """A file that was cut off raises a StateError at the latest when it is used."""
    path = tmp_path / "state.db"
    store = SqlStateStore(url_of(path), clock)
    store.add_dead_letters([letter(str(n)) for n in range(2000)])
    store.close()
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(StateError):
        SqlStateStore(url_of(path), clock).dead_letters("shop", limit=5000)


@pytest.mark.parametrize("url", ["", "no url", "mysql+nothing://x"])
def test_a_url_that_cannot_be_read_is_a_state_error(url: str, clock: HandClock):
    """Not a traceback of the library."""
    with pytest.raises(StateError):
        SqlStateStore(url, clock)


def test_an_unreachable_server_is_named_without_its_password(clock: HandClock):
    """The URL in the message hides the secret."""
    with pytest.raises(StateError) as caught:
        SqlStateStore("mysql+pymysql://ann:s3cret@127.0.0.1:1/state", clock)
    assert "127.0.0.1:1" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_the_migrations_make_exactly_the_tables_of_the_schema(tmp_path: Path, clock: HandClock):
    """The folder's newest step is HEAD, and it ends at the tables that the code uses."""
    assert ScriptDirectory(str(Path(migrations.__file__).parent)).get_heads() == [HEAD]
    url = url_of(tmp_path / "state.db")
    SqlStateStore(url, clock).close()
    engine = create_engine(url)
    there = inspect(engine)
    for name, table in metadata.tables.items():
        assert {c["name"] for c in there.get_columns(name)} == set(table.columns.keys())
        primary = [column.name for column in table.primary_key]
        assert there.get_pk_constraint(name)["constrained_columns"] == primary
        assert {i["name"] for i in there.get_indexes(name)} == {i.name for i in table.indexes}
    engine.dispose()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.parametrize(("before", "after"), [(None, 0o600), (0o644, 0o640), (0o660, 0o660)])
def test_nobody_else_reads_the_file(
    tmp_path: Path, clock: HandClock, before: int | None, after: int
):
    """Nor the log beside it, whatever the process lets others do; a group keeps what it had."""
    path = tmp_path / "state.db"
    if before is not None:
        SqlStateStore(f"sqlite:///{path}", clock).close()
        path.chmod(before)
    mask = os.umask(0)
    try:
        store = SqlStateStore(f"sqlite:///{path}", clock)
        store.set_watermark("products-1", 1)
        modes = {one.name: one.stat().st_mode & 0o777 for one in tmp_path.iterdir()}
        store.close()
    finally:
        os.umask(mask)
    assert modes == dict.fromkeys(("state.db", "state.db-wal", "state.db-shm"), after)


def test_a_second_store_of_a_process_takes_no_locks_from_the_first(
    tmp_path: Path, clock: HandClock
):
    """To close any descriptor of a file drops the locks that this process has on it.

    Another process that believes itself alone then takes the write-ahead log away, and each goes
    on with files of its own.
    """
    url = url_of(tmp_path / "state.db")
    first = SqlStateStore(url, clock)
    first.set_watermark("v", 1)
    second = SqlStateStore(url, clock)
    script = (
        "import sys; from searchsvc.stores.sql import SqlStateStore;"
        "store = SqlStateStore(sys.argv[1]); store.set_watermark('v', int(sys.argv[2]));"
        "store.close()"
    )
    for value in (2, 3):
        command = [sys.executable, "-c", script, url, str(value)]
        subprocess.run(command, check=True, timeout=60)
        assert (first.watermark("v"), second.watermark("v")) == (value, value)
    assert (tmp_path / "state.db-wal").exists()
    first.close()
    second.close()
