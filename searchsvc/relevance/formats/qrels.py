"""TREC's qrels and BEIR's: ids and ratings, with the texts of the queries in another file."""

import json
from collections.abc import Iterator, Mapping

from searchsvc.domain.judgment import Judgment
from searchsvc.relevance.formats.lines import (
    SPACES,
    Export,
    Line,
    Text,
    cells_of,
    is_rating,
    judged,
    separated,
    shown,
    unwritable,
)
from searchsvc.relevance.formats.located import parse_line

_BEIR = ("query-id", "corpus-id", "score")
_TREC_LINE = "a line has a query, 0, a document and a rating, like: q1 0 4711 3"
_BEIR_LINE = "a line has a query, a document and a rating, with tabs between them"
_NAME_A_FILE = "name a file for the texts of the queries: --queries FILE"


def read_trec(text: Text, queries: Mapping[str, str] | None = None) -> Iterator[Line]:
    """Without `queries` the query's id is its text. What is rated below 0 counts as 0.

    Raises JudgmentsRefused.
    """
    for number, line in text.lines():
        cells = SPACES.split(line.strip(" \t"))
        if len(cells) != 4:
            raise text.refused(number, "no judgment", _TREC_LINE)
        query, _, id, rating = cells
        # Junk and what was not looked at; trec_eval counts both as irrelevant.
        value = "0" if is_rating(rating.removeprefix("-")) and rating[0] == "-" else rating
        yield judged(text, number, _query(text, number, query, queries), id, value)


def write_trec(export: Export) -> str:
    """A line for each judgment. Raises JudgmentsRefused where one cannot be such a line."""
    return "".join(_trec_line(one, _id(one, export)) for one in export.judgments)


def read_beir(text: Text, queries: Mapping[str, str] | None = None) -> Iterator[Line]:
    """Likewise, with or without the line of headings."""
    is_first = True
    for number, cells in cells_of(text, "\t"):
        is_heading = is_first and len(cells) == 3 and cells[2].strip().lower() == _BEIR[2]
        is_first = False
        if is_heading:
            continue
        if len(cells) != 3:
            raise text.refused(number, "no judgment", _BEIR_LINE)
        query, id, rating = cells
        yield judged(text, number, _query(text, number, query.strip(), queries), id, rating)


def write_beir(export: Export) -> str:
    """The judgments under their headings."""
    rows = [(_id(one, export), one.id, _whole(one)) for one in export.judgments]
    return separated([_BEIR, *rows], "\t")


def read_queries(text: Text) -> dict[str, str]:
    """The texts of queries by their ids: BEIR's queries.jsonl, or `id TAB text` on each line.

    Raises JudgmentsRefused.
    """
    found: dict[str, str] = {}
    for number, line in text.lines():
        id, query = _entry(text, number, line)
        if found.setdefault(id, query) != query:
            raise text.refused(number, f"the query '{id}' is there already, with another text")
    return found


def write_queries(queries: Mapping[str, str], *, as_json: bool) -> str:
    """The twin of `read_queries`; `queries` are ids by text. Raises JudgmentsRefused."""
    if as_json:
        lines = [
            json.dumps({"_id": id, "text": query}, ensure_ascii=False)
            for query, id in queries.items()
        ]
        return "".join(f"{line}\n" for line in lines)
    for query in queries:
        if "\n" in query or "\r" in query or "\t" in query:
            why = "a line of queries cannot hold its tab or its end of a line"
            raise unwritable(Judgment(query, "*", 0), why, "write --format beir or csv")
    return "".join(f"{id}\t{query}\n" for query, id in queries.items())


def _entry(text: Text, number: int, line: str) -> tuple[str, str]:
    if line.lstrip().startswith("{"):
        node = parse_line(text, line, number)
        id = node.member("_id", "a query").string("'_id'")
        query = node.member("text", "a query").string("'text'")
    else:
        id, tab, query = line.partition("\t")
        if not tab:
            raise text.refused(number, "no query", "a line has an id, a tab, and the query's text")
    if not id.strip() or not query.strip():
        raise text.refused(number, "a query's id or its text is missing")
    return id.strip(), query.strip()


def _query(text: Text, number: int, id: str, queries: Mapping[str, str] | None) -> str:
    if queries is None:
        return id
    if id not in queries:
        raise text.refused(number, f"the file of queries has no '{id[:60]}'")
    return queries[id]


def _id(judgment: Judgment, export: Export) -> str:
    """What stands for the query: without a file of queries its text."""
    return judgment.query if export.query_ids is None else export.query_ids[judgment.query]


def _trec_line(judgment: Judgment, query_id: str) -> str:
    if any(sign.isspace() for sign in query_id):
        raise unwritable(judgment, "in TREC's format the query's id has no spaces", _NAME_A_FILE)
    if any(sign.isspace() for sign in judgment.id):
        why = "in TREC's format its id has no spaces"
        raise unwritable(judgment, why, "write --format beir or csv")
    return f"{query_id} 0 {judgment.id} {_whole(judgment)}\n"


def _whole(judgment: Judgment) -> str:
    """A rating that every reader of qrels takes: they cut what is behind the point."""
    if not judgment.rating.is_integer():
        why = f"qrels have whole ratings, and this one is {shown(judgment.rating)}"
        raise unwritable(judgment, why, "write --format csv, or choose one --rater")
    return shown(judgment.rating)
