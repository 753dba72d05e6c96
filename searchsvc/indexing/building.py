"""Which version a rebuild fills, and what becomes of it when the rebuild does not get to its end.

What was stopped, killed or cut off is gone on with from its last checkpoint; what failed by itself
is dropped; what the gate refused is kept aside, to be looked at, until the next rebuild.
"""

import logging

from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.domain.run import Checkpoint
from searchsvc.errors import (
    DependencyError,
    EngineError,
    GateRefused,
    LeaseLost,
    RunStopped,
    SearchsvcError,
)
from searchsvc.indexing.context import HeldLease
from searchsvc.indexing.parts import IndexParts
from searchsvc.indexing.prune import complete, drop, resumable
from searchsvc.indexing.rebuild import Rebuild

_log = logging.getLogger(__name__)


class Building:
    """One rebuild by `recipe`: made for it, used once.

    `fresh` begins at the first row even where a checkpoint waits.
    """

    def __init__(self, parts: IndexParts, recipe: Recipe, *, fresh: bool) -> None:
        self._parts = parts
        self._index = parts.indexer.index
        self._store = parts.store
        self._state = parts.state
        self._recipe = recipe
        self._fresh = fresh
        self._begun: Checkpoint | None = None

    def choose(self, lease: HeldLease) -> IndexVersion:
        """The version to fill; what else was left by dead or refused rebuilds is dropped."""
        versions = [info.version for info in self._store.versions(self._index)]
        # Later builds sort after earlier ones, even where this host's clock was set back.
        moment = max([self._parts.clock.now(), *(version.created for version in versions)])
        version = IndexVersion.new(self._index, moment, lease.number)
        found = resumable(self._store, self._state, self._index, self._recipe.hash)
        if found is not None and not self._fresh and self._is_free(found[0]):
            version, self._begun = found
            _log.info("going on with %s, which a run had begun", version)
        live = self._store.live(self._index)
        kept = {*complete(self._store, self._state, self._index), live, version}
        for other in versions:
            if other not in kept:
                self._discard(other)
        return version

    def _is_free(self, version: IndexVersion) -> bool:
        """Whether the version can be written to: a paused process may still hold its writer."""
        try:
            with self._store.writer(version):
                return True
        except EngineError as error:
            _log.warning("%s cannot be gone on with: %s", version, error)
            return False

    def build(self, version: IndexVersion, rebuild: Rebuild) -> None:
        """Let `rebuild` fill the version and make it live. Raises what it raises."""
        try:
            if self._begun is None:
                self._store.create(version, self._recipe)
            rebuild.run(self._recipe.hash, self._begun)
        except LeaseLost:
            raise  # with the lease went the right to drop it
        except GateRefused:
            self._state.forget_version(version.name)  # so that the next rebuild begins anew
            raise
        except BaseException as error:
            if not self._may_go_on(version, error):
                self._discard(version)
            raise

    def _may_go_on(self, version: IndexVersion, error: BaseException) -> bool:
        """Whether the cause lies outside, and a checkpoint was reached before it."""
        if isinstance(error, Exception) and not isinstance(error, DependencyError | RunStopped):
            return False
        try:
            checkpoint = self._state.checkpoint(self._index)
        except SearchsvcError:
            return True  # the next rebuild finds out
        return checkpoint is not None and checkpoint.version == version.name

    def _discard(self, version: IndexVersion) -> None:
        """Drop what a failed rebuild has built, unless it failed after the swap."""
        try:
            if self._store.live(self._index) != version:
                drop(self._store, self._state, version)
        except SearchsvcError as error:
            _log.warning("%s is left for the next rebuild to drop: %s", version, error)
