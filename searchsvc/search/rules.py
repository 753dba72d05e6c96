"""Decides which rules of an index hold for a query, and what they do together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from searchsvc.domain.curation import Condition, Curation, How, Phrase, Rule
from searchsvc.domain.query import Boosted, Filter, Pin, Stated
from searchsvc.search.filter_parts import parts_of

MAX_PINS = 100
MAX_BOOSTS = 10  # each costs an engine as much as the words do


@dataclass(frozen=True, slots=True)
class Consequences:
    """What several rules do together.

    Every filter and hide counts, and the first boosts; of several redirects the first; a document
    is pinned by the first that does, at the next free place, and not at all where one hides it.
    """

    pins: tuple[Pin, ...]
    hides: tuple[str, ...]
    filters: tuple[Stated, ...]
    boosts: tuple[Boosted, ...]
    redirect: str | None


def holding(curation: Curation, words: Phrase, filter: Filter | None, now: datetime) -> list[Rule]:
    """The rules that hold for the folded `words` of a query, in the order of the file."""
    found = {rule.number: rule for rule in curation.always}
    for word in words or ("",):
        for rule in curation.rules.get(word, ()):
            if any(_holds(condition, words) for condition in rule.when):
                found[rule.number] = rule
    asked = frozenset(parts_of(filter))
    kept = (rule for rule in found.values() if _is_time(rule, now) and asked.issuperset(rule.given))
    return sorted(kept, key=attrgetter("number"))


def _holds(condition: Condition, words: Phrase) -> bool:
    return condition.words == words if condition.how is How.IS else place(condition, words) >= 0


def place(condition: Condition, words: Phrase) -> int:
    """Where the condition's words begin in those of the query; -1 where it does not hold."""
    size = len(condition.words)
    last = len(words) - size if condition.how is How.CONTAINS else 0
    if condition.how is How.IS and size != len(words):
        return -1
    starts = range(last + 1)
    return next((at for at in starts if words[at : at + size] == condition.words), -1)


def _is_time(rule: Rule, now: datetime) -> bool:
    return (rule.start is None or rule.start <= now) and (rule.end is None or now < rule.end)


def rewritten(rules: Iterable[Rule], words: Phrase) -> tuple[int, int, tuple[str, ...]] | None:
    """From which word to which the first rule that rewrites puts others, and those."""
    for rule in rules:
        if rule.rewrite is None:
            continue
        for condition in rule.when:
            at = place(condition, words)
            if at >= 0:
                return at, at + len(condition.words), rule.rewrite
    return None


def consequences(rules: Sequence[Rule]) -> Consequences:
    """What `rules`, in their order, do together."""
    hides = tuple(dict.fromkeys(id for rule in rules for id in rule.hides))
    redirects = (rule.redirect for rule in rules if rule.redirect is not None)
    return Consequences(
        _placed([pin for rule in rules for pin in rule.pins if pin.id not in hides]),
        hides,
        tuple(dict.fromkeys(stated for rule in rules for stated in rule.filters)),
        tuple(boost for rule in rules for boost in rule.boosts)[:MAX_BOOSTS],
        next(redirects, None),
    )


def _placed(pins: Iterable[Pin]) -> tuple[Pin, ...]:
    """Each document once and at a place of its own, in the order of their places."""
    by_place: dict[int, Pin] = {}
    seen = set()
    for pin in pins:
        if pin.id in seen:
            continue
        seen.add(pin.id)
        at = pin.at
        while at in by_place:
            at += 1
        by_place[at] = Pin(pin.id, at)
    return tuple(by_place[at] for at in sorted(by_place))[:MAX_PINS]
