"""Puts rules that were learned into the text of rules.yaml; every other line stays as it is."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from searchsvc.definitions.rules import FILE_NAME, parse_rules, read_rules
from searchsvc.domain.curation import Rule
from searchsvc.domain.definition import IndexDefinition
from searchsvc.errors import CheckFailed, DefinitionError, UsageError
from searchsvc.search.synonyms import phrase

NAME = "learned: "  # what the names of such rules begin with
BEGIN = "# Learned from clicks: `searchsvc learn` writes the lines from here on anew."
END = "# The end of what was learned."
_MOST_WORDS = 32


def with_learned(
    text: str,
    lifts: Mapping[str, Sequence[tuple[str, float]]],
    until: date,
    definition: IndexDefinition,
) -> str:
    """The text whose learned rules are these: by query the ids of documents and their weights.

    They hold until that day, behind all others. A query that no condition can say is left out.
    Raises UsageError where the text must be changed by hand.
    """
    before = _rest(text.splitlines())
    block = [_rule(*one, until) for one in lifts.items() if _can_be_said(one[0])]
    has_rules = any(line.startswith("rules:") for line in before)
    lines = [*before, *([] if has_rules or not block else ["rules:"])]
    lines += [BEGIN, *(_indent(before) + line for line in block), END] if block else []
    made = "".join(f"{line}\n" for line in lines)
    if _others(made, definition) != _others("\n".join(before), definition):
        raise UsageError(
            f"{FILE_NAME} is not written rule by rule", hint="write `rules:` as a list"
        )
    return made


def _rest(lines: Iterable[str]) -> list[str]:
    """The lines without those that were learned."""
    kept, is_learned = [], False
    for line in lines:
        is_learned = is_learned or line.strip() == BEGIN
        if not is_learned:
            kept.append(line)
        is_learned = is_learned and line.strip() != END
    return kept


def _others(text: str, definition: IndexDefinition) -> list[Rule]:
    """The rules of the text that were not learned; those must not change."""
    try:
        rules = read_rules(parse_rules(text, Path(FILE_NAME)), definition)
    except (DefinitionError, CheckFailed) as error:
        raise UsageError(f"rules cannot be learned into {FILE_NAME}: {error}") from error
    return [replace(rule, number=0) for rule in rules if not rule.name.startswith(NAME)]


def _indent(lines: Iterable[str]) -> str:
    """How far the other rules stand from the margin."""
    rules = (line for line in lines if line.lstrip().startswith("- "))
    first = next(rules, "  - ")
    return first[: len(first) - len(first.lstrip())]


def _rule(query: str, lifts: Sequence[tuple[str, float]], until: date) -> str:
    quote = '"' if "'" in query else "'"
    boosts = ", ".join(f"{{ids: [{_quoted(id)}], weight: {weight:g}}}" for id, weight in lifts)
    when = _quoted(f"query is {quote}{query}{quote}")
    name = _quoted(f"{NAME}{query}")
    return f"- {{name: {name}, when: {when}, until: {until}, boost: [{boosts}]}}"


def _can_be_said(query: str) -> bool:
    words = phrase(query)
    has_both = "'" in query and '"' in query
    return 0 < len(words) <= _MOST_WORDS and not has_both and len(query) <= 150


def _quoted(text: str) -> str:
    """As YAML has it, which takes JSON's strings as they are."""
    return json.dumps(text)
