"""The embedded engine's files: damage, leftovers, other releases, and following of changes."""

import asyncio
import json
import time
from dataclasses import replace

import pytest

from searchsvc.domain.index import Recipe
from searchsvc.domain.query import SearchQuery
from searchsvc.engines.clauses import one_by_one
from searchsvc.engines.embedded import EmbeddedEngine, EmbeddedStore
from searchsvc.engines.embedded.directories import Directories, replace_file
from searchsvc.engines.embedded.query import WordsQuery
from searchsvc.engines.embedded.snapshot import open_snapshot
from searchsvc.engines.embedded.tombstones import Tombstones
from searchsvc.engines.embedded.vocabulary import Vocabulary
from searchsvc.engines.fields import searched
from searchsvc.engines.terms import Letter, understand
from searchsvc.errors import EngineError, NotServing, UnknownVersion
from tests.contract.support import INDEX, PRODUCTS, Engines, document, outcomes, typed, version


@pytest.fixture
def engines(tmp_path) -> Engines:
    """The embedded engine, looking at its files on every call."""
    return Engines(EmbeddedStore(tmp_path, 15), EmbeddedEngine(tmp_path, poll=0.0))


def total(engine: EmbeddedEngine) -> int:
    """How many documents a search finds."""
    return asyncio.run(engine.search(SearchQuery(INDEX))).total


def directory(tmp_path, number: int = 1):
    """Where a version lies."""
    return tmp_path / INDEX / version(number).name


def test_a_truncated_version_says_rebuild(engines, tmp_path) -> None:
    """Every file cut to half: an error with the next step, never a traceback of the library."""
    engines.serve(*(document(str(n), name=f"lamp {n}") for n in range(100)))
    for path in (directory(tmp_path) / "index").iterdir():
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    fresh = Engines(EmbeddedStore(tmp_path, 15), EmbeddedEngine(tmp_path))
    assert fresh.search.live(INDEX) is None
    with pytest.raises(EngineError, match="rebuild products"):
        total(fresh.search)
    with pytest.raises(EngineError, match="rebuild products"):
        fresh.store.count(version())
    with pytest.raises(EngineError), fresh.store.writer(version()):
        pass
    assert [info.version for info in fresh.store.versions(INDEX)] == [version()]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"index_format": "x"}', b"\xff"])
def test_an_unreadable_version_file_says_rebuild(engines, tmp_path, content) -> None:
    """A damaged version.json names the version and what to do."""
    engines.serve(document("1"))
    (directory(tmp_path) / "version.json").write_bytes(content)
    assert EmbeddedEngine(tmp_path).live(INDEX) is None
    with pytest.raises(EngineError, match="rebuild products"):
        engines.store.count(version())
    assert engines.store.versions(INDEX)[0].definition_hash == ""


def test_a_version_of_another_format_is_not_opened(engines, tmp_path) -> None:
    """A version that another release built asks for a rebuild."""
    engines.serve(document("1"))
    path = directory(tmp_path) / "version.json"
    card = json.loads(path.read_bytes())
    path.write_text(json.dumps({**card, "index_format": 999}))
    with pytest.raises(EngineError, match="index format 999"):
        total(EmbeddedEngine(tmp_path))


def test_an_unfinished_creation_is_listed_and_dropped(engines, tmp_path) -> None:
    """A directory without version.json is a version that cannot be used, only dropped."""
    directory(tmp_path).mkdir(parents=True)
    (info,) = engines.store.versions(INDEX)
    assert (info.documents, info.definition_hash) == (0, "")
    with pytest.raises(UnknownVersion):
        engines.store.swap(version())
    engines.store.drop(version())
    assert engines.store.versions(INDEX) == []


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"nonsense", b"\xff\xfe", b"../../etc", b"other-x"]
)
def test_a_damaged_pointer_serves_nothing(engines, tmp_path, content) -> None:
    """A pointer that names no version of this index is no live version."""
    engines.serve(document("1"))
    (tmp_path / INDEX / "live").write_bytes(content)
    assert engines.store.live(INDEX) is None
    with pytest.raises(NotServing):
        total(EmbeddedEngine(tmp_path))


def test_the_old_version_answers_when_the_new_one_cannot(engines, tmp_path) -> None:
    """A swap to what cannot be read leaves the open version answering, and recovers by itself."""
    first = engines.serve(document("1"))
    assert total(engines.search) == 1
    engines.create(2)
    replace_file(tmp_path / INDEX / "live", version(3).name.encode())
    assert total(engines.search) == 1
    engines.write(version(2), document("1"), document("2"))
    engines.store.swap(version(2))
    assert total(engines.search) == 2
    engines.store.drop(first)
    assert total(engines.search) == 2


def test_a_search_that_has_begun_keeps_its_version(engines, tmp_path) -> None:
    """A dropped version still answers whoever opened it before."""
    engines.serve(document("1", name="lamp"))
    slow = EmbeddedEngine(tmp_path, poll=3600.0)
    assert total(slow) == 1
    engines.serve(number=2)
    engines.store.drop(version(1))
    assert total(slow) == 1
    assert asyncio.run(slow.document(INDEX, "1")).version == version(1)
    assert total(engines.search) == 0


def test_files_are_not_looked_at_on_every_call(engines, tmp_path) -> None:
    """Within the poll interval a commit goes unseen; behind it, it is found."""
    engines.serve(document("1"))
    engine = EmbeddedEngine(tmp_path, poll=0.05)
    assert total(engine) == 1
    engines.write(version(), document("2"))
    deadline = time.monotonic() + 10
    while total(engine) == 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert total(engine) == 2


def test_leftovers_of_a_killed_writer_are_swept(engines, tmp_path) -> None:
    """Half-written files go when the next writer holds the lock; renamed versions with a drop."""
    engines.serve(document("1"))
    leftover = directory(tmp_path) / "index" / ".tmpAbc"
    leftover.write_bytes(b"x" * 100)
    trash = tmp_path / INDEX / ".trash-x"
    trash.mkdir()
    engines.write(version(), document("2"))
    engines.create(2)
    engines.store.drop(version(2))
    assert not leftover.exists()
    assert not trash.exists()


def test_tombstones_are_bounded_and_whole(tmp_path) -> None:
    """Those behind an hour of database time go; a line cut short is ignored and removed."""
    path = tmp_path / "tombstones"
    log = Tombstones(path)
    log.add({f"old{n}": n for n in range(3000)})
    log.add({"new": 4_000_000_000_000})
    with path.open("ab") as file:
        file.write(b'["cut", 40000')
    reopened = Tombstones(path)
    assert reopened.get("new") == 4_000_000_000_000
    assert reopened.get("old2999") is None
    assert reopened.get("cut") is None
    assert path.read_bytes() == b'["new",4000000000000]\n'


def test_an_unreadable_tombstone_log_is_an_engine_error(engines, tmp_path) -> None:
    """Garbage in the log names the version's writer, not a line of ours."""
    engines.serve(document("1"))
    (directory(tmp_path) / "tombstones").write_bytes(b"garbage\n")
    with pytest.raises(EngineError, match="opening the writer"), engines.store.writer(version()):
        pass


def test_memory_too_small_for_a_writer_is_an_engine_error(tmp_path) -> None:
    """The library's own refusal comes out as ours, and the lock is free again."""
    store = EmbeddedStore(tmp_path, writer_memory_mb=1)
    store.create(version(), Recipe(PRODUCTS))
    with pytest.raises(EngineError, match="opening the writer"), store.writer(version()):
        pass
    assert outcomes(Engines(EmbeddedStore(tmp_path, 15), None).write(version(), document("1"))) == [
        "indexed"
    ]


def test_a_vocabulary_knows_of_which_commit_its_words_are(engines, tmp_path) -> None:
    """Words that were read of an earlier commit, or never, may not be all."""
    engines.serve(document("1", name="lamp"))
    snapshot = open_snapshot(Directories(tmp_path).of(version()))
    assert not snapshot.has_seen("l")
    assert "lamp" in snapshot.letter("l").words
    assert snapshot.has_seen("l")
    assert not snapshot.renewed().has_seen("l")


class Remembering(Vocabulary):
    """A vocabulary of an index so large that no word is ever read again."""

    def letter(self, first, searcher, _commit) -> Letter:
        """The words as they were when they were first asked for."""
        return super().letter(first, searcher, 0)


def test_a_beginning_finds_words_that_the_vocabulary_does_not_know(engines, tmp_path) -> None:
    """What was read of an earlier commit completes a word, and does not replace looking for it."""
    engines.serve(document("1", name="lamp"))
    opened = open_snapshot(Directories(tmp_path).of(version()))
    snapshot = replace(opened, vocabulary=Remembering(["words0"], [list]))
    fields = searched(PRODUCTS, ["name"])

    def found(snapshot) -> int:
        clauses = one_by_one(understand(typed("lam"), snapshot))
        words = WordsQuery(snapshot, SearchQuery(INDEX), clauses, fields)
        return len(snapshot.searcher.search(words.matching).hits)

    assert found(snapshot) == 1
    engines.write(version(), document("2", name="lampion"))
    assert found(snapshot.renewed()) == 2
