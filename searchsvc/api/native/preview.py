"""POST /v1/indexes/{index}/preview: what other synonyms and rules would change."""

import asyncio
from collections.abc import Mapping

import falcon.asgi
import orjson

from searchsvc.api.answers import send_json
from searchsvc.api.parameters import MAX_PREVIEWED
from searchsvc.api.request import MAX_PREVIEW, ApiRequest
from searchsvc.domain.curation import CurationKind
from searchsvc.errors import RequestError
from searchsvc.ports import Curations
from searchsvc.search.answer import SearchAnswer
from searchsvc.search.parameters import refuse_unknown
from searchsvc.search.preview import Compared, Preview
from searchsvc.search.service import SearchService

_HINT = 'like: {"queries": ["bike"], "synonyms": "bike, bicycle"}'
_QUERIES = "queries"


class PreviewResource:
    """The first hits of a few searches, as they are and as they would be. Changes nothing."""

    def __init__(self, search: SearchService, curations: Curations) -> None:
        self._search = search
        self._curations = curations
        self._preview = Preview(search)

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response, index: str) -> None:
        """By a body with queries and the text of one file, or of both."""
        given = await req.body(MAX_PREVIEW)
        queries, texts = _queries(given), _texts(given)
        live, _ = self._search.basis(index)
        curation = await asyncio.to_thread(self._curations.proposed, live, texts)
        within = req.grant.restriction
        compared = await self._preview.compare(index, curation, queries, within)
        req.version = live.version.name
        rows = [_row(one) for one in compared]
        send_json(resp, {"index": index, "version": req.version, "queries": rows})


def _row(one: Compared) -> Mapping[str, object]:
    return {
        "q": one.text,
        "changed": one.changed,
        "before": _side(one.before, one.after),
        "after": _side(one.after, one.before),
    }


def _side(answer: SearchAnswer, other: SearchAnswer) -> Mapping[str, object]:
    """One list; of each hit also its place in the other, null where it is not there."""
    places = {hit.id: place for place, hit in enumerate(other.result.hits, 1)}
    hits = [
        {
            "id": hit.id,
            "doc": orjson.Fragment(hit.source),
            "pinned": hit.pinned,
            "place": place,
            "other_place": places.get(hit.id),
        }
        for place, hit in enumerate(answer.result.hits, 1)
    ]
    applied = answer.query.applied
    return {
        "total": answer.result.total,
        "hits": hits,
        "rules": applied.rules,
        "synonyms": applied.synonyms,
        "redirect": applied.redirect,
    }


def _queries(given: Mapping[str, object]) -> list[str]:
    refuse_unknown(given, (_QUERIES, *CurationKind))
    found = given.get(_QUERIES)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise RequestError("'queries' must be a list of texts", param=_QUERIES, hint=_HINT)
    if not 1 <= len(found) <= MAX_PREVIEWED:
        message = f"'queries' must be 1 to {MAX_PREVIEWED}, not {len(found)}"
        raise RequestError(message, param=_QUERIES)
    return found


def _texts(given: Mapping[str, object]) -> Mapping[CurationKind, str]:
    texts = {}
    for kind in CurationKind:
        text = given.get(kind)
        if isinstance(text, str):
            texts[kind] = text
        elif text is not None:
            raise RequestError(f"'{kind}' must be the text of a file", param=kind, hint=_HINT)
    if not texts:
        raise RequestError("'synonyms' or 'rules' is needed", param="synonyms", hint=_HINT)
    return texts
