"""Reads the SQL that people write: one SELECT, its placeholders, its literal colons.

A statement is cut into code, quoted text and comments, because only in code does a `;` end a
statement or `:ids` stand for a value. What comes out is text for SQLAlchemy's `text()`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from searchsvc.errors import DefinitionError
from searchsvc.indexing.indexer import Indexer
from searchsvc.sources.database import Statement
from searchsvc.sources.places import line_of

_FIRST_WORD = re.compile(r"[\s(]*([A-Za-z]+)")

# MySQL escapes with a backslash inside quotes, begins a comment with # too, and needs a blank
# after --; elsewhere quotes are only doubled.
_MYSQL = re.compile(
    r"""(?P<quoted>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`)
    |(?P<comment>--(?=\s|$)[^\n]*|\#[^\n]*|/\*.*?\*/)
    |(?P<open>'|"|`|/\*)""",
    re.DOTALL | re.VERBOSE,
)
_STANDARD = re.compile(
    r"""(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
    |(?P<comment>--[^\n]*|/\*.*?\*/)
    |(?P<open>'|"|`|/\*)""",
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    is_code: bool


@dataclass(frozen=True, slots=True)
class Statements:
    """An indexer's statements, checked and ready for `text()`."""

    rows: str
    joins: tuple[Statement, ...]
    changed: tuple[Statement, ...]


def statements_of(indexer: Indexer, *, mysql: bool, file: Path | None = None) -> Statements:
    """The indexer's statements. Raises DefinitionError with file and key where one is unusable."""

    def checked(key: str, sql: str, placeholder: str = "", join: str = "") -> str:
        try:
            return one_select(sql, placeholder, mysql=mysql)
        except DefinitionError as error:
            at = f"join '{join}'" if join else key
            line = line_of(file, at) if file else None
            raise DefinitionError(
                error.message, file=file, line=line, key=key, hint=error.hint
            ) from None

    joins = [
        (f"join '{j.name}'", checked(f"joins.{j.name}.sql", j.sql, "ids", j.name))
        for j in indexer.joins
    ]
    changed = [
        (f"changed {number}", checked("changed", sql, "since"))
        for number, sql in enumerate(indexer.changed, 1)
    ] + [
        (f"join '{j.name}' changed", checked(f"joins.{j.name}.changed", j.changed, "since", j.name))
        for j in indexer.joins
        if j.changed
    ]
    return Statements(
        checked("sql", indexer.sql),
        tuple(Statement(*join) for join in joins),
        tuple(Statement(*change) for change in changed),
    )


def one_select(sql: str, placeholder: str = "", *, mysql: bool) -> str:
    """`sql` for `text()`, without the final `;` and without comments: it can stand in brackets.

    `:placeholder` stays one, every other colon is a colon. Raises DefinitionError (`key` and
    `file` are its caller's to add) for anything but one SELECT or WITH.
    """
    pieces = _without_end(list(_pieces(sql, mysql=mysql)))
    code = " ".join(piece.text for piece in pieces if piece.is_code)
    if ";" in code:
        raise DefinitionError(
            "the SQL holds more than one statement", hint="keep one SELECT and drop the rest"
        )
    first = _FIRST_WORD.match(code)
    if first is None or first.group(1).upper() not in ("SELECT", "WITH"):
        word = first.group(1).upper() if first else "nothing"
        hint = "write one SELECT; it is only ever read from"
        raise DefinitionError(f"the SQL begins with {word}, not SELECT or WITH", hint=hint)
    text = "".join(_escaped(piece, placeholder) for piece in pieces).strip()
    if placeholder and not re.search(rf"(?<!\\):{placeholder}\b", text):
        raise DefinitionError(
            f"the SQL has no :{placeholder} outside quotes and comments",
            hint="write the placeholder bare; what it stands for is bound and quoted",
        )
    return text


def with_value(sql: str, placeholder: str, value: str) -> str:
    """A statement made by `one_select`, with the SQL `value` in the place of `:placeholder`."""
    return re.sub(rf"(?<!\\):{placeholder}\b", lambda _: value, sql)


def _pieces(sql: str, *, mysql: bool) -> Iterator[_Piece]:
    position = 0
    for match in (_MYSQL if mysql else _STANDARD).finditer(sql):
        if match["open"]:
            line = sql.count("\n", 0, match.start()) + 1
            message = f"line {line} of the SQL opens {match['open']} and never closes it"
            raise DefinitionError(message, hint="close the quote or the comment")
        if match.start() > position:
            yield _Piece(sql[position : match.start()], is_code=True)
        if match["quoted"]:
            yield _Piece(match.group(), is_code=False)
        else:  # a comment separates words, so something must stay in its place
            yield _Piece(" ", is_code=True)
        position = match.end()
    if position < len(sql):
        yield _Piece(sql[position:], is_code=True)


def _without_end(pieces: list[_Piece]) -> list[_Piece]:
    """Drop the closing `;` and the blanks around it."""
    while pieces and pieces[-1].is_code:
        text = pieces[-1].text.rstrip("; \t\r\n")
        if text:
            return [*pieces[:-1], _Piece(text, is_code=True)]
        pieces = pieces[:-1]
    return pieces


def _escaped(piece: _Piece, placeholder: str) -> str:
    escaped = piece.text.replace(":", "\\:")
    if not placeholder or not piece.is_code:
        return escaped
    # SQLAlchemy sees no placeholder right behind a word, as in IN:ids.
    return re.sub(rf"(?<!:)\\:{placeholder}\b", f" :{placeholder}", escaped)
