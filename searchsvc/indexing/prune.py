"""Which versions stay: the live one, a few to roll back to, and nothing half-built.

A version has a watermark once it has passed its gate; one without was left by a run that died or
was refused. Callers hold the index's lease, so no other process is building one.
"""

import logging

from searchsvc.domain.index import IndexVersion
from searchsvc.domain.run import Checkpoint, RunKind, RunStatus
from searchsvc.ports import IndexStore, StateStore

_log = logging.getLogger(__name__)


def complete(store: IndexStore, state: StateStore, index: str) -> list[IndexVersion]:
    """Versions that passed their gate and are not live, oldest first."""
    return [v for v in _idle(store, index) if state.watermark(v.name) is not None]


def prune(store: IndexStore, state: StateStore, index: str, keep: int) -> list[IndexVersion]:
    """Drop every version but the live one and the newest `keep` complete ones; the dropped.

    One that a rebuild can go on with stays, too.
    """
    kept = set(complete(store, state, index)[-keep:]) if keep > 0 else set()
    begun = _begun(store, state, index)
    dropped = [version for version in _idle(store, index) if version not in kept | begun]
    for version in dropped:
        drop(store, state, version)
    return dropped


def resumable(
    store: IndexStore, state: StateStore, index: str, hash: str
) -> tuple[IndexVersion, Checkpoint] | None:
    """The version that a rebuild of this definition stopped at, with its checkpoint."""
    checkpoint = state.checkpoint(index)
    if checkpoint is None or checkpoint.hash != hash:
        return None
    return next(((version, checkpoint) for version in _begun(store, state, index)), None)


def _begun(store: IndexStore, state: StateStore, index: str) -> set[IndexVersion]:
    """The version that the checkpoint is of; none where it has passed its gate."""
    checkpoint = state.checkpoint(index)
    if checkpoint is None or state.watermark(checkpoint.version) is not None:
        return set()
    return {v for v in _idle(store, index) if v.name == checkpoint.version}


def drop_half_built(store: IndexStore, state: StateStore, index: str) -> None:
    """Drop what rebuilds of dead processes left without a checkpoint to go on from.

    A refused version stays aside with its report.
    """
    dead = {
        run.version
        for run in state.runs(index, kind=RunKind.REBUILD)
        if run.status is RunStatus.RUNNING
    }
    checkpoint = state.checkpoint(index)
    dead.discard(checkpoint.version if checkpoint else "")
    if not dead:
        return
    for version in _idle(store, index):
        if version.name in dead and state.watermark(version.name) is None:
            _log.warning("dropping %s, which a run that died had begun", version)
            drop(store, state, version)


def drop(store: IndexStore, state: StateStore, version: IndexVersion) -> None:
    """Drop a version that is not live, with its watermark."""
    # In this order: without its watermark a version is a leftover, which the next rebuild drops.
    store.drop(version)
    state.forget_version(version.name)


def _idle(store: IndexStore, index: str) -> list[IndexVersion]:
    """Versions that are not live, oldest first."""
    live = store.live(index)
    return sorted(info.version for info in store.versions(index) if info.version != live)
