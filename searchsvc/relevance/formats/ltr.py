"""Judgments as tools that learn to rank take them: `3 qid:1 # 4711 black jacket`, as SVMrank."""

import re
from collections.abc import Iterator, Mapping

from searchsvc.relevance.formats.lines import Export, Line, Text, judged, shown, unwritable

_LINE = re.compile(r"(\S+)[ \t]+qid:(\S+)((?:[ \t]+[0-9]+:\S+)*)[ \t]*(?:#(.*))?")
_NAMED = re.compile(r"#[ \t]*qid:([^:\s]+):(.*)")
_DOCID = re.compile(r"docid[ \t]*=[ \t]*(\S+)")  # as LETOR writes it
_HINT = "a line has a rating, the query's number and a document, like: 3 qid:1 # 4711 black jacket"


def read(text: Text, queries: Mapping[str, str] | None = None) -> Iterator[Line]:
    """Every judgment; its features, where there are some, are left out.

    The text of a query is that of `queries`, else of a comment `# qid:1: text`, else what follows
    the document, else the number. Raises JudgmentsRefused.
    """
    named = dict(queries or {})
    if queries is None:
        comments = (_NAMED.match(line) for _, line in text.lines())
        named = {match[1]: match[2].strip() for match in comments if match and match[2].strip()}
    told: dict[str, tuple[int, str]] = {}
    for number, line in text.lines():
        if line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        id, rest = _document(match[4] or "") if match else ("", "")
        if match is None or not id:
            raise text.refused(number, "no judgment", _HINT)
        qid = match[2]
        if qid in named:
            query = named[qid]
        elif queries is not None:
            raise text.refused(number, f"the file of queries has no '{qid[:60]}'")
        else:
            query = _told(text, number, qid, rest, told)
        yield judged(text, number, query, id, match[1])


def write(export: Export) -> str:
    """A comment with the text of each query, then a line for each judgment.

    Raises JudgmentsRefused where one cannot be such a line.
    """
    by_query = export.by_query()
    head = [f"# qid:{number}: {query}\n" for number, query in enumerate(by_query, 1)]
    lines = []
    for number, (query, judgments) in enumerate(by_query.items(), 1):
        for one in judgments:
            if "\n" in query or "\r" in query:
                why = "a comment cannot hold a query of several lines"
                raise unwritable(one, why, "write --format csv")
            if any(sign.isspace() for sign in one.id):
                why = "in this format its id has no spaces"
                raise unwritable(one, why, "write --format csv")
            lines.append(f"{shown(one.rating)} qid:{number} # {one.id} {query}\n")
    return "".join([*head, *lines])


def _document(comment: str) -> tuple[str, str]:
    """The document's id, and what follows it."""
    match = _DOCID.match(comment.strip())
    if match:
        return match[1], ""
    id, _, rest = comment.strip(" \t").replace("\t", " ").partition(" ")
    return id, rest.strip()


def _told(
    text: Text, number: int, qid: str, rest: str, told: dict[str, tuple[int, str]]
) -> str:  # fmt: skip
    """What follows the documents of a query; some tools write the document's title there."""
    line, query = told.setdefault(qid, (number, rest))
    if query != rest:
        hint = f"name the queries: lines like `# qid:{qid}: black jacket`, or --queries FILE"
        raise text.refused(number, f"qid:{qid} has another text than on line {line}", hint)
    return query or qid
