"""Adds a ranking to the text of a mapping, and leaves every other line as it is."""

import json
from collections.abc import Iterator, Sequence

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.definitions.rankings import UNITS
from searchsvc.domain.definition import DEFAULT, Boost, Ranking, worth_text
from searchsvc.errors import DefinitionError, UsageError


def with_ranking(index: str, text: str, ranking: Ranking) -> str:
    """The text with that ranking under `ranking`.

    Raises UsageError where the name is taken, or the text must be changed by hand.
    """
    definition = parse_mapping(index, text)
    if definition.ranking(ranking.name) is not None:
        raise UsageError(f"there is a ranking '{ranking.name}' already", hint="choose another name")
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += newline
    heads = [at for at, line in enumerate(lines) if line.startswith("ranking:")]
    at = heads[0] + 1 if heads else len(lines)
    entry = ranking_lines(ranking, _indent(lines[at:])).splitlines()
    head = [] if heads else ["ranking:", f"  {DEFAULT}: []"]
    lines[at:at] = [line + newline for line in (*head, *entry)]
    changed = "".join(lines)
    try:
        found = parse_mapping(index, changed).ranking(ranking.name)
    except DefinitionError:
        found = None
    if found != ranking:
        hint = f"add it by hand: {ranking.name}: [{', '.join(_steps(ranking))}]"
        raise UsageError("the mapping's `ranking` is not written line by line", hint=hint)
    return changed


def ranking_lines(ranking: Ranking, indent: str = "  ") -> str:
    """What stands under `ranking` of a mapping for it."""
    steps = "".join(f"{indent}  - {step[1:-1]}\n" for step in _steps(ranking))
    return f"{indent}{ranking.name}:\n{steps}"


def _indent(lines: Sequence[str]) -> str:
    """How far the first entry is indented, two spaces where there is none."""
    for line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            return line[: len(line) - len(line.lstrip())] or "  "
    return "  "


def _steps(ranking: Ranking) -> Iterator[str]:
    """Each as YAML writes it in a line."""
    if ranking.weights:
        yield f"{{weights: {{{_weights(ranking)}}}}}"
    if ranking.all_words is not None:
        yield f"{{all_words: {worth_text(ranking.all_words)}}}"
    for boost in ranking.boosts:
        yield f"{{boost: {{{_boost(boost)}, weight: {_number(boost.weight)}}}}}"
    for decay in ranking.decays:
        age = f"half_life: {_time(decay.half_life)}"
        yield f"{{decay: {{field: {decay.field}, {age}, weight: {_number(decay.weight)}}}}}"


def _number(value: float) -> str:
    """As short as it is read back the same."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _time(seconds: float) -> str:
    """In the largest unit of which it is so many."""
    name, size = max(
        ((name, size) for name, size in UNITS.items() if seconds % size == 0),
        key=lambda unit: unit[1],
        default=("s", 1),
    )
    return f"{seconds / size:.9g}{name}"


def _boost(boost: Boost) -> str:
    if boost.by is not None:
        return f"field: {boost.field}, by: {boost.by}"
    # A text in JSON is one in YAML and in filters, and so are its numbers and booleans.
    held = json.dumps(boost.equals, ensure_ascii=False)
    return f"when: {json.dumps(boost.when or f'{boost.field}:{held}', ensure_ascii=False)}"


def _weights(ranking: Ranking) -> str:
    return ", ".join(
        f"{name if name.isidentifier() else chr(34) + name + chr(34)}: {_number(weight)}"
        for name, weight in ranking.weights
    )
