"""Keeps experiments as files, beside the logs that they go by: one for each, and who runs now."""

import os
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from searchsvc.domain.experiment import Ended, Experiment, Preferences
from searchsvc.errors import (
    ExperimentRuns,
    RequestError,
    StateError,
    UnknownExperiment,
    nearest,
)
from searchsvc.relevance.verdict import LEAST_SESSIONS
from searchsvc.search.service import SearchService
from searchsvc.search.serving import not_serving

FOLDER = "experiments"
_RUNNING = ".running"
_LOOK_SECONDS = 1.0  # between two looks at whether one runs


class ExperimentFiles:
    """The experiments in `folder`, of which one may run on an index at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def start(self, experiment: Experiment) -> None:
        """Let it run. Raises ExperimentRuns."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self.path_running(experiment.index)
        draft = self._written(experiment, f"{experiment.id}.{os.getpid()}")
        try:
            os.link(draft, path)  # whole, and only where there is none
        except FileExistsError:
            message = f"an experiment runs on '{experiment.index}' already"
            hint = f"searchsvc experiment stop {experiment.index}"
            raise ExperimentRuns(message, hint=hint) from None
        finally:
            draft.unlink()

    def end(
        self, experiment: Experiment, why: Ended, found: Preferences, at: datetime
    ) -> Experiment:
        """What it is once it has ended; it is kept so. To end it twice is to end it once."""
        running = self.running(experiment.index)
        if running is None or running.id != experiment.id:
            return self.find(experiment.id)
        over = replace(experiment, ended=at, why=why, found=found)
        self._written(over, over.id).replace(self._folder / f"{over.id}.json")
        self.path_running(over.index).unlink(missing_ok=True)
        return over

    def running(self, index: str) -> Experiment | None:
        """The one that runs on an index."""
        return self.read(self.path_running(index))

    def all(self, index: str = "") -> list[Experiment]:
        """Those of an index, or of all, the newest first."""
        paths = [*self._folder.glob("*.json"), *self._folder.glob(f"*{_RUNNING}")]
        found = {one.id: one for path in paths if (one := self.read(path)) is not None}
        own = [one for one in found.values() if index in ("", one.index)]
        return sorted(own, key=lambda one: (one.started, one.id), reverse=True)

    def find(self, id: str) -> Experiment:
        """The one of that id. Raises UnknownExperiment."""
        found = {one.id: one for one in self.all()}
        if id not in found:
            raise UnknownExperiment(f"no experiment '{id[:100]}'", hint=_hint(id, found))
        return found[id]

    def read(self, path: Path) -> Experiment | None:
        """What a file says; None where it is not there. Raises StateError."""
        try:
            return msgspec.json.decode(path.read_bytes(), type=Experiment)
        except FileNotFoundError:
            return None
        except msgspec.MsgspecError as error:
            raise StateError(f"{path.name} is no experiment: {error}", hint="delete it") from error

    def path_running(self, index: str) -> Path:
        """Where the one lies that runs on an index."""
        return self._folder / f"{index}{_RUNNING}"

    def _written(self, experiment: Experiment, name: str) -> Path:
        draft = self._folder / f"{name}.new"
        draft.write_bytes(msgspec.json.encode(experiment))
        return draft


@dataclass(slots=True)
class _Look:
    next: float = 0.0
    mark: tuple[int, int, int] | None = None
    found: Experiment | None = None


class RunningExperiments:
    """Which experiment runs on one of `indexes`; cheap enough to ask at every request.

    A change is seen within a second. A file that cannot be read is none.
    """

    def __init__(
        self,
        files: ExperimentFiles,
        indexes: Collection[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._files = files
        self._indexes = indexes
        self._clock = clock
        self._looks: dict[str, _Look] = {}

    def of(self, index: str) -> Experiment | None:
        """The one that runs on this index."""
        if index not in self._indexes:
            return None
        look = self._looks.setdefault(index, _Look())
        if (now := self._clock()) < look.next:
            return look.found
        look.next = now + _LOOK_SECONDS
        path = self._files.path_running(index)
        try:
            stat = path.stat()
        except FileNotFoundError:
            look.mark = look.found = None
            return None
        mark = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if mark != look.mark:
            look.mark = mark
            try:
                look.found = self._files.read(path)
            except StateError:
                look.found = None
        return look.found


def begun(search: SearchService, index: str, a: str, b: str, sessions: int) -> Experiment:
    """A new experiment on the live version of an index, which does not run yet.

    Raises UnknownIndex, NotServing, or RequestError where these rankings cannot be served together,
    or so few sessions prove nothing.
    """
    if sessions < LEAST_SESSIONS:
        message = f"{sessions} sessions prove nothing, whatever they prefer"
        raise RequestError(message, param="sessions", hint=f"plan {LEAST_SESSIONS} at least")
    live = search.live(index)
    if live is None:
        raise not_serving(index)
    definition = live.definition
    for name, value in (("a", a), ("b", b)):
        if definition.ranking(value) is None:
            hint = nearest(value, [one.name for one in definition.all_rankings])
            raise RequestError(
                f"index '{index}' has no ranking '{value[:63]}'", param=name, hint=hint
            )
    if definition.groups.default:
        message = f"hits of index '{index}' are groups, of which two rankings make different ones"
        raise RequestError(message, param="index", hint="leave the default of group_by out")
    now = datetime.now(UTC)
    id = f"{index}-{now:%Y%m%dt%H%M%S}{now.microsecond // 1000:03}z"
    return Experiment(id, index, a, b, sessions, now)


def stopped(
    files: ExperimentFiles, experiment: Experiment, found: Preferences, now: datetime
) -> Experiment:
    """The experiment, ended with what it has `found`; one that has ended stays as it is."""
    if experiment.ended is not None:
        return experiment
    why = Ended.ENOUGH if found.decided >= experiment.sessions else Ended.STOPPED
    return files.end(experiment, why, found, now)


def required(files: ExperimentFiles, index: str) -> Experiment:
    """The one that runs on an index. Raises UnknownExperiment."""
    found = files.running(index)
    if found is None:
        hint = f"searchsvc experiment start {index} A B"
        raise UnknownExperiment(f"no experiment runs on '{index}'", hint=hint)
    return found


def _hint(id: str, known: dict[str, Experiment]) -> str:
    return nearest(id, known) if known else "searchsvc experiment start makes one"
