"""Reads every row as a rebuild would, and writes nothing: would the version pass its gate?"""

from dataclasses import dataclass

from searchsvc.domain.document import Document
from searchsvc.errors import RunStopped
from searchsvc.indexing.gate import Evidence, refusals
from searchsvc.indexing.parts import IndexParts
from searchsvc.indexing.records import Watching

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a rebuild would find: figures, reasons to refuse it, and some dead rows by id."""

    index: str
    evidence: Evidence
    refusals: tuple[str, ...]
    dead: dict[str, str]


def dry_run(parts: IndexParts, watching: Watching) -> DryRun:
    """Raises RunStopped, and what source and engine raise.

    What only an engine can refuse, and what changes while this reads, is not seen.
    """
    documents = dead = 0
    shown: dict[str, str] = {}
    index = parts.indexer.index
    watching.progress.start(parts.source.count())
    watching.progress.phase("dry run")

    def ready() -> None:
        if watching.stop.is_set():
            raise RunStopped(f"the dry run on index '{index}' was stopped", hint="start it again")

    for reading in parts.reader.pages(parts.indexer.page_size, ready=ready):
        documents += sum(isinstance(write, Document) for write in reading.writes)
        dead += len(reading.dead)
        shown |= dict(list(reading.dead.items())[: max(0, _SHOWN - len(shown))])
        watching.progress.advance(reading.rows)
    live = parts.store.live(index)
    evidence = Evidence(
        rows=documents + dead,
        documents=documents,
        dead=dead,
        live=None if live is None else parts.store.count(live),
    )
    return DryRun(index, evidence, tuple(refusals(evidence, parts.settings)), shown)
