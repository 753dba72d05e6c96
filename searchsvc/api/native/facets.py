"""GET and POST /v1/indexes/{index}/facets/{field}."""

from collections.abc import Mapping

from searchsvc.api.answers import facet_values_body
from searchsvc.api.native.asked import Asked
from searchsvc.api.request import ApiRequest
from searchsvc.search.service import SearchService


class FacetValues(Asked):
    """The values of one facet that hold what was typed, with their counts in a search."""

    def __init__(self, search: SearchService) -> None:
        self._search = search

    async def _answer(
        self, req: ApiRequest, place: Mapping[str, str], given: Mapping[str, object]
    ) -> bytes:
        answer = await self._search.facet_values(
            place["index"], place["field"], given, req.stages, req.grant.restriction
        )
        req.version = answer.result.version.name
        return facet_values_body(answer, req.version, req.stages)
