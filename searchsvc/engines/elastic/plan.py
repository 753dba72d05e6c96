"""What a version's definition settles for every query on it."""

from collections.abc import Sequence

from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.engines import boosts
from searchsvc.engines.elastic.schema import Physical, physical
from searchsvc.engines.fields import joined_weight, searched
from searchsvc.engines.languages import marked


class Plan:
    """The native fields of a definition by our names, and what its words are stemmed to.

    `joined`: what a word in the joined field is worth. `marks`: what the stems of each language
    begin with.
    """

    def __init__(self, definition: IndexDefinition) -> None:
        self.definition = definition
        self.fields: dict[str, Physical] = {one.field.name: one for one in physical(definition)}
        self.joined = joined_weight(definition, None)
        self._searched = searched(definition, None)
        self._columns = {
            one.name: boosts.column(definition, one.name) for one in definition.all_rankings
        }
        self._marked = marked(definition)
        self.marks = [mark for mark, _ in self._marked]

    def of(self, field: Field) -> Physical:
        """The native fields of `field`."""
        return self.fields[field.name]

    def stems(self, word: str) -> list[str]:
        """The stems of one word as documents hold them, one for each language."""
        return [stem([word])[0] for _, stem in self._marked]

    def searched(self, names: Sequence[str] | None) -> Sequence[Field]:
        """The fields with a weight; only those in `names`, where it is given."""
        return self._searched if names is None else searched(self.definition, names)

    def column(self, ranking: str) -> str:
        """The column with the factors of a ranking's boosts; "" where it has none."""
        return self._columns.get(ranking, "")
