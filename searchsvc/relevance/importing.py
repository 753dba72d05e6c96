"""Judgments of one import: all of its files, read to the end before anything is kept."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath

from searchsvc.domain.judgment import LONGEST_SOURCE, Conflict, Judgment, JudgmentCounts
from searchsvc.errors import RequestError
from searchsvc.ports import JudgmentStore
from searchsvc.relevance.agreement import agreed, conflicts
from searchsvc.relevance.formats.known import FORMATS, detect
from searchsvc.relevance.formats.lines import Export, Line, Text
from searchsvc.relevance.formats.qrels import write_queries

SET_NAME = "[a-z0-9][a-z0-9._-]{0,62}"


def check_set(name: str) -> None:
    """Raises RequestError for what cannot be the name of a set."""
    if not re.fullmatch(SET_NAME, name):
        hint = "small letters, digits, `.`, `_` and `-`, 63 at most, the first a letter or a digit"
        raise RequestError(f"'{name[:63]}' cannot name a set of judgments", param="set", hint=hint)


class JudgmentImport:
    """Collects judgments. `rater`, `source` and `at` are those of lines that tell none.

    Without a `source` it is the name of the file.
    """

    def __init__(self, rater: str, source: str, at: datetime) -> None:
        self._rater = rater
        self._source = source
        self._at = at
        self._found: dict[tuple[str, str, str], tuple[Text, Line]] = {}

    def add(
        self, text: Text, format: str | None = None, queries: Mapping[str, str] | None = None
    ) -> str:
        """Read a text; the name of its format, which is detected where none is given.

        Raises JudgmentsRefused, also where one rater gives one document two ratings, and where
        there is no judgment.
        """
        name = detect(text) if format is None else format
        if queries is not None and not FORMATS[name].queries:
            hint = "leave --queries out, or name the --format"
            raise text.refused(None, f"{name} has the texts of its queries in itself", hint)
        lines = list(FORMATS[name].read(text, queries))
        if not lines:
            hint = f"it was read as {name}; is that the --format, and is anything rated?"
            raise text.refused(None, "there is no judgment in it", hint)
        for line in lines:
            self._keep(text, line)
        return name

    def judgments(self) -> list[Judgment]:
        """All of them, in the order in which they came."""
        return [line.judgment for _, line in self._found.values()]

    def _keep(self, text: Text, line: Line) -> None:
        told = line.judgment
        one = replace(
            told,
            rater=told.rater or self._rater,
            source=told.source or self._source or PurePath(text.name).name[:LONGEST_SOURCE],
            at=told.at or self._at,
        )
        key = (one.query, one.id, one.rater)
        other, before = self._found.setdefault(key, (text, replace(line, judgment=one)))
        if before.judgment.rating != one.rating:
            where = f"{other.name}:{before.number}" if other.name else f"line {before.number}"
            message = f"'{one.id[:60]}' has been rated otherwise for this query, by {where}"
            raise text.refused(line.number, message, "one rater gives a document one rating")


def merged(
    stored: Iterable[Judgment], given: Iterable[Judgment]
) -> tuple[list[Judgment], JudgmentCounts]:
    """What a set holds once others are put into it, and what becomes of those."""
    kept = {(one.query, one.id, one.rater): one for one in stored}
    new = changed = unchanged = 0
    for one in given:
        before = kept.setdefault((one.query, one.id, one.rater), one)
        if before is one:
            new += 1
        elif before.rating == one.rating:
            unchanged += 1
        else:
            changed += 1
            kept[one.query, one.id, one.rater] = one
    return list(kept.values()), JudgmentCounts(new, changed, unchanged)


def put(
    store: JudgmentStore, index: str, name: str, given: list[Judgment], *, dry_run: bool = False
) -> tuple[JudgmentCounts, list[Conflict]]:
    """Put judgments into a set, or only tell what would change; and on what its raters differ."""
    after, counts = merged(store.judgments(index, name), given)
    if not dry_run:
        counts = store.put(index, name, given)
    return counts, conflicts(after)


def exported(
    judgments: list[Judgment], index: str, name: str, format: str, *, with_queries: bool
) -> tuple[str, str]:
    """The text of judgments in a format, and that of their queries, "" unless it is asked for.

    Where the format does not keep raters, a document has the mean of them. Raises
    JudgmentsRefused for what the format cannot hold.
    """
    chosen = FORMATS[format]
    kept = judgments if chosen.raters else agreed(judgments)
    if not with_queries:
        return chosen.write(Export(kept, index, name)), ""
    ids = {query: f"q{n}" for n, query in enumerate(dict.fromkeys(j.query for j in kept), 1)}
    queries = write_queries(ids, as_json=format == "beir")
    return chosen.write(Export(kept, index, name, ids)), queries
