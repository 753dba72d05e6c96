"""Reads the values of a rule: conditions, ids, filters, days and texts, each with its line.

What is not given says nothing.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from searchsvc.domain.curation import Condition, How
from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.query import Boosted, Filter, Ids, Pin, Stated
from searchsvc.errors import DefinitionError, FilterError, nearest
from searchsvc.search.filter_parts import parts_of
from searchsvc.search.filters import parse_filter
from searchsvc.search.synonyms import phrase
from searchsvc.search.words import words
from searchsvc.yamlfile import Node

MAX_CONDITIONS = 50
MAX_IDS = 200  # of one rule
MAX_WORDS = 32
MAX_PLACE = 1_000
LONGEST_ID = 512  # bytes
_WHEN = re.compile(r"query\s+(is|contains|starts\s+with)\s+(?:'([^']*)'|\"([^\"]*)\")")
_WHEN_HINT = "like: query is 'tv', query contains 'tv', query starts with 'tv'"
# A path of the same site or an address of the web; nothing that a browser would run.
_TARGET = re.compile(r"(?:/(?![/\\])|https?://[^\s/\\])[^\s\x00-\x1f]*")


def entries(node: Node, known: tuple[str, ...], hint: str) -> dict[str, Node]:
    """The entries of a mapping, each of them known."""
    if not isinstance(node.value, dict):
        raise node.error(DefinitionError, "must be a mapping", hint)
    for name, child in node.items():
        if name not in known:
            raise child.error(DefinitionError, f"unknown key '{name}'", nearest(name, known))
    return dict(node.items())


def text(node: Node, longest: int) -> str:
    """A scalar as it is written."""
    if isinstance(node.value, list | dict) or node.value is None:
        raise node.error(DefinitionError, "must be a text")
    if len(node.written) > longest:
        raise node.error(DefinitionError, f"is longer than {longest} characters")
    return node.written


def conditions(node: Node | None) -> tuple[Condition, ...]:
    """`query is '…'`, or a list of such, of which one must hold."""
    if node is None:
        return ()
    listed = _listed(node)
    if not 1 <= len(listed) <= MAX_CONDITIONS:
        raise node.error(DefinitionError, f"must be 1 to {MAX_CONDITIONS} conditions", _WHEN_HINT)
    return tuple(_condition(one) for one in listed)


def _condition(node: Node) -> Condition:
    match = _WHEN.fullmatch(text(node, 500).strip())
    if match is None:
        raise node.error(DefinitionError, f"cannot read '{node.written[:80]}'", _WHEN_HINT)
    how, said = How(" ".join(match[1].split())), match[2] or match[3] or ""
    wanted = phrase(said)
    if len(wanted) > MAX_WORDS:
        raise node.error(DefinitionError, f"has more than {MAX_WORDS} words")
    if not wanted and (said.strip() or how is not How.IS):
        hint = "query is '' stands for a search without words"
        raise node.error(DefinitionError, f"'{said}' has no word", hint)
    return Condition(how, wanted)


def pins(node: Node | None) -> tuple[Pin, ...]:
    """`{id: …, at: 3}`, or ids for the first places that are left."""
    if node is None:
        return ()
    listed = [(_placed(one) if isinstance(one.value, dict) else _id(one)) for one in _few(node)]
    taken = {one.at for one in listed if isinstance(one, Pin)}
    free = (place for place in count(1) if place not in taken)
    found = [one if isinstance(one, Pin) else Pin(one, next(free)) for one in listed]
    for name in ("id", "at"):
        seen = set()
        for pin in found:
            if getattr(pin, name) in seen:
                raise node.error(DefinitionError, f"{name} {getattr(pin, name)} is given twice")
            seen.add(getattr(pin, name))
    return tuple(found)


def _placed(node: Node) -> Pin:
    given = entries(node, ("id", "at"), "like: {id: 17, at: 3}")
    if "id" not in given or "at" not in given:
        raise node.error(DefinitionError, "a pin has an id and a place", "like: {id: 17, at: 3}")
    at = given["at"].value
    if type(at) is not int or not 1 <= at <= MAX_PLACE:
        raise given["at"].error(DefinitionError, f"must be a place from 1 to {MAX_PLACE}")
    return Pin(_id(given["id"]), at)


def ids(node: Node | None) -> tuple[str, ...]:
    """Documents by their ids."""
    if node is None:
        return ()
    return tuple(dict.fromkeys(_id(one) for one in _few(node)))


def _id(node: Node) -> str:
    id = text(node, LONGEST_ID)
    if not id or len(id.encode("utf-8", "replace")) > LONGEST_ID or not id.isprintable():
        raise node.error(DefinitionError, "must be the id of a document")
    return id


def _few(node: Node) -> list[Node]:
    listed = _listed(node)
    if not 1 <= len(listed) <= MAX_IDS:
        raise node.error(DefinitionError, f"must be 1 to {MAX_IDS} ids", "like: [17, 4]")
    return listed


def _listed(node: Node) -> list[Node]:
    nodes: list[Node] = node.value if isinstance(node.value, list) else [node]
    return nodes


def filters(node: Node | None, definition: IndexDefinition) -> tuple[Stated, ...]:
    """The filter, if there is one."""
    return () if node is None else (_stated(node, definition),)


def _stated(node: Node, definition: IndexDefinition) -> Stated:
    """A filter as a caller writes it."""
    written = text(node, 4096)
    try:
        found = parse_filter(written, definition)
    except FilterError as error:
        raise node.error(DefinitionError, error.message, error.hint) from error
    if found is None:
        raise node.error(DefinitionError, "is empty", 'like: "in_stock:true"')
    return Stated(written, found)


def joined(node: Node | None, definition: IndexDefinition) -> tuple[Filter, ...]:
    """The conditions that a filter joins by AND."""
    return () if node is None else parts_of(_stated(node, definition).filter)


def boosts(node: Node | None, definition: IndexDefinition) -> tuple[Boosted, ...]:
    """`{filter: …, weight: 0.5}` or `{ids: …, weight: 0.5}`, or a list of such."""
    if node is None:
        return ()
    return tuple(_boost(one, definition) for one in _listed(node))


def _boost(node: Node, definition: IndexDefinition) -> Boosted:
    example = 'like: {filter: "brand:Acme", weight: 0.5}'
    given = entries(node, ("filter", "ids", "weight"), example)
    if "weight" not in given or len(given) != 2:
        raise node.error(DefinitionError, "a boost has a filter or ids, and a weight", example)
    weight = given["weight"].value
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not -1 <= weight <= 10:
        raise given["weight"].error(DefinitionError, "must be a number from -1 to 10")
    if not weight:
        raise given["weight"].error(DefinitionError, "a weight of 0 changes nothing")
    if "ids" in given:
        which = ids(given["ids"])
        return Boosted(Stated(f"ids {', '.join(which)}", Ids(which)), float(weight))
    return Boosted(_stated(given["filter"], definition), float(weight))


def rewrite(node: Node | None) -> tuple[str, ...] | None:
    """The words that stand in for those of the condition; none where the text is empty."""
    if node is None:
        return None
    found = tuple(words(text(node, 200)))
    if node.written.strip() and not found:
        raise node.error(DefinitionError, f"'{node.written}' has no word", "'' takes words away")
    return found


def redirect(node: Node | None) -> str | None:
    """Where the caller should go instead."""
    if node is None:
        return None
    target = text(node, 2000)
    if _TARGET.fullmatch(target) is None:
        hint = "like: /help/returns, or https://example.com/returns"
        raise node.error(DefinitionError, "must be a path or an http address", hint)
    return target


def enabled(node: Node | None) -> bool:
    """Whether the rule is in use; it is unless it says otherwise."""
    if node is not None and not isinstance(node.value, bool):
        raise node.error(DefinitionError, "must be true or false")
    return node is None or bool(node.value)


def name(given: Mapping[str, Node], number: int) -> str:
    """What answers call the rule: its name, or else its condition."""
    node = given.get("name") or given.get("when")
    if node is None:
        return f"rule {number}"
    first = node.value[0] if isinstance(node.value, list) and node.value else node
    return text(first, 200)


def span(start: Node | None, end: Node | None) -> tuple[datetime | None, datetime | None]:
    """From when, and until just before when; a day without a time begins and ends as in UTC."""
    first = None if start is None else _instant(start, last=False)
    final = None if end is None else _instant(end, last=True)
    if end is not None and first is not None and final is not None and final <= first:
        raise end.error(DefinitionError, "the rule ends before it begins")
    return first, final


def _instant(node: Node, *, last: bool) -> datetime:
    written = node.written.strip()
    try:
        if len(written) == len("2026-12-31"):
            day = datetime.combine(date.fromisoformat(written), time(), UTC)
            return day + timedelta(days=last)
        value = datetime.fromisoformat(written)
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        hint = "like: 2026-12-31, or 2026-12-31T18:00:00Z"
        raise node.error(DefinitionError, f"'{written}' is no date", hint) from error
