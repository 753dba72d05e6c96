"""GET /v1/indexes/{index}/suggest."""

import falcon.asgi

from searchsvc.api.answers import JSON, suggest_body
from searchsvc.api.request import ApiRequest
from searchsvc.search.service import SearchService


class Suggest:
    """Completions of what has been typed: facet values, and documents by their suggest fields."""

    def __init__(self, search: SearchService) -> None:
        self._search = search

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response, index: str) -> None:
        """Complete by query string."""
        given = req.query()
        req.stages.lap("parse")
        answer = await self._search.suggest(index, given, req.stages, req.grant.restriction)
        req.version = answer.result.version.name
        resp.data = suggest_body(answer, req.version, req.stages)
        resp.content_type = JSON

    on_head = on_get
