"""Judgments of OpenSearch's Search Relevance plugin: what it takes, and what it answers."""

import json
from collections.abc import Iterator, Mapping

from searchsvc.relevance.formats.lines import Export, Line, Text, judged, shown
from searchsvc.relevance.formats.located import Node, parse


def read(text: Text, queries: Mapping[str, str] | None = None) -> Iterator[Line]:  # noqa: ARG001
    """Of the body that creates a list, of the answer that shows one, or of its ratings alone.

    Raises JudgmentsRefused.
    """
    for one in _lists(parse(text)):
        for node in one.items("'judgmentRatings'"):
            query = node.member("query", "a query's ratings").string("'query'")
            for rating in node.member("ratings", "a query's ratings").items("'ratings'"):
                id = rating.member("docId", "a rating").string("'docId'")
                value = rating.member("rating", "a rating")
                yield judged(text, value.line, query, id, value.value)


def write(export: Export) -> str:
    """The body of `PUT _plugins/_search_relevance/judgments`."""
    # Ratings as strings: its first releases take nothing else.
    ratings = [
        {
            "query": query,
            "ratings": [{"docId": one.id, "rating": shown(one.rating)} for one in judgments],
        }
        for query, judgments in export.by_query().items()
    ]
    body = {
        "name": export.name,
        "description": f"judgments of the index {export.index}",
        "type": "IMPORT_JUDGMENT",
        "judgmentRatings": ratings,
    }
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def _lists(root: Node) -> Iterator[Node]:
    if isinstance(root.value, list):
        yield root
        return
    if "hits" not in root.members("the body"):
        yield root.member("judgmentRatings", "the body")
        return
    for hit in root.value["hits"].member("hits", "'hits'").items("'hits'"):
        yield hit.member("_source", "a hit").member("judgmentRatings", "a hit")
