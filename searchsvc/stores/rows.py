"""Rows of the state store as values of the domain, and back."""

from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Row

from searchsvc.domain.document import Outcome
from searchsvc.domain.run import (
    Checkpoint,
    Counts,
    DeadLetter,
    Run,
    RunKind,
    RunProgress,
    RunStatus,
)

_COUNTS = ("read", *(outcome.value for outcome in Outcome))


def run_values(run: Run) -> dict[str, object]:
    """The columns of a run but its number."""
    values = {f"rows_{name}": getattr(run.counts, name) for name in _COUNTS}
    return values | {
        "index_name": run.index,
        "kind": run.kind.value,
        "version": run.version,
        "status": run.status.value,
        "started": run.started,
        "finished": run.finished,
        "error": run.error,
        "drift": run.drift,
        **progress_values(run.progress),
    }


def progress_values(progress: RunProgress | None) -> dict[str, object]:
    """The columns that tell how far a run has come."""
    if progress is None:
        return {"phase": None, "done": None, "total": None}
    return {"phase": progress.phase, "done": progress.done, "total": progress.total}


def run_of(row: Row[Any]) -> Run:
    """The run of a row."""
    values = row._asdict()
    return Run(
        row.id,
        row.index_name,
        RunKind(row.kind),
        row.version,
        RunStatus(row.status),
        row.started,
        row.finished,
        Counts(**{name: values[f"rows_{name}"] for name in _COUNTS}),
        row.error,
        row.drift,
        None if row.phase is None else RunProgress(row.phase, row.done or 0, row.total),
    )


def checkpoint_of(content: str) -> Checkpoint | None:
    """None where another release has written what this one cannot read: it begins anew."""
    try:
        return msgspec.json.decode(content, type=Checkpoint)
    except msgspec.MsgspecError:
        return None


def letter_key(id: str) -> str:
    """What stands for an id in a key: ids are longer than a key of MySQL may be."""
    return sha256(id.encode("utf-8", "surrogatepass")).hexdigest()


def letter_values(letter: DeadLetter) -> dict[str, Any]:
    """The columns of a dead letter."""
    return {
        "index_name": letter.index,
        "key": letter_key(letter.id),
        "id": letter.id.encode("utf-8", "replace").decode(),
        "reason": letter.reason,
        "run": letter.run,
        "at": letter.at,
    }
