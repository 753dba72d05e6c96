"""GET and POST /v1/indexes/{index}/why/{id}."""

from collections.abc import Mapping

from searchsvc.api.answers import why_body
from searchsvc.api.native.asked import Asked
from searchsvc.api.request import ApiRequest
from searchsvc.search.service import SearchService


class WhyHit(Asked):
    """Why one document is a hit of a search, or none; the id may hold any character, `/` too."""

    def __init__(self, search: SearchService) -> None:
        self._search = search

    async def _answer(
        self, req: ApiRequest, place: Mapping[str, str], given: Mapping[str, object]
    ) -> bytes:
        answer = await self._search.why(
            place["index"], place["id"], given, req.stages, req.grant.restriction
        )
        req.version = answer.version.name
        return why_body(answer, req.stages)
