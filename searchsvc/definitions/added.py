"""Adds a ranking to the text of a mapping, and leaves every other line as it is."""

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.definition import DEFAULT, Ranking
from searchsvc.errors import DefinitionError, UsageError


def with_ranking(index: str, text: str, ranking: Ranking) -> str:
    """The text with that ranking's weights under `ranking`.

    Raises UsageError where the name is taken, or the text must be changed by hand.
    """
    definition = parse_mapping(index, text)
    if definition.ranking(ranking.name) is not None:
        raise UsageError(f"there is a ranking '{ranking.name}' already", hint="choose another name")
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    heads = [at for at, line in enumerate(lines) if line.startswith("ranking:")]
    entry = f"  {ranking.name}:\n    - weights: {{{_weights(ranking)}}}\n"
    if not heads:
        lines += [f"ranking:\n  {DEFAULT}: []\n", entry]
    else:
        lines.insert(heads[0] + 1, entry)
    changed = "".join(lines)
    try:
        found = parse_mapping(index, changed).ranking(ranking.name)
    except DefinitionError:
        found = None
    if found != ranking:
        hint = f"add it by hand: {ranking.name}: [{{weights: {{{_weights(ranking)}}}}}]"
        raise UsageError("the mapping's `ranking` is not written line by line", hint=hint)
    return changed


def _weights(ranking: Ranking) -> str:
    return ", ".join(
        f"{name if name.isidentifier() else chr(34) + name + chr(34)}: {weight:g}"
        for name, weight in ranking.weights
    )
