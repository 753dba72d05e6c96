"""Rows become documents, deletes or dead letters, and nothing is lost on the way."""

import pytest

from searchsvc.domain.document import Delete, Document
from searchsvc.domain.run import RunKind
from searchsvc.errors import DefinitionError
from searchsvc.indexing.deadletters import DeadLetters, shortened


def test_each_id_of_a_read_has_exactly_one_fate(world):
    """A document, a hidden row, a missing one, a poisoned one, each asked for twice."""
    world.table.put("1", "fine")
    world.table.put("2", hidden=True)
    world.table.put("3", "bad", "x")
    reading = world.parts().reader.ids(["1", "2", "3", "4", "1", "4"])
    assert sorted(reading.ids) == ["1", "2", "3", "4"]
    kinds = {write.id: type(write) for write in reading.writes}
    assert kinds == {"1": Document, "2": Delete, "4": Delete}
    assert list(reading.dead) == ["3"]
    assert reading.hidden == {"2"}


def test_pages_follow_the_key_to_the_end(world):
    """The last id of a page is where the next begins."""
    world.fill(6)
    reader = world.parts().reader
    first = reader.page(None, 4)
    second = reader.page(first.last, 4)
    assert (first.rows, second.rows) == (4, 2)
    assert first.ids + second.ids == [f"{n:04}" for n in range(6)]
    assert reader.page(second.last, 4).last is None


def test_a_document_says_what_its_row_says_and_when_it_was_read(world):
    """Source, values and version; the indexer's own columns are left out."""
    world.table.put("1", "fine", 2)
    (document,) = world.parts().reader.ids(["1"]).writes
    assert document.source == b'{"name":"fine","price":2}'
    assert dict(document.values) == {"name": "fine", "price": 2}
    assert document.version == world.table.clock


def test_versions_never_go_down_with_the_databases_clock(world):
    """A clock set back gives the next version after that of the read before."""
    world.table.put("1")
    reader = world.parts().reader
    before = reader.ids(["1"]).writes[0].version
    world.table.tick(-3600)
    assert reader.ids(["1"]).writes[0].version == before + 1


@pytest.mark.parametrize(
    ("id", "dead"),
    [("x" * 512, False), ("x" * 513, True), ("é" * 256, False), ("é" * 257, True)],
)
def test_ids_over_512_bytes_are_dead(world, id, dead):
    """Bytes count, not characters."""
    world.table.put(id)
    reading = world.parts().reader.ids([id])
    assert (id in reading.dead) is dead
    assert len(reading.ids) == 1


def raises(row):
    return {"name": {}[row["name"]]}


def test_a_to_document_that_raises_makes_a_dead_letter_with_its_line(world):
    """The type and the line, and not the message: that would quote the row."""
    world.table.put("1", "a secret")
    reader = world.parts(to_document=raises).reader
    (reason,) = reader.ids(["1"]).dead.values()
    assert reason.startswith("to_document raised KeyError")
    assert "secret" not in reason


def test_a_to_document_that_gives_no_mapping_makes_a_dead_letter(world):
    """The reason names what it gave."""
    world.table.put("1")
    reader = world.parts(to_document=lambda _row: None).reader
    assert "NoneType" in reader.ids(["1"]).dead["1"]


def test_a_soft_delete_column_that_is_not_selected_is_a_definition_error(world):
    """Otherwise hidden rows would be searchable."""
    world.table.put("1")
    with pytest.raises(DefinitionError, match=r"shop\.py.*'delted'.*did you mean 'deleted'"):
        world.parts(soft_delete="delted").reader.ids(["1"])


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("field 'price': the value is not a number", "field 'price': the value is not a number"),
        ("cannot read 'jane@example.com' as a date", "cannot read '…' as a date"),
        ('bad "secret"\nand `other`', "bad '…' and '…'"),
        ("no route to mysql://ann:pw@db/shop", "no route to mysql://****@db/shop"),
    ],
)
def test_reasons_keep_what_helps_and_mask_what_the_row_says(reason, kept):
    """Names of fields stay, quoted values and passwords go."""
    assert shortened(reason) == kept


def test_a_long_reason_is_cut():
    """Nobody reads a megabyte."""
    assert len(shortened("x" * 10_000)) == 300


def test_letters_are_stored_only_when_saved(world):
    """A success that may still be lost resolves nothing."""
    run = world.state.start_run("shop", RunKind.INCREMENT, "v", world.clock.now())
    first = DeadLetters(world.state, world.clock, run)
    first.add("1", "bad")
    assert world.state.dead_letters("shop") == []
    first.save()
    second = DeadLetters(world.state, world.clock, run)
    second.succeeded(["1", "2"])
    assert len(world.state.dead_letters("shop")) == 1
    second.save()
    assert world.state.dead_letters("shop") == []


def test_a_row_that_dies_after_it_was_mended_in_one_run_stays_dead(world):
    """The last fate of an id is the one that is stored."""
    run = world.state.start_run("shop", RunKind.INCREMENT, "v", world.clock.now())
    letters = DeadLetters(world.state, world.clock, run)
    letters.add("1", "bad")
    letters.succeeded(["1"])
    letters.add("1", "bad again")
    letters.save()
    assert [letter.reason for letter in world.state.dead_letters("shop")] == ["bad again"]


def test_a_to_document_that_ends_the_process_is_a_dead_row(world):
    """SystemExit too is the row's failure: a run must not end as if all were well."""

    def leave(row):
        raise SystemExit(row["name"])

    world.table.put("1", "fine")
    reading = world.parts(to_document=leave).reader.ids(["1"])
    assert reading.dead == {"1": "to_document raised SystemExit"}
