"""The recipe that a version keeps: as it is written down, and when another may take its place."""

import msgspec

from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.errors import EngineError


class Card(msgspec.Struct, frozen=True):
    """What a version says of itself: its format, and what it was made from."""

    index_format: int
    definition_hash: str
    definition: IndexDefinition
    reads: dict[str, str] = {}
    follows: dict[str, str] = {}

    @property
    def recipe(self) -> Recipe:
        """The version's recipe."""
        return Recipe(self.definition, self.reads, self.follows)


def card_of(recipe: Recipe, index_format: int) -> Card:
    """The card of a version made from `recipe`."""
    reads, follows = dict(recipe.reads), dict(recipe.follows)
    return Card(index_format, recipe.hash, recipe.definition, reads, follows)


def refuse_other(version: IndexVersion, old: Recipe, new: Recipe) -> None:
    """Raises EngineError where documents of `new` would not be what the version holds."""
    if old.hash != new.hash:
        raise EngineError(
            f"version '{version}' was made from another definition", hint="rebuild the index"
        )
