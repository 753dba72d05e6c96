"""GET /openapi.json."""

import falcon.asgi
import orjson

from searchsvc.api.answers import JSON
from searchsvc.api.openapi.document import document
from searchsvc.api.request import ApiRequest


class Description:
    """The OpenAPI document, generated once from the tables that the API itself uses."""

    def __init__(self) -> None:
        self._body = orjson.dumps(document())

    async def on_get(self, _: ApiRequest, resp: falcon.asgi.Response) -> None:
        """The document."""
        resp.data = self._body
        resp.content_type = JSON

    on_head = on_get
