"""The state store in SQLite or MySQL: short transactions, no row of a source."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import (
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from searchsvc.domain.run import (
    LEASED,
    Checkpoint,
    Counts,
    DeadLetter,
    Lease,
    Run,
    RunKind,
    RunProgress,
    RunStatus,
)
from searchsvc.errors import LeaseHeld, LeaseLost
from searchsvc.ports import Clock
from searchsvc.stores.database import Database
from searchsvc.stores.rows import (
    checkpoint_of,
    letter_key,
    letter_values,
    progress_values,
    run_of,
    run_values,
)
from searchsvc.stores.schema import checkpoints, dead_letters, leases, reads, runs, watermarks
from searchsvc.stores.statements import (
    clock_of,
    delete_letters,
    is_lease,
    prune_runs,
    put,
    value_of,
)


class SqlStateStore:
    """Implements ports.StateStore on a SQLAlchemy URL; opening it applies missing migrations.

    The newest `keep_runs` runs of each index and kind are kept. Leases are timed by the
    database's own clock, on which all hosts that share a store agree, unless `clock` is given.
    Raises StateError when the store cannot be used.
    """

    def __init__(self, url: str, clock: Clock | None = None, *, keep_runs: int = 200) -> None:
        self._clock = clock
        self._keep = keep_runs
        self._database = Database(url)
        self._transaction = self._database.transaction

    # --- runs ------------------------------------------------------------------------------------

    def start_run(self, index: str, kind: RunKind, version: str, at: datetime) -> Run:
        run = Run(0, index, kind, version, RunStatus.RUNNING, at)
        with self._transaction() as connection:
            result = connection.execute(insert(runs).values(run_values(run)))
            key = result.inserted_primary_key
            prune_runs(connection, index, kind, self._keep)
        return replace(run, id=key[0] if key else 0)

    def finish_run(
        self,
        run: Run,
        status: RunStatus,
        counts: Counts,
        at: datetime,
        *,
        error: str = "",
        drift: int | None = None,
    ) -> Run:
        done = replace(
            run, status=status, counts=counts, finished=at, error=error, drift=drift, progress=None
        )
        with self._transaction() as connection:
            connection.execute(update(runs).where(runs.c.id == run.id).values(run_values(done)))
        return done

    def set_progress(self, run: Run, progress: RunProgress) -> None:
        is_open = (runs.c.id == run.id) & (runs.c.status == RunStatus.RUNNING.value)
        change = update(runs).where(is_open).values(progress_values(progress))
        with self._transaction() as connection:
            connection.execute(change)

    def runs(
        self, index: str | None = None, limit: int = 50, kind: RunKind | None = None
    ) -> list[Run]:
        query = select(runs).order_by(runs.c.id.desc()).limit(limit)
        if index is not None:
            query = query.where(runs.c.index_name == index)
        if kind is not None:
            query = query.where(runs.c.kind == kind.value)
        with self._transaction() as connection:
            return [run_of(row) for row in connection.execute(query)]

    def run(self, id: int) -> Run | None:
        with self._transaction() as connection:
            row = connection.execute(select(runs).where(runs.c.id == id)).first()
        return None if row is None else run_of(row)

    def abandon_runs(self, index: str, at: datetime) -> int:
        is_open = (runs.c.index_name == index) & (runs.c.status == RunStatus.RUNNING.value)
        change = (
            update(runs)
            .where(is_open, runs.c.kind.in_([kind.value for kind in LEASED]))
            .values(status=RunStatus.ABANDONED.value, finished=at, **progress_values(None))
        )
        with self._transaction() as connection:
            return connection.execute(change).rowcount

    # --- watermarks ------------------------------------------------------------------------------

    def watermark(self, version: str) -> int | None:
        with self._transaction() as connection:
            return value_of(connection, watermarks, version)

    def set_watermark(self, version: str, value: int) -> None:
        with self._transaction() as connection:
            put(connection, watermarks, version, value)

    def newest_read(self, version: str) -> int:
        with self._transaction() as connection:
            return value_of(connection, reads, version) or 0

    def set_newest_read(self, version: str, value: int) -> None:
        with self._transaction() as connection:
            put(connection, reads, version, value, lower=False)

    def forget_version(self, version: str) -> None:
        tables: tuple[Table, ...] = (watermarks, reads, checkpoints)
        with self._transaction() as connection:
            for table in tables:
                connection.execute(delete(table).where(table.c.version == version))

    # --- checkpoints -----------------------------------------------------------------------------

    def checkpoint(self, index: str) -> Checkpoint | None:
        query = select(checkpoints.c.content).where(checkpoints.c.index_name == index)
        with self._transaction() as connection:
            content = connection.execute(query).scalar()
        return None if content is None else checkpoint_of(content)

    def set_checkpoint(self, index: str, checkpoint: Checkpoint) -> None:
        is_it = checkpoints.c.index_name == index
        values = {
            "version": checkpoint.version,
            "content": msgspec.json.encode(checkpoint).decode(),
        }
        with self._transaction() as connection:
            # Only the index's lease-holder comes here, so nobody inserts in between.
            if not connection.execute(update(checkpoints).where(is_it).values(values)).rowcount:
                connection.execute(delete(checkpoints).where(is_it))
                connection.execute(insert(checkpoints).values(index_name=index, **values))

    # --- leases ----------------------------------------------------------------------------------

    def acquire_lease(self, index: str, owner: str, ttl: float) -> Lease:
        now = self._now()
        expires = now + timedelta(seconds=ttl)
        free = (leases.c.expires <= now) | (leases.c.owner.in_(["", owner]))
        take = (
            update(leases)
            .where(leases.c.index_name == index, free)
            .values(owner=owner, number=leases.c.number + 1, expires=expires)
        )
        # Each way is one statement that checks and takes, so two processes cannot both succeed.
        with self._transaction() as connection:
            if connection.execute(take).rowcount:
                number = connection.execute(
                    select(leases.c.number).where(leases.c.index_name == index)
                ).scalar_one()
                return Lease(index, owner, number, expires)
        if self._insert_lease(index, owner, expires):
            return Lease(index, owner, 1, expires)
        held = self.lease(index)
        by = held.owner if held else "another process"
        raise LeaseHeld(f"index '{index}' is run by {by} now", hint="wait for it to end")

    def _insert_lease(self, index: str, owner: str, expires: datetime) -> bool:
        """The first lease of an index ever; False when its row is there already."""
        values = {"index_name": index, "owner": owner, "number": 1, "expires": expires}
        with self._database.errors():
            try:
                with self._database.engine.begin() as connection:
                    connection.execute(insert(leases).values(values))
            except IntegrityError:
                return False
        return True

    def renew_lease(self, lease: Lease, ttl: float) -> Lease:
        renewed = replace(lease, expires=self._now() + timedelta(seconds=ttl))
        change = update(leases).where(is_lease(lease)).values(expires=renewed.expires)
        with self._transaction() as connection:
            connection.execute(change)
            # MySQL counts changed rows, and a renewal within one µs changes none: so look.
            if connection.execute(select(leases.c.number).where(is_lease(lease))).first():
                return renewed
        raise LeaseLost(f"the lease of index '{lease.index}' is with another process now")

    def release_lease(self, lease: Lease) -> None:
        with self._transaction() as connection:
            connection.execute(update(leases).where(is_lease(lease)).values(owner=""))

    def lease(self, index: str) -> Lease | None:
        query = select(leases).where(leases.c.index_name == index, leases.c.owner != "")
        with self._transaction() as connection:
            row = connection.execute(query).first()
        return None if row is None else Lease(row.index_name, row.owner, row.number, row.expires)

    # --- dead letters ----------------------------------------------------------------------------

    def add_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        newest = {(letter.index, letter.id): letter for letter in letters}
        rows = [letter_values(letter) for letter in newest.values()]
        with self._transaction() as connection:
            for index in sorted({letter.index for letter in letters}):
                delete_letters(connection, index, [r["key"] for r in rows])
            if rows:
                connection.execute(insert(dead_letters), rows)

    def resolve_dead_letters(self, index: str, ids: Sequence[str]) -> None:
        if ids:
            with self._transaction() as connection:
                delete_letters(connection, index, [letter_key(id) for id in ids])

    def dead_letters(self, index: str, limit: int = 50) -> list[DeadLetter]:
        table = dead_letters
        newest_first = (table.c.at.desc(), table.c.run.desc(), table.c.key)
        query = select(table).where(table.c.index_name == index).order_by(*newest_first)
        with self._transaction() as connection:
            return [
                DeadLetter(row.index_name, row.id, row.reason, row.run, row.at)
                for row in connection.execute(query.limit(limit))
            ]

    def dead_letter_count(self, index: str) -> int:
        table = dead_letters
        query = select(func.count()).where(table.c.index_name == index)
        with self._transaction() as connection:
            return int(connection.execute(query).scalar_one())

    def close(self) -> None:
        self._database.close()

    def _now(self) -> datetime:
        if self._clock is not None:
            return self._clock.now()
        with self._transaction() as connection:
            return clock_of(connection)
