"""GET and POST /v1/relevance/experiments; GET …/{experiment}; POST …/{experiment}/stop."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import falcon
import falcon.asgi

from searchsvc.analytics.preferences import preferences
from searchsvc.analytics.searches import Searches
from searchsvc.api.answers import send_json
from searchsvc.api.parameters import EXPERIMENTS_PARAMETERS, START_PARAMETERS
from searchsvc.api.request import ApiRequest
from searchsvc.errors import EditingOff, RequestError
from searchsvc.relevance.experiments import ExperimentFiles, begun, stopped
from searchsvc.relevance.verdict import row_of, sessions_needed, told
from searchsvc.search.parameters import read_parameters
from searchsvc.search.service import SearchService


class Experiments:
    """Rankings that are compared by what people click on.

    `edit`: whether anybody may start and stop them; `logs`: whether searches are remembered.
    """

    def __init__(
        self,
        search: SearchService,
        files: ExperimentFiles,
        log: Searches,
        *,
        edit: bool,
        logs: bool,
    ) -> None:
        self._search = search
        self._files = files
        self._log = log
        self._edit = edit
        self._logs = logs

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """The newest first."""
        index = read_parameters(req.query(), EXPERIMENTS_PARAMETERS)["index"]
        if index:
            self._search.live(index)
        found = await asyncio.to_thread(self._files.all, index)
        send_json(resp, {"experiments": [row_of(one) for one in found]})

    on_head = on_get

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Start one."""
        values = read_parameters(await req.body(), START_PARAMETERS)
        req.stages.lap("parse")
        self._require_editing(req)
        for name in ("index", "a", "b"):
            if not values[name]:
                raise RequestError(f"'{name}' is missing", param=name)
        index, sessions = values["index"], values["sessions"] or sessions_needed()
        if not self._logs:
            message = "searches are not remembered, so that nothing could be told"
            raise RequestError(message, param="index", hint="set analytics.log")
        one = begun(self._search, index, values["a"], values["b"], sessions)
        await asyncio.to_thread(self._files.start, one)
        send_json(resp, row_of(one))

    async def on_get_one(
        self, req: ApiRequest, resp: falcon.asgi.Response, experiment: str
    ) -> None:
        """With what it has found until now."""
        read_parameters(req.query(), ())
        resp.set_header("Cache-Control", "no-store")
        send_json(resp, await asyncio.to_thread(self._told, experiment))

    on_head_one = on_get_one

    async def on_post_stop(
        self, req: ApiRequest, resp: falcon.asgi.Response, experiment: str
    ) -> None:
        """End it; one that has ended stays as it is."""
        read_parameters(await req.body() if req.content_length else {}, ())
        self._require_editing(req)
        send_json(resp, await asyncio.to_thread(self._stopped, experiment))

    def _told(self, id: str) -> Mapping[str, Any]:
        one = self._files.find(id)
        return told(one, one.found or preferences(self._log.folder, one))

    def _stopped(self, id: str) -> Mapping[str, Any]:
        one = self._files.find(id)
        found = one.found or preferences(self._log.folder, one)
        return told(stopped(self._files, one, found, datetime.now(UTC)), found)

    def _require_editing(self, req: ApiRequest) -> None:
        if not self._edit and req.grant.key is None:
            hint = "use a key of role admin, searchsvc experiment, or set api.edit"
            raise EditingOff("this API starts and stops nothing without a key", hint=hint)
