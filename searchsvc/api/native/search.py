"""GET and POST /v1/indexes/{index}/search."""

from collections.abc import Mapping

import falcon.asgi

from searchsvc.api.answers import JSON, search_body
from searchsvc.api.request import ApiRequest
from searchsvc.search.service import SearchService


class Search:
    """Ranked hits with facets; POST takes in a JSON body what GET takes in the query string."""

    def __init__(self, search: SearchService) -> None:
        self._search = search

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response, index: str) -> None:
        """Search by query string."""
        await self._answer(req, resp, index, req.query())

    on_head = on_get

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response, index: str) -> None:
        """Search by body."""
        await self._answer(req, resp, index, await req.body())

    async def _answer(
        self,
        req: ApiRequest,
        resp: falcon.asgi.Response,
        index: str,
        given: Mapping[str, object],
    ) -> None:
        req.stages.lap("parse")
        answer = await self._search.search(index, given, req.stages)
        req.version = answer.result.version.name
        resp.data = search_body(answer, req.version, req.stages)
        resp.content_type = JSON
