"""Compares evaluations that are kept: in this process, or in one beside a server that answers."""

import json
import os
import subprocess
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from searchsvc.errors import StateError
from searchsvc.indexing.beside import NICE
from searchsvc.relevance.bodies import comparison_body
from searchsvc.relevance.compare import compare_all
from searchsvc.relevance.evaluations import EvaluationFiles
from searchsvc.relevance.metrics import Metric

_SECONDS = 120.0  # 10,000 queries take half of it


@dataclass(frozen=True, slots=True)
class Wanted:
    """The evaluations of these ids, the first with each of the others, by `metric`."""

    index: str
    sides: tuple[str, ...]
    metric: Metric
    despite: tuple[str, ...] = ()
    movers: int = 3


Compare: TypeAlias = Callable[[Wanted], list[Mapping[str, Any]]]


def compare_kept(kept: EvaluationFiles, wanted: Wanted) -> list[Mapping[str, Any]]:
    """Each comparison as JSON has it. Raises UnknownEvaluation, and as `compare` does."""
    first, *others = [kept.find(side) for side in wanted.sides]
    found = compare_all(first, others, wanted.metric, despite=wanted.despite, movers=wanted.movers)
    return [comparison_body(one) for one in found]


class CompareBeside:
    """The same by `command`, which is `searchsvc` in a project: 10,000 samples take a processor
    for seconds, which this process has searches to answer in.
    """

    def __init__(self, command: Collection[str]) -> None:
        self._command = command
        self._running: set[subprocess.Popen[bytes]] = set()

    def __call__(self, wanted: Wanted) -> list[Mapping[str, Any]]:
        """Blocks meanwhile. Raises StateError where it does not work out."""
        options = ["--metric", wanted.metric.name, "--movers", str(wanted.movers)]
        options += ["--despite", ",".join(wanted.despite), "--json"]
        arguments = [*self._command, "compare", wanted.index, *wanted.sides, *options]
        process = subprocess.Popen(  # noqa: S603 - our own command
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C is the server's, which then ends it
        )
        self._running.add(process)
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
        try:
            out, told = process.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            told = b"it took too long"
        finally:
            self._running.discard(process)
        if process.returncode:
            raise StateError(f"the comparison did not end: {told.decode(errors='replace')[:300]}")
        found: list[Mapping[str, Any]] = json.loads(out)
        return found

    def close(self) -> None:
        """End those that are under way."""
        for process in tuple(self._running):
            process.kill()
