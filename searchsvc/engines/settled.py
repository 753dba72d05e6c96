"""What a definition settles for every query on a version of it, whichever engine answers."""

from collections.abc import Sequence

from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.engines import boosts
from searchsvc.engines.fields import joined_weight, searched, suggest_texts, suggest_values


class Settled:
    """Fields, weights and columns, worked out once: a plan of an engine adds its native fields."""

    def __init__(self, definition: IndexDefinition) -> None:
        self.definition = definition
        self.suggest_values = suggest_values(definition)
        self.suggest_texts = suggest_texts(definition)
        self._searched = searched(definition, None)
        self._joined = joined_weight(definition, None)
        self._columns = {
            one.name: boosts.column(definition, one.name) for one in definition.all_rankings
        }

    def searched(self, names: Sequence[str] | None) -> list[Field]:
        """The fields with a weight; only those in `names`, where it is given."""
        return self._searched if names is None else searched(self.definition, names)

    def joined(self, names: Sequence[str] | None) -> float:
        """What a word in the joined field is worth; 0 where `names` restrict a search."""
        return self._joined if names is None else 0.0

    def column(self, ranking: str) -> str:
        """The column with the factors of a ranking's boosts; "" where it has none."""
        return self._columns.get(ranking, "")
