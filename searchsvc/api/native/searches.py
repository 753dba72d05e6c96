"""POST /v1/search: several searches in one request."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import falcon.asgi
import orjson

from searchsvc.api.answers import JSON, times
from searchsvc.api.errors import problem
from searchsvc.api.parameters import MAX_SEARCHES
from searchsvc.api.request import ApiRequest
from searchsvc.api.searched import Searched
from searchsvc.errors import RequestError
from searchsvc.search.parameters import refuse_unknown
from searchsvc.telemetry.latency import LatencyRecorder
from searchsvc.telemetry.stages import Stages

_HINT = 'like: {"searches": [{"index": "products", "q": "words"}]}'


class Searches:
    """Searches of any indexes, side by side; each is answered, or refused, in its place."""

    def __init__(
        self, searched: Searched, indexes: Collection[str], latency: LatencyRecorder
    ) -> None:
        self._searched = searched
        self._indexes = indexes
        self._latency = latency

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """All of them, in the order of the request."""
        asked = _searches(await req.body())
        req.stages.lap("parse")
        results = await asyncio.gather(*(self._result(req, one) for one in asked))
        req.stages.lap("engine")
        fragments = [orjson.Fragment(result) for result in results]
        resp.data = orjson.dumps({"results": fragments, **times(req.stages)})
        resp.content_type = JSON

    async def _result(self, req: ApiRequest, given: Mapping[str, object]) -> bytes:
        """One search's answer, booked under its own index; or its problem."""
        stages = Stages()
        stages.lap("parse")
        try:
            body = await self._answer(req, given, stages)
        except Exception as error:  # noqa: BLE001 - one that fails must not take the others along
            body = orjson.dumps(problem(req, error))
        index = given.get("index")
        if isinstance(index, str) and index in self._indexes:
            route = req.uri_template or ""
            self._latency.record_request(route, index, stages.durations, stages.total)
        return body

    async def _answer(self, req: ApiRequest, given: Mapping[str, object], stages: Stages) -> bytes:
        index = given.get("index")
        if not isinstance(index, str):
            message = "each search needs the name of an index"
            raise RequestError(message, param="index", hint=_HINT)
        parameters = {name: value for name, value in given.items() if name != "index"}
        answer = await self._searched.answer(index, parameters, stages, req)
        return answer.json


def _searches(given: Mapping[str, object]) -> Sequence[Mapping[str, Any]]:
    """The searches of a body. Raises RequestError where it is none of searches at all."""
    refuse_unknown(given, ["searches"])
    found = given.get("searches")
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise RequestError("'searches' must be a list of objects", param="searches", hint=_HINT)
    if not 1 <= len(found) <= MAX_SEARCHES:
        message = f"'searches' must be 1 to {MAX_SEARCHES}, not {len(found)}"
        raise RequestError(message, param="searches")
    return found
