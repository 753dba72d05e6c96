"""POST /v1/relevance/evaluate, compare and tune: what takes long is a run to follow."""

import asyncio
from collections.abc import Mapping
from typing import Any

import falcon.asgi

from searchsvc.api.answers import send_json
from searchsvc.api.native.runs import run_body
from searchsvc.api.parameters import COMPARE_PARAMETERS, EVALUATE_PARAMETERS, TUNE_PARAMETERS
from searchsvc.api.request import ApiRequest
from searchsvc.api.services import Relevance
from searchsvc.domain.evaluation import Basis
from searchsvc.domain.run import Run
from searchsvc.errors import QueueFull, RequestError
from searchsvc.ports import JudgmentStore, StateStore
from searchsvc.relevance.compare import check_pair, check_sides
from searchsvc.relevance.desk import Desk
from searchsvc.relevance.kept import Wanted
from searchsvc.search.parameters import Parameter, read_parameters
from searchsvc.search.service import SearchService

_MOST_COMPARED = 4  # of kept evaluations, by one worker; they are worked out one by one
_RETRY_SECONDS = 5


class RelevanceWork:
    """Evaluations, comparisons and tunings. Nothing of an index changes by them."""

    def __init__(
        self,
        search: SearchService,
        judgments: JudgmentStore,
        relevance: Relevance,
        state: StateStore,
    ) -> None:
        self._search = search
        self._desk = Desk(search, judgments, relevance.room, state)
        self._compare = relevance.compare
        self._comparing = asyncio.Lock()
        self._compared = 0

    async def on_post_evaluate(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Ask the live version its judged queries."""
        given = await self._given(req, EVALUATE_PARAMETERS)
        _begun(resp, await self._desk.evaluate(given))

    async def on_post_tune(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Find weights; what is found is written nowhere."""
        given = await self._given(req, TUNE_PARAMETERS)
        _begun(resp, await self._desk.tune(given))

    async def on_post_compare(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Answered at once where every side is an evaluation that is kept."""
        given = await self._given(req, COMPARE_PARAMETERS)
        wanted, sides = await self._desk.sides(given)
        kept = [side for side in sides if isinstance(side, Basis)]
        for side in kept:
            req.grant.require_index(side.index)
            if side.index != given["index"]:
                message = f"evaluation '{side.id}' is of index '{side.index}'"
                raise RequestError(message, param="index", hint="name that index")
        if len(kept) < len(sides):
            _begun(resp, await self._desk.compare(given, wanted, sides))
            return
        check_sides(kept)
        for other in kept[1:]:
            check_pair(kept[0], other, wanted.metric, wanted.despite)
        send_json(resp, {"comparisons": await self._in_turn(wanted)})

    async def _in_turn(self, wanted: Wanted) -> list[Mapping[str, Any]]:
        if self._compared >= _MOST_COMPARED:
            message = f"{_MOST_COMPARED} comparisons are being worked out already"
            raise QueueFull(message, retry_after=_RETRY_SECONDS, hint="try again in a moment")
        self._compared += 1
        try:
            async with self._comparing:
                return await asyncio.to_thread(self._compare, wanted)
        finally:
            self._compared -= 1

    async def _given(self, req: ApiRequest, table: tuple[Parameter, ...]) -> dict[str, Any]:
        """The parameters of the body, whose index the key reaches."""
        values = read_parameters(await req.body(), table)
        require_named(req, self._search, values["index"])
        return values


def require_named(req: ApiRequest, search: SearchService, index: str) -> None:
    """Raises RequestError, KeyForbids or UnknownIndex."""
    if not index:
        raise RequestError("'index' is needed", param="index", hint="name one of GET /v1/indexes")
    req.grant.require_index(index)
    search.live(index)
    req.index = index


def _begun(resp: falcon.asgi.Response, run: Run) -> None:
    resp.status = 202
    resp.location = f"/v1/runs/{run.id}"
    send_json(resp, {"run": run_body(run)})
