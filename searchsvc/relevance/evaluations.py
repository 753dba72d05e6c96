"""Keeps evaluations as files, each under the hash of what it rests on."""

from pathlib import Path

import msgspec

from searchsvc.domain.evaluation import Evaluation
from searchsvc.errors import StateError, UsageError, nearest

FOLDER = "evaluations"
_SHORTEST = 4  # characters of an id that stand for it


class EvaluationFiles:
    """The evaluations in `folder`. The same one again takes the place of the former."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, evaluation: Evaluation) -> None:
        """Write it, in one step."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(evaluation.basis.id)
        draft = path.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(evaluation))
        draft.replace(path)

    def find(self, id: str) -> Evaluation:
        """The one whose id begins so. Raises UsageError where none does, or several do."""
        found = [one for one in self._ids() if len(id) >= _SHORTEST and one.startswith(id)]
        if len(found) != 1:
            message = f"{'several evaluations' if found else 'no evaluation'} '{id[:50]}'"
            hint = "give more of it" if found else nearest(id, self._ids())
            raise UsageError(message, hint=hint)
        return self._read(self._path(found[0]))

    def all(self, index: str) -> list[Evaluation]:
        """Those of an index, the newest first."""
        found = (self._read(self._path(id)) for id in self._ids())
        own = [one for one in found if one.basis.index == index]
        return sorted(own, key=lambda one: one.at, reverse=True)

    def _ids(self) -> list[str]:
        return sorted(path.stem for path in self._folder.glob("*.json"))

    def _path(self, id: str) -> Path:
        return self._folder / f"{id}.json"

    def _read(self, path: Path) -> Evaluation:
        try:
            return msgspec.json.decode(path.read_bytes(), type=Evaluation)
        except msgspec.MsgspecError as error:
            hint = "delete it, and evaluate again"
            raise StateError(f"{path.name} is no evaluation: {error}", hint=hint) from error
