"""Ratings of the Rated Ranking Evaluator: topics, groups of queries, and gains of documents."""

import json
from collections.abc import Iterator, Mapping

from searchsvc.relevance.formats.lines import Export, Line, Text, judged
from searchsvc.relevance.formats.located import Node, parse

_PLACEHOLDER = "$query"


def read(text: Text, queries: Mapping[str, str] | None = None) -> Iterator[Line]:  # noqa: ARG001
    """Every query of every group with each of the group's documents. Raises JudgmentsRefused."""
    for group in _groups(parse(text)):
        documents = list(_documents(group))
        for query in _queries(group):
            for id, gain in documents:
                yield judged(text, gain.line, query, id, gain.value)


def write(export: Export) -> str:
    """A file of ratings with a group for each query."""
    groups = [
        {
            "name": query,
            "queries": [{"template": "query.json", "placeholders": {_PLACEHOLDER: query}}],
            "relevant_documents": {one.id: {"gain": _gain(one.rating)} for one in judgments},
        }
        for query, judgments in export.by_query().items()
    ]
    topics = [{"description": export.name, "query_groups": groups}]
    body = {"id_field": "id", "index": export.index, "topics": topics}
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def _groups(root: Node) -> Iterator[Node]:
    """What has relevant documents: groups of topics, groups, or queries by themselves."""
    members = root.members("the file")
    topics = members["topics"].items("'topics'") if "topics" in members else [root]
    for topic in topics:
        found = topic.members("a topic")
        if "query_groups" in found:
            yield from found["query_groups"].items("'query_groups'")
        else:
            yield from topic.member("queries", "the file").items("'queries'")


def _queries(group: Node) -> list[str]:
    members = group.members("a group of queries")
    if "queries" not in members:
        return [_query(group)]
    return [_query(one) for one in members["queries"].items("'queries'")]


def _query(node: Node) -> str:
    if isinstance(node.value, str):
        return node.value
    members = node.members("a query")
    placeholders = members.get("placeholders", node)
    return placeholders.member(_PLACEHOLDER, "a query").string(f"'{_PLACEHOLDER}'")


def _documents(group: Node) -> Iterator[tuple[str, Node]]:
    """Ids with their gains, written as `{id: {"gain": 3}}` or as `{"3": [ids]}`."""
    relevant = group.member("relevant_documents", "a group of queries")
    for name, node in relevant.members("'relevant_documents'").items():
        if isinstance(node.value, list):
            for id in node.value:
                yield id.string("a document's id"), Node(id.text, name, id.line)
        else:
            yield name, node.member("gain", f"the document '{name[:60]}'")


def _gain(rating: float) -> int | float:
    return int(rating) if rating.is_integer() else rating
