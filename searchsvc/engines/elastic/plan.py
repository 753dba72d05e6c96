"""What a version's definition settles for every query on it."""

from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.engines.analysis import stemmer
from searchsvc.engines.elastic.schema import Physical, physical


class Plan:
    """The native fields of a definition by our names, and its stemmer."""

    def __init__(self, definition: IndexDefinition) -> None:
        self.definition = definition
        self.fields: dict[str, Physical] = {one.field.name: one for one in physical(definition)}
        self._stem = stemmer(definition.language)

    def of(self, field: Field) -> Physical:
        """The native fields of `field`."""
        return self.fields[field.name]

    def stem(self, word: str) -> str:
        """The stem of one word."""
        return self._stem([word])[0]
