"""Judgments with all that is known of them, as JSON: an object, or one on each line (NDJSON)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from searchsvc.domain.judgment import Judgment
from searchsvc.relevance.formats.lines import Export, Line, Text, judged
from searchsvc.relevance.formats.located import Node, parse, parse_line
from searchsvc.relevance.formats.quepid import ALIASES

_NEEDED = ("query", "id", "rating")


def read_lines(text: Text, queries: Mapping[str, str] | None = None) -> Iterator[Line]:  # noqa: ARG001
    """A judgment of each line. Raises JudgmentsRefused."""
    for number, line in text.lines():
        yield _judgment(parse_line(text, line, number))


def write_lines(export: Export) -> str:
    """A line for each judgment."""
    lines = [json.dumps(fields(one), ensure_ascii=False) for one in export.judgments]
    return "".join(f"{line}\n" for line in lines)


def read_object(text: Text, queries: Mapping[str, str] | None = None) -> Iterator[Line]:  # noqa: ARG001
    """Of `{"judgments": […]}`, or the array alone. Raises JudgmentsRefused."""
    root = parse(text)
    many = root if isinstance(root.value, list) else root.member("judgments", "the object")
    for node in many.items("'judgments'"):
        yield _judgment(node)


def write_object(export: Export) -> str:
    """An object with a member `judgments`."""
    found = {
        "index": export.index,
        "set": export.name,
        "judgments": [fields(one) for one in export.judgments],
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def fields(judgment: Judgment) -> dict[str, Any]:
    """A judgment's members."""
    at = judgment.at
    return {
        "query": judgment.query,
        "id": judgment.id,
        "rating": judgment.rating,
        "rater": judgment.rater,
        "source": judgment.source,
        "at": None if at is None else at.isoformat().replace("+00:00", "Z"),
    }


def _judgment(node: Node) -> Line:
    named = {ALIASES.get(name, name): one for name, one in node.members("a judgment").items()}
    for name in _NEEDED:
        if name not in named:
            hint = 'a judgment looks like {"query": "black jacket", "id": "4711", "rating": 3}'
            raise node.text.refused(node.line, f"a judgment has no '{name}'", hint)
    query, id = (named[name].string(f"the {name}") for name in ("query", "id"))
    also = {name: named[name].value for name in ("rater", "source", "at") if name in named}
    return judged(node.text, named["rating"].line, query, id, named["rating"].value, **also)
