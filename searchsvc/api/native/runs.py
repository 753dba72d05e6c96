"""GET /v1/runs."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict

import falcon.asgi

from searchsvc.api.answers import send_json
from searchsvc.api.parameters import RUNS_PARAMETERS
from searchsvc.api.request import ApiRequest
from searchsvc.domain.run import Run
from searchsvc.ports import StateStore
from searchsvc.search.parameters import read_parameters
from searchsvc.search.service import SearchService


class Runs:
    """What the indexers did, newest first."""

    def __init__(self, search: SearchService, state: StateStore) -> None:
        self._search = search
        self._state = state

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """The last runs."""
        values = read_parameters(req.query(), RUNS_PARAMETERS)
        if values["index"]:
            self._search.live(values["index"])
        runs = await asyncio.to_thread(self._state.runs, values["index"] or None, values["limit"])
        send_json(resp, {"runs": [run_body(run) for run in runs]})

    on_head = on_get


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
