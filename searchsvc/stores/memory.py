"""The state store of tests, and the judgments: all in this process, nothing survives it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from threading import RLock

from searchsvc.domain.judgment import Judgment, JudgmentCounts, JudgmentSet
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


class MemoryStateStore:
    """Implements ports.StateStore; safe for several threads, as a heartbeat needs it."""

    def __init__(self, clock: Clock, *, keep_runs: int = 200) -> None:
        self._clock = clock
        self._keep = keep_runs
        self._lock = RLock()
        self._ids = count(1)
        self._runs: dict[int, Run] = {}
        self._watermarks: dict[str, int] = {}
        self._reads: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._checkpoints: dict[str, Checkpoint] = {}
        self._leases: dict[str, Lease] = {}
        self._letters: dict[tuple[str, str], DeadLetter] = {}

    def start_run(self, index: str, kind: RunKind, version: str, at: datetime) -> Run:
        with self._lock:
            run = Run(next(self._ids), index, kind, version, RunStatus.RUNNING, at)
            self._runs[run.id] = run
            for old in self.runs(index, limit=len(self._runs), kind=kind)[self._keep :]:
                del self._runs[old.id]
            return run

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
        with self._lock:
            self._runs[run.id] = done
        return done

    def set_progress(self, run: Run, progress: RunProgress) -> None:
        with self._lock:
            found = self._runs.get(run.id)
            if found is not None and found.status is RunStatus.RUNNING:
                self._runs[run.id] = replace(found, progress=progress)

    def runs(
        self, index: str | None = None, limit: int = 50, kind: RunKind | None = None
    ) -> list[Run]:
        with self._lock:
            chosen = [
                run
                for run in self._runs.values()
                if index in (None, run.index) and kind in (None, run.kind)
            ]
        return sorted(chosen, key=lambda run: run.id, reverse=True)[:limit]

    def run(self, id: int) -> Run | None:
        return self._runs.get(id)

    def abandon_runs(self, index: str, at: datetime) -> int:
        with self._lock:
            open_runs = [
                run
                for run in self._runs.values()
                if run.index == index and run.status is RunStatus.RUNNING and run.kind in LEASED
            ]
            for run in open_runs:
                self._runs[run.id] = replace(
                    run, status=RunStatus.ABANDONED, finished=at, progress=None
                )
        return len(open_runs)

    def watermark(self, version: str) -> int | None:
        return self._watermarks.get(version)

    def set_watermark(self, version: str, value: int) -> None:
        with self._lock:
            self._watermarks[version] = value

    def newest_read(self, version: str) -> int:
        return self._reads.get(version, 0)

    def set_newest_read(self, version: str, value: int) -> None:
        with self._lock:
            self._reads[version] = max(value, self.newest_read(version))

    def forget_version(self, version: str) -> None:
        with self._lock:
            self._watermarks.pop(version, None)
            self._reads.pop(version, None)
            kept = {i: c for i, c in self._checkpoints.items() if c.version != version}
            self._checkpoints = kept

    def checkpoint(self, index: str) -> Checkpoint | None:
        return self._checkpoints.get(index)

    def set_checkpoint(self, index: str, checkpoint: Checkpoint) -> None:
        with self._lock:
            self._checkpoints[index] = checkpoint

    def acquire_lease(self, index: str, owner: str, ttl: float) -> Lease:
        with self._lock:
            now = self._clock.now()
            held = self._leases.get(index)
            if held is not None and held.expires > now and held.owner != owner:
                raise LeaseHeld(
                    f"index '{index}' is run by {held.owner} now", hint="wait for it to end"
                )
            number = self._numbers.get(index, 0) + 1
            self._numbers[index] = number
            lease = Lease(index, owner, number, now + timedelta(seconds=ttl))
            self._leases[index] = lease
            return lease

    def renew_lease(self, lease: Lease, ttl: float) -> Lease:
        with self._lock:
            held = self._leases.get(lease.index)
            if held is None or held.number != lease.number:
                raise LeaseLost(f"the lease of index '{lease.index}' is with another process now")
            renewed = replace(held, expires=self._clock.now() + timedelta(seconds=ttl))
            self._leases[lease.index] = renewed
            return renewed

    def release_lease(self, lease: Lease) -> None:
        with self._lock:
            held = self._leases.get(lease.index)
            if held is not None and held.number == lease.number:
                del self._leases[lease.index]

    def lease(self, index: str) -> Lease | None:
        return self._leases.get(index)

    def add_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        with self._lock:
            self._letters.update({(letter.index, letter.id): letter for letter in letters})

    def resolve_dead_letters(self, index: str, ids: Sequence[str]) -> None:
        with self._lock:
            for id in ids:
                self._letters.pop((index, id), None)

    def dead_letter_count(self, index: str) -> int:
        return sum(of == index for of, _ in self._letters)

    def dead_letters(self, index: str, limit: int = 50) -> list[DeadLetter]:
        with self._lock:
            letters = [letter for letter in self._letters.values() if letter.index == index]
        return sorted(letters, key=lambda letter: (letter.at, letter.run), reverse=True)[:limit]

    def close(self) -> None:
        """Nothing is open."""


class MemoryJudgmentStore:
    """Implements ports.JudgmentStore; safe for several threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._found: dict[tuple[str, str], dict[tuple[str, str, str], Judgment]] = {}

    def put(self, index: str, name: str, judgments: Sequence[Judgment]) -> JudgmentCounts:
        with self._lock:
            kept = self._found.setdefault((index, name), {})
            named = {(one.query, one.id, one.rater): one for one in judgments}
            new = named.keys() - kept.keys()
            changed = {k for k in named.keys() - new if kept[k].rating != named[k].rating}
            kept.update((key, named[key]) for key in new | changed)
            return JudgmentCounts(len(new), len(changed), len(named) - len(new) - len(changed))

    def judgments(self, index: str, name: str, query: str | None = None) -> list[Judgment]:
        with self._lock:
            kept = sorted(self._found.get((index, name), {}).items())
            return [one for _, one in kept if query in (None, one.query)]

    def sets(self, index: str) -> list[JudgmentSet]:
        with self._lock:
            named = {
                name: list(kept.values())
                for (of, name), kept in sorted(self._found.items())
                if of == index and kept
            }
        return [
            JudgmentSet(
                index,
                name,
                len(found),
                len({one.query for one in found}),
                len({one.rater for one in found}),
                max((one.at for one in found if one.at is not None), default=None),
            )
            for name, found in named.items()
        ]

    def delete(self, index: str, name: str) -> int:
        with self._lock:
            return len(self._found.pop((index, name), {}))

    def close(self) -> None:
        """Nothing is open."""
