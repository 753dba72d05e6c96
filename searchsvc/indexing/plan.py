"""Says what it takes to bring an index to what its files say, before anything is done."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import orjson

from searchsvc.domain.document import Document
from searchsvc.domain.index import IndexVersion, Recipe, VersionInfo
from searchsvc.domain.run import RunKind, RunStatus
from searchsvc.errors import StalePlan
from searchsvc.indexing.differences import Change, Effect, differences
from searchsvc.indexing.parts import IndexParts

_SAMPLES = 5
_LOOKED_THROUGH = 500  # rows, for samples that differ
_ENDED = frozenset({RunStatus.SUCCEEDED, RunStatus.DEGRADED})


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a rebuild costs: rows to read, seconds, and bytes beside the live version's.

    `source` says what the two estimates come from.
    """

    rows: int
    seconds: float
    bytes: int
    source: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One document as JSON, as the live version holds it and as it will be; "" for none.

    `dead` says why it cannot be indexed.
    """

    id: str
    before: str
    after: str
    dead: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying an index's files does, and from what state.

    `live` is the version that answers, "" for none; `before` and `after` are fingerprints of its
    recipe and of the files'. `effect` is None where nothing is to be done.
    """

    index: str
    live: str
    before: str
    after: str
    effect: Effect | None
    changes: tuple[Change, ...] = ()
    estimate: Estimate | None = None
    samples: tuple[Sample, ...] = ()


class Planner:
    """Makes plans for one index towards `recipe`. Reads rows and documents, and writes nothing."""

    def __init__(self, parts: IndexParts, recipe: Recipe) -> None:
        self._parts = parts
        self._index = parts.indexer.index
        self._recipe = recipe

    def plan(self) -> Plan:
        """The plan as of now. Raises what source and engine raise."""
        live = self._live()
        made = self._changes(live)
        return self._with_evidence(made, live) if made.effect is Effect.REBUILD else made

    def _changes(self, live: VersionInfo | None) -> Plan:
        """The plan without what would have to be read for it."""
        # Without a hash it was made by a release whose versions this one does not read.
        known = live is not None and live.definition_hash
        old = self._parts.store.recipe(live.version) if live and known else None
        changes = () if old is None else tuple(differences(old, self._recipe))
        effect = _effect(old, self._recipe, changes)
        return Plan(
            self._index,
            live.version.name if live else "",
            old.fingerprint if old else "",
            self._recipe.fingerprint,
            effect,
            changes,
        )

    def refuse_stale(self, plan: Plan) -> None:
        """Raises StalePlan unless the index and its files are as they were when it was made."""
        live = self._parts.store.live(self._index)
        if (live.name if live else "") != plan.live:
            raise _stale(plan, f"{live or 'no version'} is live now, and not {plan.live or 'none'}")
        if live is not None and plan.before and self._recipe_of(live) != plan.before:
            raise _stale(plan, f"{live} has been changed since")
        if self._recipe.fingerprint != plan.after:
            raise _stale(plan, "the files have changed since")
        if self._changes(self._live()).effect is not plan.effect:
            raise _stale(plan, "it says something else than what is to be done")

    def _recipe_of(self, version: IndexVersion) -> str:
        return self._parts.store.recipe(version).fingerprint

    def _live(self) -> VersionInfo | None:
        return next((i for i in self._parts.store.versions(self._index) if i.live), None)

    # --- evidence --------------------------------------------------------------------------------

    def _with_evidence(self, plan: Plan, live: VersionInfo | None) -> Plan:
        started = time.monotonic()
        limit = min(self._parts.indexer.page_size, _LOOKED_THROUGH)
        reading = self._parts.reader.page(None, limit)
        took = time.monotonic() - started
        made = {w.id: self._shown(w.source) for w in reading.writes if isinstance(w, Document)}
        before = self._stored(live.version, [*made, *reading.dead]) if live else {}
        size = sum(map(len, made.values())) / len(made) if made else 0.0
        estimate = self._estimate(live, took / max(1, reading.rows), size)
        samples = _samples(before, made, reading.dead)
        return replace(plan, estimate=estimate, samples=samples)

    def _estimate(self, live: VersionInfo | None, per_row: float, size: float) -> Estimate:
        rows = self._parts.source.count()
        runs = self._parts.state.runs(self._index, kind=RunKind.REBUILD)
        last = next((r for r in runs if r.status in _ENDED and r.counts.indexed), None)
        if last is not None and last.seconds is not None:
            # What was read is more: while it went on, changes were followed.
            per_row, source = last.seconds / last.counts.indexed, "the last rebuild"
        else:
            source = "reading one page, without writing it"
        if live is not None and live.documents:
            size, source = live.size / live.documents, f"{source}, and the live version's size"
        return Estimate(rows, rows * per_row, round(rows * size), source)

    def _stored(self, version: IndexVersion, ids: list[str]) -> dict[str, str]:
        found = self._parts.store.sources(version, ids)
        return {id: _json(orjson.loads(source)) for id, source in found.items()}

    def _shown(self, source: bytes) -> str:
        """As an index gives it: without hidden fields."""
        held = orjson.loads(source)
        for field in self._recipe.definition.select("hidden"):
            held.pop(field.name, None)
        return _json(held)


def _effect(old: Recipe | None, new: Recipe, changes: tuple[Change, ...]) -> Effect | None:
    if old is None or old.hash != new.hash:
        return Effect.REBUILD
    effects = {change.effect for change in changes}
    return Effect.QUERY_TIME if Effect.QUERY_TIME in effects else next(iter(effects), None)


def _samples(
    before: Mapping[str, str], after: Mapping[str, str], dead: Mapping[str, str]
) -> tuple[Sample, ...]:
    """Dead rows first, then documents that differ, then any."""
    found = [Sample(id, before.get(id, ""), "", reason) for id, reason in dead.items()]
    found += [Sample(id, before.get(id, ""), text) for id, text in after.items()]
    found.sort(key=lambda sample: (not sample.dead, sample.before == sample.after))
    return tuple(found[:_SAMPLES])


def _json(held: object) -> str:
    """Keys sorted, so that equal documents are equal texts."""
    return orjson.dumps(held, option=orjson.OPT_SORT_KEYS).decode()


def _stale(plan: Plan, why: str) -> StalePlan:
    return StalePlan(
        f"the plan for index '{plan.index}' is stale: {why}; nothing was done",
        hint="make a new one with: searchsvc plan",
    )
