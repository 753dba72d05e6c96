"""GET and POST /v1/relevance/explain."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from searchsvc.api.answers import times, why_members
from searchsvc.api.native.asked import Asked
from searchsvc.api.parameters import EXPLAIN_PARAMETERS
from searchsvc.api.request import ApiRequest
from searchsvc.errors import RequestError
from searchsvc.relevance.explain import Explainer
from searchsvc.relevance.explanation import Explained, Explanation
from searchsvc.search.parameters import read_parameters
from searchsvc.search.service import SearchService

_OWN = ("index", "id", "vs")


class ExplainHit(Asked):
    """What the score of a hit is made of, and what would have to change for it to pass another."""

    def __init__(self, search: SearchService) -> None:
        self._explainer = Explainer(search)

    async def _answer(
        self,
        req: ApiRequest,
        place: Mapping[str, str],  # noqa: ARG002 - the index stands among the parameters
        given: Mapping[str, object],
    ) -> bytes:
        own = {name: given[name] for name in _OWN if name in given}
        asked = read_parameters(own, EXPLAIN_PARAMETERS)
        for name in ("index", "id"):
            if not asked[name]:
                message = f"'{name}' is needed"
                raise RequestError(message, param=name, hint="?index=products&id=17&q=bike")
        req.grant.require_index(asked["index"])
        rest = {name: value for name, value in given.items() if name not in _OWN}
        found = await self._explainer.explain(
            asked["index"], asked["id"], asked["vs"] or None, rest, req.stages
        )
        req.version = found.hit.why.version.name
        return orjson.dumps({**_body(found), **times(req.stages)})


def _body(found: Explanation) -> dict[str, Any]:
    query = found.hit.why.query
    return {
        "query": query.text,
        "index": query.index,
        "version": found.hit.why.version.name,
        "ranking": found.ranking,
        "hit": _side(found.hit),
        "other": _side(found.other) if found.other else None,
        "ahead": found.ahead,
        "differences": [asdict(one) for one in found.differences],
        "weights": [asdict(one) for one in found.weights],
        "words": [asdict(one) for one in found.words],
        "reasons": found.reasons,
    }


def _side(one: Explained) -> dict[str, Any]:
    return {
        **why_members(one.why),
        "factor": one.factor,
        "behind": one.behind,
        "parts": [asdict(part) for part in one.parts],
    }
