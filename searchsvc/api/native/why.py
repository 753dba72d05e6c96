"""GET and POST /v1/indexes/{index}/why/{id}."""

from collections.abc import Mapping

import falcon.asgi

from searchsvc.api.answers import JSON, why_body
from searchsvc.api.request import ApiRequest
from searchsvc.search.service import SearchService


class WhyHit:
    """Why one document is a hit of a search, or none; the id may hold any character, `/` too."""

    def __init__(self, search: SearchService) -> None:
        self._search = search

    async def on_get(
        self, req: ApiRequest, resp: falcon.asgi.Response, index: str, id: str
    ) -> None:
        """By query string."""
        await self._answer(req, resp, (index, id), req.query())

    on_head = on_get

    async def on_post(
        self, req: ApiRequest, resp: falcon.asgi.Response, index: str, id: str
    ) -> None:
        """By body."""
        await self._answer(req, resp, (index, id), await req.body())

    async def _answer(
        self,
        req: ApiRequest,
        resp: falcon.asgi.Response,
        document: tuple[str, str],
        given: Mapping[str, object],
    ) -> None:
        req.stages.lap("parse")
        answer = await self._search.why(*document, given, req.stages)
        req.version = answer.version.name
        resp.data = why_body(answer, req.stages)
        resp.content_type = JSON
