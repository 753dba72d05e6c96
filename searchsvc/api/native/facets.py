"""GET and POST /v1/indexes/{index}/facets/{field}."""

from collections.abc import Mapping

import falcon.asgi

from searchsvc.api.answers import JSON, facet_values_body
from searchsvc.api.request import ApiRequest
from searchsvc.search.service import SearchService


class FacetValues:
    """The values of one facet that hold what was typed, with their counts in a search."""

    def __init__(self, search: SearchService) -> None:
        self._search = search

    async def on_get(
        self, req: ApiRequest, resp: falcon.asgi.Response, index: str, field: str
    ) -> None:
        """By query string."""
        await self._answer(req, resp, (index, field), req.query())

    on_head = on_get

    async def on_post(
        self, req: ApiRequest, resp: falcon.asgi.Response, index: str, field: str
    ) -> None:
        """By body."""
        await self._answer(req, resp, (index, field), await req.body())

    async def _answer(
        self,
        req: ApiRequest,
        resp: falcon.asgi.Response,
        place: tuple[str, str],
        given: Mapping[str, object],
    ) -> None:
        req.stages.lap("parse")
        answer = await self._search.facet_values(*place, given, req.stages)
        req.version = answer.result.version.name
        resp.data = facet_values_body(answer, req.version, req.stages)
        resp.content_type = JSON
