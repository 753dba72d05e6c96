"""Keeps evaluations as files, each under the hash of what it rests on."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from searchsvc.domain.evaluation import Basis, Evaluation
from searchsvc.errors import StateError, UnknownEvaluation

FOLDER = "evaluations"
_SUMMARY = ".summary"
_SHORTEST = 4  # characters of an id that stand for it
_log = logging.getLogger(__name__)


class _Figures(msgspec.Struct):
    """What no summary lacks."""

    basis: Basis
    at: datetime
    metrics: Mapping[str, Any]


class EvaluationFiles:
    """The evaluations in `folder`. The same one again takes the place of the former."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, evaluation: Evaluation, summary: Mapping[str, Any]) -> None:
        """Write it, and beside it its figures, whose ranges take long to work out."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(evaluation.basis.id)
        _write(path.with_suffix(_SUMMARY), msgspec.json.encode(summary))
        _write(path, msgspec.json.encode(evaluation))

    def summaries(self, index: str) -> list[Mapping[str, Any]]:
        """The figures of those of an index, the newest first; without what is damaged."""
        own = [one for one in self._summaries() if one["basis"]["index"] == index]
        return sorted(own, key=lambda one: str(one["at"]), reverse=True)

    def _summaries(self) -> Iterator[Mapping[str, Any]]:
        for path in sorted(self._folder.glob(f"*{_SUMMARY}")):
            try:
                yield _figures(path)
            except UnknownEvaluation as error:
                _log.warning("%s; %s", error.message, error.hint)

    def metrics(self, id: str) -> list[str]:
        """The metrics whose figures are kept with the evaluation of that id, if there is one."""
        path = self._path(id).with_suffix(_SUMMARY)
        if path.exists():
            with suppress(UnknownEvaluation):  # it is written anew
                return list(_figures(path)["metrics"])
        return []

    def summary(self, evaluation: Evaluation) -> Mapping[str, Any]:
        """The figures that were kept with it."""
        return _figures(self._path(evaluation.basis.id).with_suffix(_SUMMARY))

    def find(self, id: str) -> Evaluation:
        """The one whose id begins so.

        Raises UnknownEvaluation where none does, or several do, or where its file is damaged, and
        StateError where it cannot be read.
        """
        if len(id) < _SHORTEST:
            hint = f"give the first {_SHORTEST} characters of an id, or more"
            raise UnknownEvaluation(f"no evaluation '{id}'", hint=hint)
        found = [one for one in self._ids() if one.startswith(id)]
        if len(found) != 1:
            message = f"{'several evaluations' if found else 'no evaluation'} '{id[:50]}'"
            # Ids are not told: they may be of indexes that the caller does not reach.
            hint = "give more of it" if found else "GET /v1/relevance/evaluations lists them"
            raise UnknownEvaluation(message, hint=hint)
        path = self._path(found[0])
        evaluation: Evaluation = _decoded(path, _read(path), Evaluation)
        return evaluation

    def _ids(self) -> list[str]:
        return sorted(path.stem for path in self._folder.glob("*.json"))

    def _path(self, id: str) -> Path:
        return self._folder / f"{id}.json"


def _figures(path: Path) -> Mapping[str, Any]:
    data = _read(path)
    _decoded(path, data, _Figures)
    # What was kept before it was known whose judgments they are does not tell.
    return {"judged_by": "", **_decoded(path, data, dict[str, Any])}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = str(error.strerror).lower()
        raise StateError(f"{path.name} cannot be read: {reason}") from error


def _decoded(path: Path, data: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.MsgspecError as error:
        hint = f"delete {FOLDER}/{path.name} in data_dir, and evaluate again"
        raise UnknownEvaluation(f"{path.name} is no evaluation: {error}", hint=hint) from error


def _write(path: Path, data: bytes) -> None:
    """In one step, so that whoever reads meanwhile reads the former."""
    draft = path.with_suffix(f"{path.suffix}.new")
    draft.write_bytes(data)
    draft.replace(path)
