"""GET and POST /v1/indexes/{index}/similar/{id}."""

from collections.abc import Mapping

from searchsvc.api.answers import similar_body
from searchsvc.api.native.asked import Asked
from searchsvc.api.request import ApiRequest
from searchsvc.search.service import SearchService


class Similar(Asked):
    """Documents like one of them; the id stands last, since it may hold any character, `/` too."""

    def __init__(self, search: SearchService) -> None:
        self._search = search

    async def _answer(
        self, req: ApiRequest, place: Mapping[str, str], given: Mapping[str, object]
    ) -> bytes:
        answer = await self._search.similar(
            place["index"], place["id"], given, req.stages, req.grant.restriction
        )
        req.version = answer.result.version.name
        return similar_body(answer, req.version, req.stages)
