"""What a definition settles for every query on a version of it, whichever engine answers."""

from collections.abc import Sequence

from searchsvc.domain.definition import Field, IndexDefinition, Weights
from searchsvc.engines import boosts
from searchsvc.engines.fields import joined_weight, searched, suggest_texts, suggest_values

_MOST_WEIGHTS = 64


class Settled:
    """Fields, weights and columns, worked out once: a plan of an engine adds its native fields."""

    def __init__(self, definition: IndexDefinition) -> None:
        self.definition = definition
        self.suggest_values = suggest_values(definition)
        self.suggest_texts = suggest_texts(definition)
        self._weighted: dict[Weights, tuple[list[Field], float]] = {}
        self._columns = {
            one.name: boosts.column(definition, one.name) for one in definition.all_rankings
        }

    def searched(self, names: Sequence[str] | None, weights: Weights = ()) -> list[Field]:
        """The fields with a weight; only those in `names`, where it is given."""
        if names is not None:
            return searched(self.definition, names, weights)
        return self._by(weights)[0]

    def joined(self, names: Sequence[str] | None, weights: Weights = ()) -> float:
        """What a word in the joined field is worth; 0 where `names` restrict a search."""
        return 0.0 if names is not None else self._by(weights)[1]

    def _by(self, weights: Weights) -> tuple[list[Field], float]:
        """Both for weights; of a definition's rankings they are few, of a tuner's many."""
        found = self._weighted.get(weights)
        if found is None:
            if len(self._weighted) >= _MOST_WEIGHTS:
                self._weighted.clear()
            found = (
                searched(self.definition, None, weights),
                joined_weight(self.definition, None, weights),
            )
            self._weighted[weights] = found
        return found

    def column(self, ranking: str) -> str:
        """The column with the factors of a ranking's boosts; "" where it has none."""
        return self._columns.get(ranking, "")
