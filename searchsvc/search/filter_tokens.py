"""Cuts a filter expression into words, quoted texts and signs, each with its column."""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from searchsvc.errors import FilterError

TokenKind: TypeAlias = Literal["word", "text", "sign", "end"]

_TOKEN = re.compile(
    r"""
    \s*(?:
        (?P<text>"(?:[^"\\]|\\.)*")
      | (?P<sign>>=|<=|!=|[><=:()\[\],])
      | (?P<word>[^\s"<>=!:()\[\],]+)
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the expression; `text` is a quoted value without quotes and escapes."""

    kind: TokenKind
    text: str
    position: int

    @property
    def where(self) -> str:
        """Its place, for errors."""
        return f"column {self.position}"

    def is_word(self, text: str) -> bool:
        """Whether it is this keyword, unquoted."""
        return self.kind == "word" and self.text == text

    def is_sign(self, text: str) -> bool:
        """Whether it is this sign."""
        return self.kind == "sign" and self.text == text


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`, closed by one of kind `end`. Raises FilterError."""
    tokens: list[Token] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise _stray(text, at)
        tokens.append(_token(match))
        at = match.end()
    tokens.append(Token("end", "", len(text) + 1))
    return tokens


def _token(match: re.Match[str]) -> Token:
    position = match.start(match.lastgroup or 0) + 1
    if match.lastgroup == "text":
        return Token("text", _ESCAPE.sub(r"\1", match.group("text")[1:-1]), position)
    if match.lastgroup == "sign":
        return Token("sign", match.group("sign"), position)
    return Token("word", match.group("word"), position)


def _stray(text: str, at: int) -> FilterError:
    position = at + len(text[at:]) - len(text[at:].lstrip()) + 1
    found = text[position - 1]
    if found == '"':
        return FilterError(f"the quote at column {position} is not closed", position=position)
    return FilterError(f"unexpected '{found}' at column {position}", position=position)
