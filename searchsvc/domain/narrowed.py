"""An index as whoever may name some of its fields sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from searchsvc.domain.allowlists import AllowLists, Use
from searchsvc.domain.definition import Field, IndexDefinition


@dataclass(frozen=True, slots=True)
class NarrowedDefinition(IndexDefinition):
    """An index with the names that are allowed for each use; None allows all of them."""

    allowed: Mapping[Use, frozenset[str] | None] = field(default_factory=dict)

    def allows(self, field: Field, use: Use) -> bool:
        """Also only what is allowed for the use."""
        names = self.allowed.get(use)
        return not field.hidden and (names is None or field.name in names)

    @property
    def returned(self) -> tuple[str, ...] | None:
        """Those that are listed."""
        return self._listed(Use.RETURN)

    @property
    def marked(self) -> tuple[str, ...] | None:
        """Those that are listed."""
        return self._listed(Use.HIGHLIGHT)

    @property
    def suggested(self) -> tuple[str, ...] | None:
        """Those that are returned; of a facet counts are told, which must be allowed, too."""
        counted = self.public("facet")
        return tuple(
            field.name
            for field in self.select("suggest")
            if self.allows(field, Use.RETURN) and (not field.facet or field.name in counted)
        )

    def _listed(self, use: Use) -> tuple[str, ...] | None:
        if self.allowed.get(use) is None:
            return None
        return tuple(field.name for field in self.fields if self.allows(field, use))


def narrowed(definition: IndexDefinition, lists: AllowLists) -> NarrowedDefinition:
    """The index by these lists: without named sorts by other fields, groups and scopes of them.

    The group that the index has by itself stays; its value is told to nobody who may not see it.
    """
    own = {f.name: getattr(definition, f.name) for f in fields(definition)}
    seen = NarrowedDefinition(**own, allowed={use: lists.fields(use) for use in Use})
    sortable, counted, public = seen.public("sortable"), seen.public("facet"), seen.public()
    groups = definition.groups
    by = tuple(name for name in groups.fields if name in public or name == groups.default)
    sorts = tuple((name, sort) for name, sort in definition.sorts if sort.field in sortable)
    is_scoped = definition.suggest_scope in public and definition.suggest_scope in counted
    return replace(
        seen,
        sorts=sorts,
        groups=replace(groups, fields=by),
        suggest_scope=definition.suggest_scope if is_scoped else "",
    )
