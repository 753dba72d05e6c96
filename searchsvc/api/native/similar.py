"""GET and POST /v1/indexes/{index}/similar/{id}."""

from collections.abc import Mapping

import falcon.asgi

from searchsvc.api.answers import JSON, similar_body
from searchsvc.api.request import ApiRequest
from searchsvc.search.service import SearchService


class Similar:
    """Documents like one of them; the id stands last, since it may hold any character, `/` too."""

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
        answer = await self._search.similar(*document, given, req.stages)
        req.version = answer.result.version.name
        resp.data = similar_body(answer, req.version, req.stages)
        resp.content_type = JSON
