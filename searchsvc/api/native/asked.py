"""What is asked by a query string or by a JSON body, and answered alike."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import falcon.asgi

from searchsvc.api.answers import JSON
from searchsvc.api.request import ApiRequest


class Asked(ABC):
    """A resource under an index: POST takes in a JSON body what GET takes in the query string."""

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response, **place: str) -> None:
        """By query string."""
        await self._respond(req, resp, place, req.query())

    on_head = on_get

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response, **place: str) -> None:
        """By body."""
        await self._respond(req, resp, place, await req.body())

    async def _respond(
        self,
        req: ApiRequest,
        resp: falcon.asgi.Response,
        place: Mapping[str, str],
        given: Mapping[str, object],
    ) -> None:
        req.stages.lap("parse")
        resp.data = await self._answer(req, place, given)
        resp.content_type = JSON

    @abstractmethod
    async def _answer(
        self, req: ApiRequest, place: Mapping[str, str], given: Mapping[str, object]
    ) -> bytes:
        """The answer's JSON; `place` has the URL's parts by name. Tells `req` the version."""
