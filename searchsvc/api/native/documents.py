"""GET /v1/indexes/{index}/docs/{id}."""

import falcon.asgi

from searchsvc.api.answers import JSON, document_body
from searchsvc.api.request import ApiRequest
from searchsvc.search.parameters import read_parameters
from searchsvc.search.service import SearchService


class Document:
    """One document of the live version; its id may hold any character, `/` too."""

    def __init__(self, search: SearchService) -> None:
        self._search = search

    async def on_get(
        self, req: ApiRequest, resp: falcon.asgi.Response, index: str, id: str
    ) -> None:
        """The document of that id."""
        read_parameters(req.query(), ())
        req.stages.lap("parse")
        result = await self._search.document(index, id, req.stages, req.grant.restriction)
        req.version = result.version.name
        resp.data = document_body(index, req.version, result.hit)
        resp.content_type = JSON

    on_head = on_get
