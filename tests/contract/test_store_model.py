"""Any sequence of writes, deletes, commits and failures leaves what a plain dict would hold."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from searchsvc.domain.document import Delete, Document, Write
from tests.contract.support import Engines, committed, document, outcomes
from tests.support.engines import ENGINES, SERVERS, open_engine

IDS = st.sampled_from(["a", "b", "c", "ä/ "])
VERSIONS = st.integers(1, 6)
WRITES = st.one_of(
    st.builds(lambda i, v, n: document(i, v, name=f"state {n}"), IDS, VERSIONS, st.integers(0, 2)),
    st.builds(Delete, IDS, VERSIONS),
    st.builds(lambda i, v: Document(i, v, {"price": "poison"}, b"{}", 99), IDS, VERSIONS),
)
# One session of a writer: batches that each end in a commit or not; then it ends well or not.
SESSIONS = st.lists(
    st.lists(st.tuples(st.lists(WRITES, max_size=5), st.booleans()), max_size=3),
    min_size=1,
    max_size=3,
)


@dataclass
class Model:
    """What an index must hold: per id the version, and the digest unless it is deleted.

    `looks`: the engine looks at what is there and does not write the same again.
    """

    looks: bool = True
    committed: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    pending: dict[str, tuple[int, int | None]] = field(default_factory=dict)

    def write(self, write: Write) -> str:
        """The outcome that the port promises."""
        version, digest = self.pending.get(write.id, (0, None))
        is_poison = not isinstance(write, Delete) and write.values.get("price") == "poison"
        if is_poison and not self.looks:
            return "dead"  # known before any version is compared
        if write.version < version:
            return "stale"
        if isinstance(write, Delete):
            self.pending[write.id] = write.version, None
            return "deleted"
        if self.looks and digest == write.digest:
            return "unchanged"
        if is_poison:
            return "dead"
        self.pending[write.id] = write.version, write.digest
        return "indexed"

    def commit(self) -> None:
        """Keep what is pending."""
        self.committed = dict(self.pending)

    def discard(self) -> None:
        """Forget what is pending."""
        self.pending = dict(self.committed)

    @property
    def digests(self) -> dict[str, int]:
        """The documents that must be there."""
        return {id: digest for id, (_, digest) in self.committed.items() if digest is not None}


LOCAL = [name for name in ENGINES if name not in SERVERS]


@pytest.mark.parametrize("name", LOCAL)
@given(sessions=SESSIONS)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_store_equals_a_dict(name, sessions) -> None:
    """Outcomes, ids, digests and counts agree with the model after every session."""
    model = Model()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        open_engine(name, Path(folder)) as pair,
    ):
        engines = Engines(*pair)
        made = engines.create()
        for session in sessions:
            with engines.store.writer(made) as writer:
                for batch, commits in session:
                    expected = [model.write(write) for write in batch]
                    assert outcomes(writer.write(batch)) == expected
                    if commits:
                        writer.commit()
                        model.commit()
            model.discard()
            assert_equal(engines, made, model)


@pytest.mark.parametrize("name", SERVERS)
@given(sessions=SESSIONS)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_store_without_transactions_equals_a_dict(name, server_url, tmp_path, sessions) -> None:
    """The same where every batch is committed, since none could be discarded."""
    model = Model(looks=False)
    with open_engine(name, tmp_path, server_url(name)) as pair:
        engines = Engines(*pair)
        made = engines.create()
        for session in sessions:
            with engines.store.writer(made) as writer:
                for batch, _ in session:
                    expected = [model.write(write) for write in batch]
                    assert outcomes(committed(writer, *batch)) == expected
                    model.commit()
            assert_equal(engines, made, model)


def assert_equal(engines, made, model) -> None:
    """The version holds what the model does."""
    assert engines.store.digests(made, ["a", "b", "c", "ä/ "]) == model.digests
    assert engines.ids(made) == sorted(model.digests)
    assert engines.store.count(made) == len(model.digests)
