"""The contract of IndexStore: versions, the alias, and what becomes of every write."""

import asyncio
import json
import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.document import Delete, Document, Mark, Tally, digest
from searchsvc.domain.index import Recipe
from searchsvc.errors import EngineError, UnknownVersion
from tests.contract.support import PRODUCTS, committed, deletes, document, outcomes, query, version


class _Interrupted(Exception):
    """Stands for whatever ends a run midway."""


def _write_and_fail(engines, to, *writes) -> None:
    with engines.store.writer(to) as writer:
        writer.write(writes)
        raise _Interrupted


def _needs_transactions(engines) -> None:
    if not engines.is_transactional:
        pytest.skip("no transactions: what the engine has acknowledged stays")


def test_what_was_acknowledged_without_a_commit_harms_nothing(engines) -> None:
    """Whether it stays or not, the next run writes over it, and a later commit shows it whole."""
    made = engines.create()
    with pytest.raises(_Interrupted):
        _write_and_fail(engines, made, *(document(str(n), 1, name="a") for n in range(3)))
    assert set(engines.ids(made)) <= {"0", "1", "2"}
    written = [document(str(n), 1, name="b") for n in range(3)]
    assert outcomes(engines.write(made, *written)) == ["indexed"] * 3
    assert engines.store.digests(made, ["0"]) == {"0": written[0].digest}
    assert engines.ids(made) == ["0", "1", "2"]


def test_a_new_version_is_empty_and_not_live(engines) -> None:
    """Creation makes an empty version that answers nothing yet and knows its definition's hash."""
    made = engines.create(code="abc")
    (info,) = engines.store.versions("products")
    assert (info.version, info.documents, info.definition_hash, info.live) == (
        made,
        0,
        Recipe(PRODUCTS, {"code": "abc"}).hash,
        False,
    )
    assert engines.store.count(made) == 0
    assert engines.store.live("products") is None


def test_a_version_is_created_once(engines) -> None:
    """A second creation of the same name is refused, and the first keeps its documents."""
    made = engines.create()
    engines.write(made, document("1"))
    with pytest.raises(EngineError, match="exists already"):
        engines.store.create(made, Recipe(PRODUCTS))
    assert engines.store.count(made) == 1


def test_versions_are_listed_oldest_first_by_index(engines) -> None:
    """The list is in order, and of that index only."""
    for number in (2, 10, 1):
        engines.create(number)
    engines.store.create(version(1, "other"), Recipe(PRODUCTS))
    assert [info.version.number for info in engines.store.versions("products")] == [1, 2, 10]
    assert engines.store.versions("nothing") == []


def test_a_swap_moves_the_alias_and_back(engines) -> None:
    """The alias follows each swap, also back to the version before."""
    first, second = engines.create(1), engines.create(2)
    for target in (first, second, first):
        engines.store.swap(target)
        assert engines.store.live("products") == target
        assert [i.version for i in engines.store.versions("products") if i.live] == [target]


def test_a_version_that_is_not_there_cannot_be_used(engines) -> None:
    """Writing to, counting or swapping to an unknown version names it."""
    absent = version(9)
    with pytest.raises(UnknownVersion, match="products-"):
        engines.store.swap(absent)
    with pytest.raises(UnknownVersion):
        engines.store.count(absent)
    with pytest.raises(UnknownVersion), engines.store.writer(absent):
        pass
    assert engines.store.live("products") is None


def test_the_live_version_is_not_dropped(engines) -> None:
    """Dropping the live version is refused; another one goes, and going twice is no error."""
    live, old = engines.serve(document("1"), number=2), engines.create(1)
    with pytest.raises(EngineError, match="is live"):
        engines.store.drop(live)
    engines.store.drop(old)
    engines.store.drop(old)
    assert [info.version for info in engines.store.versions("products")] == [live]


def test_a_version_has_one_writer(engines) -> None:
    """A second writer is refused while the first is open, and let in afterwards."""
    made = engines.create()
    with engines.store.writer(made):
        with pytest.raises(EngineError, match="has a writer"), engines.store.writer(made):
            pass
        with pytest.raises(EngineError, match="has a writer"):
            engines.store.drop(made)
    assert outcomes(engines.write(made, document("1"))) == ["indexed"]


def test_nothing_is_kept_without_commit(engines) -> None:
    """Leaving the block without commit discards, whether it ends well or not."""
    _needs_transactions(engines)
    made = engines.create()
    with engines.store.writer(made) as writer:
        writer.write([document("1")])
    with pytest.raises(_Interrupted):
        _write_and_fail(engines, made, document("2"))
    assert engines.ids(made) == []
    assert outcomes(engines.write(made, document("1"))) == ["indexed"]


def test_what_was_committed_survives_a_failure_after_it(engines) -> None:
    """A failure discards what came after the last commit, and nothing else."""
    _needs_transactions(engines)
    made = engines.create()
    engines.write(made, document("1"))
    with pytest.raises(_Interrupted):
        _write_and_fail(engines, made, document("2"))
    assert engines.ids(made) == ["1"]


def test_an_id_is_there_once(engines) -> None:
    """Writing an id again replaces the document, within a batch and across commits."""
    made = engines.create()
    results = engines.write(made, document("1", 1, name="a"), document("1", 1, name="b"))
    assert outcomes(results) == ["indexed", "indexed"]
    engines.write(made, document("1", 2, name="c"))
    assert engines.ids(made) == ["1"]
    assert engines.store.count(made) == 1
    assert engines.store.digests(made, ["1"]) == {"1": document("1", name="c").digest}


def test_an_older_read_is_stale(engines) -> None:
    """A write below the stored version changes nothing; one of the same version does."""
    made = engines.create()
    engines.write(made, document("1", 5, name="new"))
    results = engines.write(made, document("1", 4, name="old"), Delete("1", 4))
    assert outcomes(results) == ["stale", "stale"]
    assert engines.store.digests(made, ["1"]) == {"1": document("1", name="new").digest}
    assert outcomes(engines.write(made, document("1", 5, name="same time"))) == ["indexed"]


def test_staleness_counts_within_a_batch(engines) -> None:
    """An older write is stale against an earlier one of the same, uncommitted batch."""
    made = engines.create()
    results = engines.write(
        made, document("1", 5, name="a"), document("1", 4, name="b"), Delete("1", 6),
        document("1", 5, name="c"), document("1", 7, name="d"), Delete("1", 6),
    )  # fmt: skip
    assert outcomes(results) == ["indexed", "stale", "deleted", "stale", "indexed", "stale"]
    assert engines.store.digests(made, ["1"]) == {"1": document("1", name="d").digest}


def test_an_equal_document_is_unchanged(engines) -> None:
    """A document of the same digest is not written again, before and after commit."""
    made = engines.create()
    twice = engines.write(made, document("1", 1, name="a"), document("1", 2, name="a"))
    again = outcomes(engines.write(made, document("1", 3, name="a")))
    # Without transactions an engine would have to look first, and writes it again.
    unchanged = "unchanged" if engines.is_transactional else "indexed"
    assert [*outcomes(twice), *again] == ["indexed", unchanged, unchanged]
    assert engines.ids(made) == ["1"]


def test_a_delete_removes(engines) -> None:
    """A deleted document is gone after commit; deleting what is not there is no error."""
    made = engines.create()
    engines.write(made, document("1"), document("2"))
    assert outcomes(engines.write(made, *deletes(["1", "3"], 2))) == ["deleted", "deleted"]
    assert engines.ids(made) == ["2"]
    assert engines.store.digests(made, ["1", "2", "3"]).keys() == {"2"}


def test_a_delete_is_remembered(engines) -> None:
    """A read older than a delete cannot undo it, in the batch, after commit or when reopened."""
    made = engines.create()
    engines.write(made, document("1", 1))
    with engines.store.writer(made) as writer:
        both = committed(writer, Delete("1", 10), document("1", 9))
        assert outcomes(both) == ["deleted", "stale"]
        assert outcomes(committed(writer, document("1", 9))) == ["stale"]
    assert outcomes(engines.write(made, document("1", 9), Delete("1", 9))) == ["stale", "stale"]
    assert engines.ids(made) == []
    assert outcomes(engines.write(made, document("1", 10))) == ["indexed"]
    assert engines.ids(made) == ["1"]


def test_a_delete_that_was_not_committed_is_forgotten(engines) -> None:
    """Discarding a batch discards its tombstones as well."""
    _needs_transactions(engines)
    made = engines.create()
    with engines.store.writer(made) as writer:
        writer.write([Delete("1", 10)])
    assert outcomes(engines.write(made, document("1", 5))) == ["indexed"]


def test_appending_writes_without_looking(engines) -> None:
    """`append` gives the same version when no id was written before."""
    made = engines.create()
    written = [document(str(n), name=f"number {n}") for n in range(50)]
    assert set(outcomes(engines.write(made, *written, append=True))) == {"indexed"}
    assert engines.store.count(made) == 50
    assert engines.store.digests(made, ["7"]) == {"7": written[7].digest}


def test_ids_come_once_in_batches(engines) -> None:
    """Every id of many is listed exactly once, without the deleted ones."""
    made = engines.create()
    engines.write(made, *(document(f"{n:05}") for n in range(2500)), append=True)
    engines.write(made, *deletes(["00000", "01000"], 2))
    batches = list(engines.store.ids(made))
    ids = [id for batch in batches for id in batch]
    assert len(ids) == len(set(ids)) == 2498
    assert len(batches) > 1
    assert "01000" not in ids


POISON = {
    "an integer of more than 64 bits": {"price": 2**70},
    "a text for a number": {"price": "12"},
    "a bool for a number": {"price": True},
    "not a number": {"price": math.nan},
    "infinity": {"price": math.inf},
    "a number for a bool": {"in_stock": 2},
    "a text for a date": {"added": "2026-08-23"},
    "a mapping for a text": {"name": {"en": "x"}},
    "a list in a list": {"tags": [["a"]]},
    "half a surrogate pair in a text": {"name": "\ud800"},
    "half a surrogate pair in a keyword": {"brand": "a\udfff"},
    "a keyword longer than any engine takes": {"brand": "x" * 40_000},
    "a keyword of too many bytes": {"brand": "é" * 16_384},
}


@pytest.mark.parametrize("values", POISON.values(), ids=POISON)
def test_poison_is_dead_and_harms_no_other(engines, values) -> None:
    """A document that no engine can hold is dead with the field's name; its neighbours live."""
    made = engines.create()
    poison = Document("2", 1, values, b"{}", 7)
    results = engines.write(made, document("1"), poison, document("3"))
    assert outcomes(results) == ["indexed", "dead", "indexed"]
    assert next(iter(values)) in results[1].reason
    assert engines.ids(made) == ["1", "3"]
    assert outcomes(engines.write(made, document("4"))) == ["indexed"]


@pytest.mark.parametrize("id", ["", "x" * 513, "é" * 257, "\ud800"], ids=ascii)
def test_an_unusable_id_is_dead(engines, id) -> None:
    """An id that is empty, too long or no text is dead; with `append` too."""
    made = engines.create()
    for append in (True, False):
        results = engines.write(made, document(id), document("ok"), append=append)
        assert outcomes(results)[0] == "dead"
    assert engines.ids(made) == ["ok"]


def test_a_dead_document_leaves_the_one_before(engines) -> None:
    """When a new state of a document cannot be indexed, the old one stays."""
    made = engines.create()
    engines.write(made, document("1", 1, name="good"))
    engines.write(made, Document("1", 2, {"price": "bad"}, b"{}", 7))
    assert engines.store.digests(made, ["1"]) == {"1": document("1", name="good").digest}


_UTC_MIN = datetime.min.replace(tzinfo=UTC)
HARMLESS = {
    "everything missing": {},
    "nulls": dict.fromkeys(field.name for field in PRODUCTS.fields),
    "empty lists": {"tags": [], "name": [], "price": [], "added": []},
    "lists": {"name": ["a", "b"], "tags": ["x", None, "x"], "price": [1, 2.5], "in_stock": [True]},
    "control characters": {"name": "a\0b\x01\x1f", "brand": "nul\0", "sku": "\0"},
    "every plane": {"name": "\N{GRINNING FACE} \U0010ffff \ufffe", "brand": "\N{GRINNING FACE}"},
    "the largest integers": {"price": [2**64 - 1, -(2**63)]},
    "a long decimal": {"price": Decimal("123456789012345678901234567890.123456789")},
    "the ends of time": {"added": [_UTC_MIN, datetime.max.replace(tzinfo=UTC)]},
    "a date without a time": {"added": date(2026, 1, 1)},
    "a time without a zone": {"added": datetime.fromisoformat("2026-01-01T10:00")},
    "another time zone": {"added": datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=5)))},
    "a very long text": {"description": "word " * 100_000},
    "a very long word": {"description": "x" * 200_000, "name": "y" * 70_000},
    "unknown fields": {"nothing": 1},
    "stored fields of any type": {"notes": 12, "extra": {"a": [1, {"b": None}]}},
    "an int as a keyword": {"brand": 12, "sku": 99},
}  # fmt: skip


@pytest.mark.parametrize("values", HARMLESS.values(), ids=HARMLESS)
def test_strange_values_are_indexed(engines, values) -> None:
    """What databases really hold is no reason to lose a row."""
    made = engines.create()
    results = engines.write(made, document("1", **values), document("2"))
    assert [(result.outcome, result.reason) for result in results] == [("indexed", "")] * 2
    assert engines.ids(made) == ["1", "2"]


@pytest.mark.parametrize(
    "id", ["a b", "a/b", "..", "a\0b", "Ünïcode", "'\"*[]()", "é" * 256], ids=ascii
)
def test_an_id_is_any_text(engines, id) -> None:
    """An id is found, replaced and deleted as it stands, whatever characters it has."""
    made = engines.create()
    engines.write(made, document(id, 1, name="a"), document("other"))
    assert outcomes(engines.write(made, document(id, 2, name="b"))) == ["indexed"]
    assert engines.ids(made) == sorted([id, "other"])
    engines.write(made, Delete(id, 3))
    assert engines.ids(made) == ["other"]


def test_field_names_may_be_anything(engines) -> None:
    """A field's name is never syntax of an engine."""
    names = ["a.b", "a b", "_id", "words0", "ünïcode", "a:b", "-x", "$where", "*"]
    fields = tuple(Field(n, FieldType.KEYWORD, weight=1, facet=True, sort=True) for n in names)
    made = engines.create(1, IndexDefinition("products", fields))
    results = engines.write(made, document("1", **dict.fromkeys(names, "v")))
    assert outcomes(results) == ["indexed"]


def test_many_commits_leave_one_document_each(engines) -> None:
    """Many small commits neither lose nor double a document."""
    made = engines.create()
    with engines.store.writer(made) as writer:
        for n in range(30):
            writer.write([document(str(n % 10), n, name=f"round {n}")])
            writer.commit()
    assert engines.ids(made) == [str(n) for n in range(10)]


def test_a_commit_may_leave_finding_to_a_later_one(engines) -> None:
    """What was committed without being found is found after the next commit, by another writer."""
    made = engines.create()
    with engines.store.writer(made) as writer:
        results = writer.write([document("1", 1), document("2", 1)])
        results += writer.commit(found=False)
    assert outcomes(results) == ["indexed", "indexed"]
    with engines.store.writer(made) as writer:
        writer.commit()
    assert engines.ids(made) == ["1", "2"]


def marked(id: str, slot: int, checksum: int, version: int = 1) -> Document:
    """A document of a row with that mark."""
    made = document(id, version, name=f"n{id}")
    mark = Mark(slot, checksum)
    return Document(id, version, made.values, made.source, digest(made.source, mark), mark)


SLOTS = [-21, -20, -11, -10, -1, 0, 1, 9, 10, 2**32 - 1, 2**53, -(2**53)]


@pytest.mark.parametrize("width", [1, 10, 2**40])
def test_tallies_count_and_sum_by_bucket(engines, width) -> None:
    """Negative slots, far ones and the borders of buckets each fall where Python's // says."""
    made = engines.create()
    documents = [marked(str(n), slot, 2**32 - 1 - n) for n, slot in enumerate(SLOTS)]
    engines.write(made, *documents)
    expected: dict[int, Tally] = {}
    for one in documents:
        before = expected.get(one.mark.slot // width, Tally(0, 0))
        expected[one.mark.slot // width] = Tally(
            before.count + 1, before.checksum + one.mark.checksum
        )
    assert engines.store.tallies(made, width) == expected


def test_checksums_are_listed_by_bucket(engines) -> None:
    """Each document of the buckets asked for, of no other, as they are after changes."""
    made = engines.create()
    engines.write(made, *(marked(str(n), n, n * 7) for n in range(-15, 25)))
    engines.write(made, Delete("21", 2), marked("22", 22, 5, 2))
    listed = {
        id: checksum
        for some in engines.store.checksums(made, 10, [-2, 2])
        for id, checksum in some.items()
    }
    expected = {str(n): n * 7 for n in (*range(-15, -10), 20, 23, 24)} | {"22": 5}
    assert listed == expected
    assert [one for one in engines.store.checksums(made, 10, [77]) if one] == []
    assert engines.store.tallies(engines.create(2), 10) == {}


def test_a_version_keeps_its_recipe(engines) -> None:
    """All of it comes back: the definition, what is read, and what is followed."""
    recipe = Recipe(PRODUCTS, {"sql": "SELECT 'ä'"}, {"every": "30s"})
    engines.store.create(version(), recipe)
    assert engines.store.recipe(version()) == recipe
    with pytest.raises(UnknownVersion):
        engines.store.recipe(version(9))


def test_a_live_version_is_restated(engines) -> None:
    """Searches go by the new definition at once, over the same documents."""
    live = engines.serve(document("1", name="lamp"))
    assert engines.search.live("products").definition == PRODUCTS
    fields = tuple(replace(field, highlight=False) for field in PRODUCTS.fields)
    recipe = Recipe(replace(PRODUCTS, fields=fields), follows={"every": "5m"})
    engines.store.restate(live, recipe)
    assert engines.store.recipe(live) == recipe
    found = engines.search.live("products")
    assert (found.version, found.definition) == (live, recipe.definition)
    (hit,) = asyncio.run(engines.search.search(query("lamp"))).hits
    assert (hit.id, hit.highlight) == ("1", {})
    assert outcomes(engines.write(live, document("2", name="lamp"))) == ["indexed"]


def test_a_recipe_of_other_documents_takes_no_place(engines) -> None:
    """A version that would have to be built anew is refused, and stays as it is."""
    made = engines.create()
    other = Recipe(replace(PRODUCTS, language="de"))
    with pytest.raises(EngineError, match="another definition"):
        engines.store.restate(made, other)
    assert engines.store.recipe(made).definition == PRODUCTS


def test_sources_are_what_a_search_returns(engines) -> None:
    """Byte for byte, hidden fields left out; ids without a document are absent."""
    made = engines.create()
    engines.write(made, document("1", name="lamp", price=1.5, cost=9), document("2", name="ü"))
    found = engines.store.sources(made, ["2", "1", "none"])
    assert {id: json.loads(source) for id, source in found.items()} == {
        "1": {"name": "lamp", "price": 1.5},
        "2": {"name": "ü"},
    }
    assert engines.store.sources(made, []) == {}
