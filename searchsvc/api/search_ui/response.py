"""Writes answers as Search UI reads them: its ResponseState and its completions."""

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson

from searchsvc.api.search_ui.facet_data import facets_body
from searchsvc.api.search_ui.request import Completions, FieldWish, Wish
from searchsvc.domain.result import Hit
from searchsvc.search.answer import SearchAnswer, SuggestAnswer
from searchsvc.search.request import MAX_WINDOW
from searchsvc.search.shape import Shape

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_IN_FULL = FieldWish(snippet=True)


@dataclass(frozen=True, slots=True)
class SearchState:
    """How the answer to a wish is written."""

    wish: Wish

    @property
    def key(self) -> str:
        """Equal for wishes whose answers read alike."""
        return f"search-ui {self.wish!a}"

    @property
    def shape(self) -> Shape:
        """What the wish counts by hand."""
        return self.wish.shape

    def body(self, answer: SearchAnswer, version: str) -> bytes:
        """The ResponseState, without the id of the request."""
        query, result = answer.query, answer.result
        page, size = query.page or 1, query.limit
        start = (page - 1) * size
        return orjson.dumps(
            {
                "facets": facets_body(query.facets, result.facets, self.wish.facets),
                "pagingStart": min(start + 1, result.total),
                "pagingEnd": min(start + size, result.total),
                "rawResponse": _raw(answer, version),
                "resultSearchTerm": self.wish.parameters["q"],
                "results": results(result.hits, self.wish.fields),
                "totalPages": _pages(result.total, size),
                "totalResults": result.total,
                "wasSearched": True,
            },
            option=orjson.OPT_UTC_Z,
        )


def _pages(total: int, size: int) -> int:
    """How many pages there are, as far as they can be reached."""
    return min(math.ceil(total / size), MAX_WINDOW // size) if size else 0


def _raw(answer: SearchAnswer, version: str) -> Mapping[str, Any]:
    """What the client has no place for."""
    query, result = answer.query, answer.result
    return {
        "index": query.index,
        "version": version,
        "total": {
            "value": result.total,
            "relation": "gte" if result.at_least else "eq",
            "unit": "documents" if query.grouping is None else "groups",
        },
        "correction": answer.correction and {"query": answer.correction},
        "redirect": query.applied.redirect,
    }


def results(
    hits: Iterable[Hit], fields: Mapping[str, FieldWish] | None
) -> Sequence[Mapping[str, Any]]:
    """Each hit, its fields as `raw` value and `snippet` of safe HTML."""
    return [_result(hit, fields) for hit in hits]


def _result(hit: Hit, fields: Mapping[str, FieldWish] | None) -> Mapping[str, Any]:
    members = _MEMBERS.decode(hit.source)
    shown = {
        name: _entry(hit, name, raw, _IN_FULL if fields is None else fields[name])
        for name, raw in members.items()
        if fields is None or name in fields
    }
    group = {} if hit.group is None else {"group": {"key": hit.group.key, "count": hit.group.count}}
    return {**shown, "id": {"raw": hit.id}, "_meta": {"id": hit.id, "score": hit.score, **group}}


def _entry(hit: Hit, name: str, raw: msgspec.Raw, wish: FieldWish) -> Mapping[str, Any]:
    value = bytes(raw)
    entry: dict[str, Any] = {"raw": orjson.Fragment(value)}
    if wish.snippet and name in hit.highlight:
        entry["snippet"] = hit.highlight[name]
    elif wish.fallback and isinstance(text := orjson.loads(value), str):
        entry["snippet"] = html.escape(text)
    return entry


def suggested(result_hits: Iterable[Hit], fields: Mapping[str, FieldWish] | None) -> Sequence[Any]:
    """Hits among the suggestions."""
    return [{"queryType": "results", "result": one} for one in results(result_hits, fields)]


def completions_body(answer: SuggestAnswer, asked: Completions) -> Mapping[str, Any]:
    """The suggestions under each name, the best first."""
    return {name: _texts(answer, fields)[: asked.size] for name, fields in asked.fields.items()}


def _texts(answer: SuggestAnswer, fields: Sequence[str]) -> Sequence[Mapping[str, str]]:
    """The different texts from these fields: values before the hits, which are rarer."""
    found = answer.result
    texts = [(q.text, q.highlight) for q in found.queries if "" in fields]
    texts += [(v.value, v.highlight) for v in found.values if v.field in fields]
    texts += [(h.text, h.highlight) for h in found.hits if h.field in fields]
    return [{"suggestion": text, "highlight": shown} for text, shown in dict(texts).items()]
