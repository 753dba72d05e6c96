"""What all formats share: a text with its name, judgments with their lines, what can be one."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from searchsvc.domain.judgment import (
    LONGEST_ID,
    LONGEST_QUERY,
    LONGEST_RATER,
    LONGEST_SOURCE,
    MOST_RATING,
    Judgment,
)
from searchsvc.errors import JudgmentsRefused

_NUMBER = re.compile(r"\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
SPACES = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True)
class Text:
    """What a file says, and its name; "" for what came otherwise."""

    content: str
    name: str = ""

    @classmethod
    def decoded(cls, data: bytes, name: str = "") -> "Text":
        """Of a file's bytes. Raises JudgmentsRefused."""
        try:
            return cls(data.decode("utf-8-sig"), name)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            hint = "save it as UTF-8"
            raise JudgmentsRefused("not UTF-8", file=name, line=line, hint=hint) from error

    def lines(self) -> Iterator[tuple[int, str]]:
        """Those that hold something, with their numbers."""
        # Not splitlines(): a query may hold signs that only Unicode takes for ends of lines.
        for number, line in enumerate(self.content.split("\n"), 1):
            if line.strip():
                yield number, line.rstrip("\r")

    def refused(self, line: int | None, message: str, hint: str = "") -> JudgmentsRefused:
        """The error for what one of its lines says."""
        return JudgmentsRefused(message, file=self.name, line=line, hint=hint)


@dataclass(frozen=True, slots=True)
class Line:
    """A judgment, and the line on which it begins."""

    number: int
    judgment: Judgment


@dataclass(frozen=True, slots=True)
class Export:
    """What is written: judgments of a set, each of another document of a query.

    `query_ids` has what stands for a query's text, in formats that keep the texts elsewhere.
    """

    judgments: Sequence[Judgment]
    index: str
    name: str
    query_ids: Mapping[str, str] | None = None

    def by_query(self) -> dict[str, list[Judgment]]:
        """The judgments of each query, in their order."""
        found: dict[str, list[Judgment]] = {}
        for judgment in self.judgments:
            found.setdefault(judgment.query, []).append(judgment)
        return found


def judged(text: Text, line: int, query: str, id: str, rating: object, **also: object) -> Line:
    """A judgment of a line. `also`: rater, source and time, where it has them.

    Raises JudgmentsRefused.
    """
    value = _rating(rating)
    if value is None:
        hint = f"a rating is a number from 0 to {MOST_RATING}: 0 is irrelevant, more is better"
        raise text.refused(line, f"no judgment: '{_short(str(rating))}' is no rating", hint)
    query, id = query.strip(), id.strip()
    _check(text, line, "the query", query, LONGEST_QUERY)
    _check(text, line, "the document's id", id, LONGEST_ID)
    if len(id.encode()) > LONGEST_ID:
        raise text.refused(line, f"the document's id is longer than {LONGEST_ID} bytes")
    rater = _name(text, line, "rater", also.get("rater"), LONGEST_RATER)
    source = _name(text, line, "source", also.get("source"), LONGEST_SOURCE)
    return Line(line, Judgment(query, id, value, rater, source, _time(text, line, also.get("at"))))


def is_rating(value: object) -> bool:
    """Whether that may be a rating."""
    return _rating(value) is not None


def shown(rating: float) -> str:
    """A rating without a point where it is whole; it reads back as the same number."""
    return str(int(rating)) if rating.is_integer() and rating < 1e15 else repr(rating)


def separated(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    """Rows as CSV, or with tabs: a line for each."""
    lines = []
    for row in rows:
        out = io.StringIO(newline="")
        # With this end of a line, cells that hold either of its signs are quoted.
        csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(row)
        lines.append(f"{out.getvalue()[:-2]}\n")
    return "".join(lines)


def cells_of(text: Text, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """The cells of every line that holds something; a record may run over several lines."""
    content = io.StringIO(text.content, newline="")
    reader = csv.reader(content, delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise text.refused(number, f"not CSV: {error}") from error
        if cells is None:
            return
        if any(cells):
            yield number, cells


def unwritable(judgment: Judgment, why: str, hint: str) -> JudgmentsRefused:
    """The error for a judgment that a format cannot hold."""
    named = f"document '{_short(judgment.id)}' of the query '{_short(judgment.query)}'"
    return JudgmentsRefused(f"{named}: {why}", hint=hint)


def _rating(value: object) -> float | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return abs(number) if 0 <= number <= MOST_RATING else None


def _check(text: Text, line: int, what: str, value: str, longest: int) -> None:
    if not value:
        raise text.refused(line, f"{what} is missing")
    if len(value) > longest:
        raise text.refused(line, f"{what} is longer than {longest} characters")
    if "\0" in value:
        raise text.refused(line, f"{what} holds a NUL character", "take it out")
    if not _is_text(value):
        raise text.refused(line, f"{what} holds half of a character", "save it as UTF-8")


def _name(text: Text, line: int, what: str, value: object, longest: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise text.refused(line, f"the {what} is no text")
    if value.strip():
        _check(text, line, f"the {what}", value.strip(), longest)
    return value.strip()


def _time(text: Text, line: int, value: object) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        found = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        hint = "write it like 2026-08-23T12:00:00Z"
        raise text.refused(line, f"'{_short(str(value))}' is no time with its zone", hint)
    return found


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _short(value: str) -> str:
    return value if len(value) <= 60 else f"{value[:57]}…"
