"""What runs have been asked to do by those who evaluate, and what came of it: files by run."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import orjson

from searchsvc.domain.definition import DEFAULT
from searchsvc.domain.run import RunKind
from searchsvc.errors import QueueFull, StateError

FOLDER = "relevance"
MOST_WAITING = 10
_RETRY_SECONDS = 30
_RESULTS_KEPT = 500


@dataclass(frozen=True, slots=True)
class Task:
    """What the run of number `run` has been asked to do.

    `set` names the judgments that count, "" the usual ones. `sides` are rankings and
    ids of evaluations; the first is compared with each of the others. `rankings` are those of them
    that are to be asked for `depth` hits, 0 for as many as the metrics look at. A tuning has
    `folds` parts, drawn by `seed`.
    """

    run: int
    kind: RunKind
    index: str
    set: str = ""
    rankings: tuple[str, ...] = (DEFAULT,)
    metrics: tuple[str, ...] = ("ndcg@10",)
    sides: tuple[str, ...] = ()
    despite: tuple[str, ...] = ()
    movers: int = 3
    depth: int = 0
    folds: int = 5
    seed: int = 0


class TaskFiles:
    """Tasks that wait or are being done, in `folder`: any worker adds, one process takes.

    A file is named after its run, and otherwise once the task is begun; it goes when it is done.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "tasks"
        self._results = folder / "results"

    def check_room(self) -> None:
        """Raises QueueFull where so many wait that another would wait long."""
        if len(self.waiting()) >= MOST_WAITING:
            message = f"{MOST_WAITING} evaluations, comparisons and tunings wait already"
            hint = "try again when some have ended: GET /v1/runs"
            raise QueueFull(message, retry_after=_RETRY_SECONDS, hint=hint)

    def add(self, task: Task) -> None:
        """Raises StateError where the disk takes no more."""
        _write(self._folder / f"{task.run}.json", msgspec.json.encode(task))

    def waiting(self) -> list[int]:
        """The runs whose task nobody has begun, the oldest first."""
        return self._runs("json")

    def begun(self) -> list[int]:
        """The runs whose task was begun and has not ended."""
        return self._runs("begun")

    def begin(self, run: int) -> None:
        """Mark it, so that whoever comes after a process that was killed knows of it."""
        (self._folder / f"{run}.json").replace(self._folder / f"{run}.begun")

    def read(self, run: int) -> Task:
        """A task that was begun. Raises StateError where it cannot be read."""
        path = self._folder / f"{run}.begun"
        try:
            return msgspec.json.decode(path.read_bytes(), type=Task)
        except (OSError, msgspec.MsgspecError) as error:
            raise StateError(f"the task of run {run} cannot be read: {error}") from error

    def end(self, run: int) -> None:
        """Take it away, whether it was begun or not."""
        for kind in ("json", "begun"):
            (self._folder / f"{run}.{kind}").unlink(missing_ok=True)

    def keep(self, run: int, result: Mapping[str, Any]) -> None:
        """Keep what came of it; of older ones the last few hundred stay. Raises StateError."""
        _write(self._results / f"{run}.json", orjson.dumps(result, option=orjson.OPT_UTC_Z))
        for old in sorted(_numbers(self._results, "json"))[:-_RESULTS_KEPT]:
            (self._results / f"{old}.json").unlink(missing_ok=True)

    def result(self, run: int) -> bytes | None:
        """The JSON that was kept; None where there is none, or none any more."""
        with suppress(FileNotFoundError):
            return (self._results / f"{run}.json").read_bytes()
        return None

    def _runs(self, kind: str) -> list[int]:
        return sorted(_numbers(self._folder, kind))


def _numbers(folder: Path, kind: str) -> Iterator[int]:
    for path in folder.glob(f"*.{kind}"):
        if path.stem.isdigit():
            yield int(path.stem)


def _write(path: Path, data: bytes) -> None:
    draft = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        raise StateError(f"{path.name} cannot be written: {error.strerror}") from error
