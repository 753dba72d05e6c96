"""Shows what other synonyms and rules would change in the first hits of a few searches."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from searchsvc.domain.access import Restriction
from searchsvc.domain.curation import Curation
from searchsvc.domain.definition import FieldType, IndexDefinition
from searchsvc.search.answer import SearchAnswer
from searchsvc.search.service import SearchService
from searchsvc.telemetry.stages import Stages

HITS = 10


@dataclass(frozen=True, slots=True)
class Compared:
    """One search as it is answered now, and as it would be."""

    text: str
    before: SearchAnswer
    after: SearchAnswer

    @property
    def changed(self) -> bool:
        """Whether the first hits or their order would be others."""
        return _ids(self.before) != _ids(self.after)


class Preview:
    """Asks searches twice: of the service as it is, and of one with another curation."""

    def __init__(self, search: SearchService) -> None:
        self._search = search

    async def compare(
        self, index: str, curation: Curation, texts: Sequence[str], within: Restriction
    ) -> list[Compared]:
        """Each text with its first hits. Raises as `SearchService.search` does."""
        live, _ = self._search.basis(index)
        shown = title_field(live.definition)
        other = self._search.curated_by(curation)
        pairs = []
        for text in texts:
            asked = _asked(text, shown)
            pairs.append(
                await asyncio.gather(
                    self._search.search(index, asked, Stages(), within),
                    other.search(index, asked, Stages(), within),
                )
            )
        return [Compared(text, *pair) for text, pair in zip(texts, pairs, strict=True)]


def title_field(definition: IndexDefinition) -> str:
    """The field by which a document is told from others: of texts the one that weighs most."""
    public = [field for field in definition.fields if not field.hidden]
    texts = [field for field in public if field.type is FieldType.TEXT and field.highlight]
    chosen = max(texts or public, key=lambda field: field.weight, default=None)
    return "" if chosen is None else chosen.name


def _asked(text: str, shown: str) -> Mapping[str, object]:
    fields = {"fields": [shown]} if shown else {}
    return {"q": text, "per_page": HITS, "highlight": False, **fields}


def _ids(answer: SearchAnswer) -> list[str]:
    return [hit.id for hit in answer.result.hits]
