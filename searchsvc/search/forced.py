"""What a key or token forces on requests of one index: a filter, a page's length, its fields."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from searchsvc.domain.access import Restriction
from searchsvc.domain.allowlists import AllowLists
from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.narrowed import narrowed
from searchsvc.domain.query import Filter, PlanStep
from searchsvc.errors import FilterError, KeyForbids
from searchsvc.search.filter_json import read_filter
from searchsvc.search.filters import parse_filter
from searchsvc.search.scores import may_rank, ranked_by

_MOST_KEPT = 1_000
# Members of a plan that name documents, or fields with values, whoever may see those.
_DOCUMENTS = frozenset({"pins", "hides"})
_FIELDS = frozenset({"filters", "boosts"})


@dataclass(frozen=True, slots=True)
class Forced:
    """A restriction, read for one index; equal `mark`s force the same.

    `narrowed` is the index with the fields that may be named; None where those are all.
    """

    filter: Filter | None = None
    max_per_page: int | None = None
    mark: str = ""
    narrowed: IndexDefinition | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether there are documents or fields that it holds back."""
        return self.filter is not None or self.narrowed is not None

    def seen(self, definition: IndexDefinition) -> IndexDefinition:
        """The index as far as its fields may be named; `definition` is what this was read for."""
        return self.narrowed or definition

    def bounded(
        self, values: dict[str, Any], given: Mapping[str, object], name: str = "per_page"
    ) -> dict[str, Any]:
        """The values of parameters with no more than so many hits. Raises KeyForbids for more."""
        most = self.max_per_page
        if most is None or values[name] <= most:
            return values
        if name in given:
            raise KeyForbids(f"this token gives at most {most} by '{name}'", hint="ask for less")
        return {**values, name: most}

    def refuse_window(self, limit: int) -> None:
        """Raises KeyForbids for more hits than a page may have, however they are asked for."""
        if self.max_per_page is not None and limit > self.max_per_page:
            message = f"this token gives at most {self.max_per_page} hits of a page"
            raise KeyForbids(message, hint="ask for less")

    def shown(self, steps: tuple[PlanStep, ...] | None) -> tuple[PlanStep, ...] | None:
        """The steps of a plan, less what names documents or fields that may be held back."""
        if steps is None or not self.is_narrow:
            return steps
        untold = frozenset[str]() if self.filter is None else _DOCUMENTS
        untold |= frozenset[str]() if self.narrowed is None else _FIELDS
        return tuple(
            PlanStep(one.name, {n: v for n, v in one.changes.items() if n not in untold})
            for one in steps
        )


NOTHING_FORCED = Forced()


class ForcedFilters:
    """Reads restrictions for indexes; one that comes again is read once for each definition."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[IndexDefinition, Forced]] = {}

    def of(self, restriction: Restriction, definition: IndexDefinition) -> Forced:
        """What is forced on that index. Raises KeyForbids where its filter cannot be read."""
        if not restriction.mark:
            return NOTHING_FORCED
        key = definition.name, restriction.mark
        kept = self._kept.get(key)
        if kept is not None and kept[0] is definition:
            return kept[1]
        # The filter is of who made the token, and may name any field.
        forced = Forced(
            _read(restriction.filter, definition),
            restriction.max_per_page,
            restriction.mark,
            _narrowed(definition, restriction.fields) if restriction.fields else None,
        )
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = definition, forced
        return forced


def _narrowed(definition: IndexDefinition, lists: AllowLists) -> IndexDefinition:
    """Also without rankings that order by what may not be sorted by, but for the default one."""
    seen = narrowed(definition, lists)
    kept = (one for one in seen.rankings if may_rank(seen, ranked_by(definition, one)))
    return replace(seen, rankings=tuple(kept))


def _read(filter: str | Mapping[str, object] | None, definition: IndexDefinition) -> Filter | None:
    if filter is None:
        return None
    try:
        found = (
            parse_filter(filter, definition)
            if isinstance(filter, str)
            else read_filter(filter, definition)
        )
    except FilterError as error:
        raise _unusable(definition, error.message) from error
    if found is None:
        raise _unusable(definition, "it is empty")
    return found


def _unusable(definition: IndexDefinition, reason: str) -> KeyForbids:
    message = f"the token's filter cannot be used in index '{definition.name}': {reason}"
    return KeyForbids(message, hint="have the token made anew, for this index")
