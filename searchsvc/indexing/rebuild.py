"""Builds a new version beside the live one, and lets it go live only through the gate.

Copy by key, follow what changed meanwhile, compare sums, gate, swap, follow once more, prune. A
process that dies anywhere leaves the old version live; the next rebuild goes on from its last
checkpoint.
"""

import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from searchsvc.domain.document import Document
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.judgment import Comparison
from searchsvc.domain.run import Checkpoint
from searchsvc.errors import DeadLetterLimit, EngineError, GateRefused, UnknownVersion
from searchsvc.indexing.context import RunContext
from searchsvc.indexing.gate import Evidence, refusals
from searchsvc.indexing.incremental import Incremental
from searchsvc.indexing.parts import IndexParts
from searchsvc.indexing.prune import prune
from searchsvc.indexing.sink import Sink
from searchsvc.indexing.verify import Verify

_log = logging.getLogger(__name__)
_ALL_DEAD_AFTER = 100  # rows: by then a wrong mapping shows
_MOST_DEAD = 10_000  # rows: far above any gate, and about a MiB of ids
_MOST_CATCH_UPS = 5
_SAMPLE = 200
_SAMPLE_TRIES = 3


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an operator accepts: an empty source, a count far from the live version's, golden
    queries that are answered worse or slower.
    """

    empty: bool = False
    change: bool = False
    worse: bool = False


class Rebuild:
    """One rebuild: made for it, used once."""

    def __init__(
        self,
        parts: IndexParts,
        context: RunContext,
        version: IndexVersion,
        allowed: Allowed,
    ) -> None:
        self._allowed = allowed
        self._page_size = parts.indexer.page_size
        self._reader = parts.reader
        self._source = parts.source
        self._store = parts.store
        self._state = parts.state
        self._settings = parts.settings
        self._golden = parts.golden
        self._context = context
        self._version = version
        self._changes = Incremental(parts)
        self._verify = Verify(parts, self._follow_on)
        self._sample = _Reservoir(_SAMPLE, seed=version.number)
        self._safe = 0

    def run(self, hash: str, checkpoint: Checkpoint | None = None) -> None:
        """Build the version, whose empty self exists already, and make it live.

        With a `checkpoint` it goes on from there. `hash` is the definition's. Raises GateRefused,
        with the alias where it was; DeadLetterLimit when nearly nothing can be indexed.
        """
        if checkpoint is None:
            checkpoint = Checkpoint(self._version.name, hash, self._source.time().safe)
        self._take_up(checkpoint)
        if not checkpoint.copied:
            self._phase("copy")
            self._copy(checkpoint)
        self._phase("catch up")
        self._catch_up()
        self._phase("check")
        self._pass_gate()
        self._phase("swap")
        self._swap()
        self._safe = self._follow()
        self._state.set_watermark(self._version.name, self._safe)
        self._phase("prune")
        self._context.reached("before-prune")
        self._context.check(fresh=True)
        prune(self._store, self._state, self._version.index, self._settings.keep_versions)

    def _phase(self, name: str) -> None:
        self._context.progress.phase(name)

    def _take_up(self, checkpoint: Checkpoint) -> None:
        self._safe = checkpoint.since
        self._sample.take_up(checkpoint.sample, checkpoint.sampled)

    def _copy(self, checkpoint: Checkpoint) -> None:
        self._context.progress.start(self._source.count())
        # Behind a checkpoint, writes may have become durable before the process died.
        append = checkpoint.after is None
        with Sink(
            self._context,
            lambda: self._store.writer(self._version, append=append),
            append=append,
            unfound=not append,
        ) as sink:
            saved = time.monotonic()
            for reading in self._context.pages(self._reader, self._page_size, checkpoint.after):
                sink.write(reading)
                self._refuse_dead(sink)
                for write in reading.writes:
                    self._sample.offer(write.id)
                self._context.progress.advance(reading.rows)
                if time.monotonic() - saved >= self._settings.checkpoint_seconds:
                    self._save(sink, replace(checkpoint, after=reading.last))
                    saved = time.monotonic()
            self._refuse_dead(sink, at_end=True)
            self._save(sink, replace(checkpoint, copied=True))

    def _save(self, sink: Sink, checkpoint: Checkpoint) -> None:
        """Make durable what was written, and then that it was; it is found when all is copied."""
        sink.commit(found=checkpoint.copied)
        self._context.reached("before-checkpoint")
        self._state.set_checkpoint(
            self._version.index,
            replace(
                checkpoint,
                sampled=self._sample.seen,
                sample=tuple(self._sample.ids),
            ),
        )
        self._context.reached("after-checkpoint")

    def _refuse_dead(self, sink: Sink, *, at_end: bool = False) -> None:
        counts = sink.counts
        all_dead = counts.dead == counts.read and (counts.read >= _ALL_DEAD_AFTER or at_end)
        if counts.dead and (all_dead or counts.dead > _MOST_DEAD):
            self._context.dead.save()
            raise DeadLetterLimit(
                f"{counts.dead} of the first {counts.read} rows of index "
                f"'{self._version.index}' cannot be indexed",
                hint="the mapping or to_document does not fit the rows; see why with: "
                f"searchsvc dead list {self._version.index}",
            )

    def _catch_up(self) -> None:
        """Follow until little is left; rows that were dead before and unseen now are read too."""
        also = self._context.dead.unseen
        for _ in range(_MOST_CATCH_UPS):
            before = self._written()
            self._safe = self._follow(also)
            also = []
            # Not by time: where transactions cannot be seen, each one reads a long overlap again.
            if self._written() - before <= self._page_size:
                return

    def _follow(self, also: list[str] | None = None) -> int:
        return self._changes.follow(self._context, self._version, self._safe, also or ())

    def _follow_on(self, context: RunContext, version: IndexVersion) -> None:
        self._safe = self._changes.follow(context, version, self._safe)

    # --- gate ------------------------------------------------------------------------------------

    def _pass_gate(self) -> None:
        allowed = self._allowed
        evidence = self._prove()
        reasons = refusals(
            evidence,
            self._settings,
            allow_empty=allowed.empty,
            allow_change=allowed.change,
            allow_worse=allowed.worse,
        )
        _log.info("%s: %s", self._version, evidence.report())
        if reasons:
            raise GateRefused(
                f"{self._version} may not go live: {'; '.join(reasons)} [{evidence.report()}]",
                hint="the live version goes on; mend the cause and rebuild",
            )

    def _prove(self) -> Evidence:
        """Compare sums of both sides, write anew what differs, and look at a sample closely.

        Rows that come and go while this runs leave the count off by as much as was written: that
        is the slack that a busy table gets.
        """
        before = self._written()
        sums, found = self._verify.settle(self._context, self._version)
        dead = self._context.dead.now
        # A row that died after it had been copied still has its document.
        present = len(self._store.digests(self._version, sorted(dead))) if dead else 0
        live, held = self._live()
        evidence = Evidence(
            rows=sums.rows,
            documents=self._store.count(self._version),
            dead=len(dead) - present,
            slack=self._written() - before + len(sums.suspects),
            differing=tuple(found.ids),
            live=held,
        )
        return self._with_sample(replace(evidence, golden=self._compared(live)))

    def _live(self) -> tuple[IndexVersion | None, int | None]:
        """The live version and its count; none where it cannot be read: this one is its cure."""
        live = self._store.live(self._version.index)
        try:
            return live, None if live is None else self._store.count(live)
        except (EngineError, UnknownVersion) as error:
            _log.warning("%s is compared with no live version: %s", self._version, error.message)
            return None, None

    def _compared(self, live: IndexVersion | None) -> Comparison | None:
        """Golden queries asked of both versions."""
        if self._golden is None or live is None:
            return None
        return self._golden.compare(live, self._version)

    def _written(self) -> int:
        return self._context.counts.indexed + self._context.counts.deleted

    def _with_sample(self, evidence: Evidence) -> Evidence:
        """Compare a sample with a fresh read; what changed meanwhile is written and read again."""
        sample = suspects = self._sample.ids
        for _ in range(_SAMPLE_TRIES):
            suspects = self._differing(suspects)
            if not suspects:
                break
            self._safe = self._follow(suspects)
        differing = dict.fromkeys((*evidence.differing, *suspects))
        return replace(evidence, sampled=len(sample), differing=tuple(differing))

    def _differing(self, ids: list[str]) -> list[str]:
        """Which of these documents are not what a fresh read gives; dead rows have none."""
        ids = [id for id in ids if id not in self._context.dead.now]
        if not ids:
            return []
        fresh = {
            write.id: write.digest if isinstance(write, Document) else None
            for write in self._reader.ids(ids).writes
        }
        stored = self._store.digests(self._version, list(fresh))
        return [id for id, digest in fresh.items() if stored.get(id) != digest]

    # --- swap ------------------------------------------------------------------------------------

    def _swap(self) -> None:
        context, version = self._context, self._version
        context.reached("before-swap")
        # Asked of the state store itself: a process that was paused here may not move the alias.
        context.check(fresh=True)
        self._state.set_watermark(version.name, self._safe)
        self._store.swap(version)
        if self._store.live(version.index) != version:
            raise EngineError(f"the alias of '{version.index}' does not read back as {version}")
        context.reached("after-swap")


class _Reservoir:
    """`size` of the ids that were offered, each with the same chance."""

    def __init__(self, size: int, seed: int) -> None:
        self._size = size
        self._random = random.Random(seed)  # noqa: S311 - a sample, not a secret
        self.seen = 0
        self.ids: list[str] = []

    def take_up(self, ids: Sequence[str], seen: int) -> None:
        """Go on from an earlier sample."""
        self.ids, self.seen = list(ids), seen

    def offer(self, id: str) -> None:
        self.seen += 1
        if len(self.ids) < self._size:
            self.ids.append(id)
            return
        place = int(self._random.random() * self.seen)
        if place < self._size:
            self.ids[place] = id
