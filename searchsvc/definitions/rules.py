"""Reads `mappings/<index>/rules.yaml`: what shall happen to which queries, and from when to when.

rules:
  - {when: "query is 'iphone'", pin: [sku-1001, sku-1002], until: 2026-12-31}
  - {when: "query contains 'returns'", redirect: /help/returns}
"""

from collections.abc import Iterable
from pathlib import Path

from searchsvc.definitions import rule_values as values
from searchsvc.domain.curation import Rule
from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.query import Ids
from searchsvc.errors import CheckFailed, DefinitionError, FileError
from searchsvc.yamlfile import Node, parse_yaml

FILE_NAME = "rules.yaml"
MAX_BYTES = 1_048_576
MAX_RULES = 1_000
MAX_IDS = 10_000  # of all rules
_MOST_PROBLEMS = 20  # told at once
CONSEQUENCES = ("pin", "hide", "boost", "filter", "rewrite", "redirect")
KEYS = ("name", "when", "when_filter", "from", "until", "enabled", *CONSEQUENCES)
_EXAMPLE = "like: {when: \"query is 'tv'\", pin: [17, 4]}"


def parse_rules(text: str, path: Path) -> Node:
    """The file's tree, which `read_rules` then reads by a definition. Raises DefinitionError."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise DefinitionError(f"has more than {MAX_BYTES} bytes", file=path, hint="drop old rules")
    return parse_yaml(text, path, DefinitionError, aliases=False)


def read_rules(tree: Node, definition: IndexDefinition) -> list[Rule]:
    """The enabled rules, in the order of the file.

    Raises DefinitionError with file, line and key, or CheckFailed with those of several.
    """
    rules: list[Rule] = []
    problems: list[FileError] = []
    lines: dict[str, int] = {}
    for number, node in enumerate(_listed(tree), 1):
        try:
            rule, enabled = _rule(node, number, definition)
            _refuse_repeat(rule.name, node, lines)
        except FileError as error:
            problems.append(error)
            continue
        rules += [rule] if enabled else []
    if sum(map(_ids_of, rules)) > MAX_IDS:
        problems.append(
            tree.error(DefinitionError, f"has more than {MAX_IDS} ids", "drop old ones")
        )
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise CheckFailed(str(problem) for problem in problems[:_MOST_PROBLEMS])
    return rules


def _ids_of(rule: Rule) -> int:
    """How many ids it has."""
    filters = (boost.condition.filter for boost in rule.boosts)
    lifted = sum(len(one.ids) for one in filters if isinstance(one, Ids))
    return len(rule.pins) + len(rule.hides) + lifted


def by_first_word(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    """Those with a condition on words, under the first word of each."""
    found: dict[str, dict[Rule, None]] = {}
    for rule in rules:
        for condition in rule.when:
            found.setdefault(condition.words[0] if condition.words else "", {})[rule] = None
    return {word: tuple(some) for word, some in found.items()}


def _listed(tree: Node) -> list[Node]:
    listed = values.entries(tree, ("rules",), f"rules: a list, each {_EXAMPLE}").get("rules")
    if listed is None or listed.value is None:
        return []
    if not isinstance(listed.value, list):
        raise listed.error(DefinitionError, "must be a list of rules", _EXAMPLE)
    if len(listed.value) > MAX_RULES:
        raise listed.error(DefinitionError, f"has more than {MAX_RULES} rules", "drop old ones")
    nodes: list[Node] = listed.value
    return nodes


def _rule(node: Node, number: int, definition: IndexDefinition) -> tuple[Rule, bool]:
    """One rule, and whether it is enabled; it is checked either way."""
    given = values.entries(node, KEYS, _EXAMPLE)
    if not any(name in given for name in CONSEQUENCES):
        hint = f"give one of: {', '.join(CONSEQUENCES)}"
        raise node.error(DefinitionError, "the rule does nothing", hint)
    if "rewrite" in given and "when" not in given:
        hint = "say which words: when: \"query contains '…'\""
        raise given["rewrite"].error(DefinitionError, "there is nothing to rewrite", hint)
    get = given.get
    start, end = values.span(get("from"), get("until"))
    rule = Rule(
        when=values.conditions(get("when")),
        name=values.name(given, number),
        number=number,
        given=values.joined(get("when_filter"), definition),
        start=start,
        end=end,
        pins=values.pins(get("pin")),
        hides=values.ids(get("hide")),
        filters=values.filters(get("filter"), definition),
        boosts=values.boosts(get("boost"), definition),
        rewrite=values.rewrite(get("rewrite")),
        redirect=values.redirect(get("redirect")),
    )
    both = [pin.id for pin in rule.pins if pin.id in rule.hides]
    if both:
        hint = "leave it in one of the two"
        raise get("hide", node).error(DefinitionError, f"'{both[0]}' is pinned, too", hint)
    return rule, values.enabled(get("enabled"))


def _refuse_repeat(name: str, node: Node, lines: dict[str, int]) -> None:
    line = lines.setdefault(name, node.line)
    if line != node.line:
        hint = "give each a name of its own: name: ..."
        raise node.error(DefinitionError, f"the rule on line {line} is '{name}' too", hint)
