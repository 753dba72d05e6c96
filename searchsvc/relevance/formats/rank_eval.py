"""The requests of `_rank_eval`, of OpenSearch and Elasticsearch."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from searchsvc.relevance.formats.lines import Export, Line, Text, judged, shown, unwritable
from searchsvc.relevance.formats.located import Node, parse

# Where the text of a full-text query stands, in an object by that name or directly in it.
_TEXTS = ("query", "value")
_PARAMS = ("query", "query_string", "q")


def read(text: Text, queries: Mapping[str, str] | None = None) -> Iterator[Line]:  # noqa: ARG001
    """Every rating. A query's text is the only one in its request, else the request's id.

    Raises JudgmentsRefused.
    """
    requests = parse(text).member("requests", "the body")
    for request in requests.items("'requests'"):
        query = _query(request)
        for rating in request.member("ratings", "a request").items("'ratings'"):
            id = rating.member("_id", "a rating").string("'_id'")
            value = rating.member("rating", "a rating")
            yield judged(text, value.line, query, id, value.value)


def write(export: Export) -> str:
    """A body for `_rank_eval`, to be changed to the requests that are to be measured.

    Raises JudgmentsRefused for ratings that are not whole.
    """
    requests = []
    for query, judgments in export.by_query().items():
        ratings = []
        for one in judgments:
            if not one.rating.is_integer():
                why = f"_rank_eval takes whole ratings, and this one is {shown(one.rating)}"
                raise unwritable(one, why, "write --format csv, or choose one --rater")
            ratings.append({"_index": export.index, "_id": one.id, "rating": int(one.rating)})
        body = {"query": {"multi_match": {"query": query}}}
        requests.append({"id": query, "request": body, "ratings": ratings})
    metric = {"dcg": {"k": 10, "normalize": True}}
    return json.dumps({"requests": requests, "metric": metric}, ensure_ascii=False, indent=1) + "\n"


def _query(request: Node) -> str:
    members = request.members("a request")
    named = request.member("id", "a request").string("'id'")
    texts: set[str] = set()
    if "params" in members:
        params = members["params"].plain()
        texts = {str(params[name]) for name in _PARAMS if name in params} or set(_strings(params))
    elif "request" in members:
        texts = set(_texts(members["request"].plain()))
    return texts.pop() if len(texts) == 1 else named


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (one for one in value.values() if isinstance(one, str) and one.strip())


def _texts(value: Any) -> Iterator[str]:
    """The texts that full-text queries look for, wherever they are nested."""
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    if not isinstance(value, dict):
        return
    for name, one in value.items():
        if name in _TEXTS and isinstance(one, str):
            yield one
        elif name.startswith("match") and isinstance(one, dict):
            yield from _matched(one)
        elif isinstance(one, dict | list):
            yield from _texts(one)


def _matched(match: dict[str, Any]) -> Iterator[str]:
    """Of `{"query": "text", "fields": […]}`, `{"title": "text"}` or `{"title": {"query": …}}`."""
    if isinstance(match.get("query"), str):
        yield match["query"]
        return
    for one in match.values():
        if isinstance(one, str):
            yield one
        else:
            yield from _texts(one)
