"""GET /v1/runs and /v1/runs/{id}."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict

import falcon.asgi
import orjson

from searchsvc.api.answers import send_json
from searchsvc.api.parameters import RUNS_PARAMETERS
from searchsvc.api.request import ApiRequest
from searchsvc.domain.run import Run, RunStatus
from searchsvc.errors import UnknownRun
from searchsvc.ports import StateStore
from searchsvc.relevance.tasks import TaskFiles
from searchsvc.search.parameters import read_parameters
from searchsvc.search.service import SearchService

_DIGITS = 15  # of the greatest number that a store is asked for


class Runs:
    """What indexers and analysts had done, newest first."""

    def __init__(self, search: SearchService, state: StateStore, tasks: TaskFiles) -> None:
        self._search = search
        self._state = state
        self._tasks = tasks

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """The last runs."""
        values = read_parameters(req.query(), RUNS_PARAMETERS)
        if values["index"]:
            self._search.live(values["index"])
        runs = await asyncio.to_thread(self._state.runs, values["index"] or None, values["limit"])
        send_json(resp, {"runs": [run_body(run) for run in runs]})

    on_head = on_get

    async def on_get_one(self, req: ApiRequest, resp: falcon.asgi.Response, id: str) -> None:
        """One run, with what came of it where analysts asked for it."""
        read_parameters(req.query(), ())
        is_number = id.isascii() and id.isdigit() and len(id) <= _DIGITS
        run = await asyncio.to_thread(self._state.run, int(id)) if is_number else None
        if run is None:
            hint = "of each index and kind the latest 200 are kept: GET /v1/runs"
            raise UnknownRun(f"there is no run '{id[:20]}'", hint=hint)
        req.grant.require_index(run.index)
        resp.set_header("Cache-Control", "no-store")
        result = await asyncio.to_thread(self._result, run)
        send_json(resp, {**run_body(run), "result": result and orjson.Fragment(result)})

    on_head_one = on_get_one

    def _result(self, run: Run) -> bytes | None:
        """Of one that did not succeed a file may be that of another's number."""
        return self._tasks.result(run.id) if run.status is RunStatus.SUCCEEDED else None


def run_body(run: Run) -> Mapping[str, object]:
    """One run; of its error the first line, as the rest may quote rows and statements."""
    return {
        "id": run.id,
        "index": run.index,
        "kind": run.kind,
        "version": run.version,
        "status": run.status,
        "started": run.started,
        "finished": run.finished,
        "seconds": run.seconds,
        "counts": asdict(run.counts),
        "drift": run.drift,
        "progress": None if run.progress is None else asdict(run.progress),
        "error": run.error.partition("\n")[0][:300],
    }
