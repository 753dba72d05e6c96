"""What a version's definition settles for every query on a server."""

from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.engines.elastic.schema import Physical, physical
from searchsvc.engines.languages import marked
from searchsvc.engines.settled import Settled


class Plan(Settled):
    """The native fields of a definition by our names, and what its words are stemmed to.

    `marks`: what the stems of each language begin with.
    """

    def __init__(self, definition: IndexDefinition) -> None:
        super().__init__(definition)
        self.fields: dict[str, Physical] = {one.field.name: one for one in physical(definition)}
        self._marked = marked(definition)
        self.marks = [mark for mark, _ in self._marked]

    def of(self, field: Field) -> Physical:
        """The native fields of `field`."""
        return self.fields[field.name]

    def stems(self, word: str) -> list[str]:
        """The stems of one word as documents hold them, one for each language."""
        return [stem([word])[0] for _, stem in self._marked]
