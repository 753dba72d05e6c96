"""GET and POST /v1/indexes/{index}/search."""

from collections.abc import Mapping

from searchsvc.api.native.asked import Asked
from searchsvc.api.request import ApiRequest
from searchsvc.api.searched import Searched


class Search(Asked):
    """Ranked hits with facets."""

    def __init__(self, searched: Searched) -> None:
        self._searched = searched

    async def _answer(
        self, req: ApiRequest, place: Mapping[str, str], given: Mapping[str, object]
    ) -> bytes:
        answer = await self._searched.answer(place["index"], given, req.stages, req)
        req.version = answer.version
        return answer.json
