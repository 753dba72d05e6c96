"""The formats by their names, and which of them a text is in."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from searchsvc.relevance.formats import ltr, opensearch, qrels, quepid, rank_eval, records, rre
from searchsvc.relevance.formats.lines import SPACES, Export, Line, Text, is_rating

_Read = Callable[[Text, Mapping[str, str] | None], Iterator[Line]]


@dataclass(frozen=True, slots=True)
class Format:
    """How judgments are read and written. `raters`: it keeps who said what.

    `queries`: it may have the texts of queries in another file; `ids`: it writes them there.
    """

    read: _Read
    write: Callable[[Export], str]
    raters: bool = False
    queries: bool = False
    ids: bool = False


FORMATS: Mapping[str, Format] = {
    "csv": Format(quepid.read, quepid.write),
    "trec": Format(qrels.read_trec, qrels.write_trec, queries=True, ids=True),
    "beir": Format(qrels.read_beir, qrels.write_beir, queries=True, ids=True),
    "ltr": Format(ltr.read, ltr.write, queries=True),
    "rre": Format(rre.read, rre.write),
    "opensearch": Format(opensearch.read, opensearch.write),
    "rank_eval": Format(rank_eval.read, rank_eval.write),
    "ndjson": Format(records.read_lines, records.write_lines, raters=True),
    "json": Format(records.read_object, records.write_object, raters=True),
}
# By the members that only they have.
_MEMBERS = {
    "judgmentRatings": "opensearch",
    "hits": "opensearch",
    "requests": "rank_eval",
    "judgments": "json",
    "topics": "rre",
    "query_groups": "rre",
    "queries": "rre",
}
_LOOKED_AT = 20  # lines: that one of them is malformed does not hide what the others are


def detect(text: Text) -> str:
    """The name of the format that a text is in. Raises JudgmentsRefused."""
    if text.content.lstrip()[:1] in ("{", "["):
        return _of_json(text.content)
    lines = [line for _, line in islice(text.lines(), _LOOKED_AT)]
    found = _of_lines(lines)
    if found is None and text.name.lower().endswith(".csv"):
        found = "csv"
    if found is None:
        hint = f"write it as one of {', '.join(FORMATS)}; judge import --format says which"
        raise text.refused(1 if lines else None, "in no format that is known", hint)
    return found


def _of_lines(lines: list[str]) -> str | None:
    first = lines[0].lower() if lines else ""
    if "query" in (cell.strip(' "') for cell in first.split(",")):
        return "csv"
    if "corpus-id" in first:
        return "beir"
    if any(re.match(r"\S+[ \t]+qid:", line) for line in lines):
        return "ltr"
    if any(_is_rated(SPACES.split(line.strip(" \t")), 4) for line in lines):
        return "trec"
    if any(_is_rated(line.split("\t"), 3) for line in lines):
        return "beir"
    return "csv" if "," in first else None


def _is_rated(cells: list[str], count: int) -> bool:
    return len(cells) == count and is_rating(cells[-1].strip().removeprefix("-"))


def _of_json(content: str) -> str:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return _of_many_lines(content)
    if isinstance(value, list):
        return (
            "opensearch"
            if value and isinstance(value[0], dict) and "ratings" in value[0]
            else "json"
        )
    return next((name for member, name in _MEMBERS.items() if member in value), "ndjson")


def _of_many_lines(content: str) -> str:
    """Of what is no one value: a value on each line, or broken."""
    first = content.lstrip().partition("\n")[0]
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        members = re.findall(r'"(\w+)"\s*:', content)
        return next((_MEMBERS[one] for one in members if one in _MEMBERS), "ndjson")
    return "ndjson"
