"""GET /v1/relevance/evaluations and /v1/relevance/evaluations/{id}."""

import asyncio
from collections.abc import Mapping
from typing import Any

import falcon.asgi

from searchsvc.api.answers import send_json
from searchsvc.api.native.relevance import require_named
from searchsvc.api.parameters import EVALUATIONS_PARAMETERS
from searchsvc.api.request import ApiRequest
from searchsvc.domain.evaluation import Evaluation
from searchsvc.relevance.bodies import answers_body
from searchsvc.relevance.evaluations import EvaluationFiles
from searchsvc.relevance.metrics import read_metric
from searchsvc.search.parameters import read_parameters
from searchsvc.search.service import SearchService


class Evaluations:
    """The evaluations that are kept, by whatever they were made."""

    def __init__(self, search: SearchService, kept: EvaluationFiles) -> None:
        self._search = search
        self._kept = kept

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Those of an index in a few figures, the newest first."""
        values = read_parameters(req.query(), EVALUATIONS_PARAMETERS)
        require_named(req, self._search, values["index"])
        found = await asyncio.to_thread(self._kept.summaries, values["index"])
        resp.set_header("Cache-Control", "no-store")
        shown = found[: values["limit"]]
        send_json(resp, {"index": values["index"], "total": len(found), "evaluations": shown})

    on_head = on_get

    async def on_get_one(self, req: ApiRequest, resp: falcon.asgi.Response, id: str) -> None:
        """All of one, with what each query found."""
        read_parameters(req.query(), ())
        found = await asyncio.to_thread(self._kept.find, id)
        req.grant.require_index(found.basis.index)
        resp.set_header("Cache-Control", "no-store")
        send_json(resp, await asyncio.to_thread(self._body, found))

    on_head_one = on_get_one

    def _body(self, found: Evaluation) -> Mapping[str, Any]:
        figures = self._kept.summary(found)
        metrics = tuple(read_metric(name) for name in figures["metrics"])
        return {**figures, "answers": answers_body(found, metrics)}
