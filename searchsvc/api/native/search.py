"""GET and POST /v1/indexes/{index}/search."""

from collections.abc import Mapping

from searchsvc.api.answers import search_body
from searchsvc.api.native.asked import Asked
from searchsvc.api.request import ApiRequest


class Search(Asked):
    """Ranked hits with facets."""

    async def _answer(
        self, req: ApiRequest, place: Mapping[str, str], given: Mapping[str, object]
    ) -> bytes:
        answer = await self._search.search(place["index"], given, req.stages)
        req.version = answer.result.version.name
        return search_body(answer, req.version, req.stages)
