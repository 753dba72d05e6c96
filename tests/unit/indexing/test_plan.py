"""Plans: what differs, what it asks for, what it costs, and when a plan is stale."""

from dataclasses import replace

import pytest

from searchsvc.domain.definition import (
    Boost,
    Cut,
    Decay,
    Field,
    FieldType,
    Groups,
    IndexDefinition,
    Ranking,
    Sort,
    Typo,
)
from searchsvc.domain.index import Recipe
from searchsvc.errors import StalePlan
from searchsvc.indexing.differences import Change, Effect, differences
from searchsvc.indexing.indexer import Indexer, Join
from searchsvc.indexing.recipe import recipe_of

ONLINE, QUERY, REBUILD = Effect.ONLINE, Effect.QUERY_TIME, Effect.REBUILD
NAME = Field("name", FieldType.TEXT, weight=2.0)
PRICE = Field("price", FieldType.NUMBER)
DEFINITION = IndexDefinition("shop", (NAME, PRICE))


def found(before: IndexDefinition, after: IndexDefinition) -> list[Change]:
    return differences(Recipe(before), Recipe(after))


def test_equal_recipes_do_not_differ() -> None:
    """Nothing is found where nothing was changed."""
    assert found(DEFINITION, DEFINITION) == []


@pytest.mark.parametrize(
    ("changes", "part", "before", "after", "effect"),
    [
        ({"weight": 5.0}, "fields.name.weight", "2", "5", QUERY),
        ({"weight": 0.0}, "fields.name.weight", "2", "0", REBUILD),
        ({"suggest": True}, "fields.name.suggest", "no", "yes", QUERY),
        ({"highlight": True}, "fields.name.highlight", "no", "yes", QUERY),
        ({"snippet": 9}, "fields.name.snippet", "0", "9", QUERY),
        ({"sort": True}, "fields.name.sort", "no", "yes", REBUILD),
        ({"hidden": True}, "fields.name.hidden", "no", "yes", REBUILD),
        ({"type": FieldType.KEYWORD}, "fields.name.type", "text", "keyword", REBUILD),
    ],
)
def test_a_field_of_other_use(changes, part, before, after, effect) -> None:
    """Each use that changes is told by itself, with what it asks for."""
    other = replace(DEFINITION, fields=(replace(NAME, **changes), PRICE))
    assert found(DEFINITION, other) == [Change(part, before, after, effect)]


def test_how_a_facet_is_cut_is_told_with_it() -> None:
    """Queries cut it, so no document changes."""
    before = replace(PRICE, facet=True)
    after = replace(before, cut=Cut(bounds=(0.0, 25.0)))
    old, new = (replace(DEFINITION, fields=(NAME, price)) for price in (before, after))
    change = Change("fields.price.facet", "yes", "ranges 0 25", QUERY)
    assert found(old, new) == [change]
    places = Field("places", FieldType.PATH, weight=2, facet=True, separator=" > ")
    (added,) = found(DEFINITION, replace(DEFINITION, fields=(NAME, PRICE, places)))
    assert added.after == 'path(" > ")^2, facet'
    declared = "number, facet(ranges 0 25)"
    assert found(replace(DEFINITION, fields=(NAME,)), new)[0].after == declared


def test_fields_come_go_and_change_places() -> None:
    """A new field is told whole; an order alone is told as one change."""
    brand = Field("brand", FieldType.KEYWORD, weight=4.0, facet=True)
    assert found(DEFINITION, replace(DEFINITION, fields=(NAME, brand))) == [
        Change("fields.price", "number", "", REBUILD),
        Change("fields.brand", "", "keyword^4, facet", REBUILD),
    ]
    assert found(DEFINITION, replace(DEFINITION, fields=(PRICE, NAME))) == [
        Change("fields", "name, price", "price, name", REBUILD)
    ]


def test_what_concerns_more_than_one_field() -> None:
    """Language and boosts are in the documents; typos, sorts and decays are not."""
    other = replace(
        DEFINITION,
        language="de",
        typo=Typo(3, 8, ("name",)),
        boosts=(Boost("price", 0.5, by="log"),),
        sorts=(("cheap", Sort("price")),),
        groups=Groups(("name",), "name"),
        rankings=(
            Ranking("plain"), Ranking("best", (Boost("price", 1.0, by="value"),)),
            Ranking("fresh", (), (Decay("added", 60.0, 1.0),)),
        ),
    )  # fmt: skip
    assert found(DEFINITION, other) == [
        Change("language", "en", "de", REBUILD),
        Change("typo.min_length", "4, 8", "3, 8", QUERY),
        Change("typo.off_for", "", "name", QUERY),
        Change("group_by.of", "", "name", REBUILD),
        Change("group_by.default", "", "name", QUERY),
        Change("ranking.default", "", "+0.5 log(price)", REBUILD),
        Change("ranking.best", "", "+1 value(price)", REBUILD),
        Change("decays.fresh", "", "+1 recent(added, 60 s)", QUERY),
        Change("sorts.cheap", "", "price:asc", QUERY),
    ]


def test_an_indexer_of_other_arguments() -> None:
    """Statements are read again, times are followed from now on."""
    before = Indexer(index="shop", source="shop", sql="SELECT 1", key="id", every="30s")
    join = Join("tags", "SELECT 2", on="id", changed="SELECT 3")
    after = replace(before, sql="SELECT 4", every="5m", joins=(join,))
    recipes = [recipe_of(DEFINITION, indexer, "code") for indexer in (before, after)]
    assert differences(*recipes) == [
        Change("indexer.sql", "SELECT 1", "SELECT 4", REBUILD),
        Change("indexer.joins.tags", "", "list on id: SELECT 2", REBUILD),
        Change("indexer.every", "30s", "5m", ONLINE),
        Change("indexer.joins.tags.changed", "", "SELECT 3", ONLINE),
    ]


# --- plans ---------------------------------------------------------------------------------------


def rename_field(world, **changes: object) -> None:
    """Change the first field of the definition in the world's files."""
    first, *rest = world.definition.fields
    world.definition = replace(world.definition, fields=(replace(first, **changes), *rest))


def test_a_plan_before_the_first_rebuild(world) -> None:
    """Everything is new: rows to read, time and space, and documents as they will be."""
    world.fill(9)
    world.table.put("0003", "bad", "x")
    plan = world.runner().plan()
    assert (plan.live, plan.before, plan.effect, plan.changes) == ("", "", REBUILD, ())
    assert plan.estimate is not None
    assert (plan.estimate.rows, plan.estimate.bytes > 0) == (9, True)
    assert [sample.id for sample in plan.samples] == ["0003", "0000", "0001", "0002"]
    assert "field 'price'" in plan.samples[0].dead
    assert plan.samples[1].after == '{"name":"thing 0","price":0}'
    assert world.store.versions("shop") == []


def test_a_plan_shows_documents_before_and_after(world) -> None:
    """The live version's document beside what a fresh read would make of its row."""
    world.fill(3)
    world.runner().rebuild()
    world.table.put("0001", "other", 1)
    rename_field(world, sort=True)
    plan = world.runner().plan()
    assert plan.effect is REBUILD
    assert plan.estimate is not None
    assert plan.estimate.source == "the last rebuild, and the live version's size"
    first = plan.samples[0]
    assert (first.id, first.before) == ("0001", '{"name":"thing 1","price":1}')
    assert first.after == '{"name":"other","price":1}'
    assert all(sample.before == sample.after for sample in plan.samples[1:])


def test_what_needs_no_rebuild_reads_no_row(world) -> None:
    """The live version takes the new recipe over, and increments go on."""
    world.fill(3)
    world.runner().rebuild()
    rename_field(world, weight=7.0)
    runner = world.runner(every="5m")
    plan = runner.plan()
    assert (plan.effect, plan.estimate, plan.samples) == (QUERY, None, ())
    assert not runner.outdated
    assert runner.restate(plan)
    assert runner.plan().effect is None
    assert not runner.restate()
    assert len(world.store.versions("shop")) == 1
    world.table.put("0001", "other")
    runner.increment()
    assert world.held() == world.wanted()


def test_a_plan_is_stale_once_another_version_is_live(world) -> None:
    """Neither way of applying it does anything."""
    world.fill(3)
    runner = world.runner()
    runner.rebuild()
    plan = runner.plan()
    runner.rebuild()
    before = [info.version for info in world.store.versions("shop")]
    for apply in (runner.restate, lambda plan: runner.rebuild(plan=plan)):
        with pytest.raises(StalePlan, match="is live now"):
            apply(plan)
    assert [info.version for info in world.store.versions("shop")] == before


def test_a_plan_is_stale_once_the_files_or_the_version_say_something_else(world) -> None:
    """The files changed again, or somebody applied another plan."""
    world.fill(3)
    world.runner().rebuild()
    rename_field(world, weight=7.0)
    plan = world.runner().plan()
    rename_field(world, weight=8.0)
    with pytest.raises(StalePlan, match="the files have changed"):
        world.runner().restate(plan)
    world.runner().restate()
    with pytest.raises(StalePlan, match="has been changed"):
        world.runner().restate(plan)


def test_a_plan_that_was_edited_is_stale(world) -> None:
    """What it says must be what is to be done."""
    world.fill(3)
    world.runner().rebuild()
    rename_field(world, sort=True)
    runner = world.runner()
    with pytest.raises(StalePlan, match="something else than what is to be done"):
        runner.restate(replace(runner.plan(), effect=QUERY))


def test_a_dry_run_writes_nothing(world) -> None:
    """It counts as the gate would, and names rows that cannot be indexed."""
    world.fill(10)
    world.table.put("0004", "bad", "x")
    world.table.put("0005", hidden=True)
    found = world.runner().dry_run()
    evidence = found.evidence
    assert (evidence.rows, evidence.documents, evidence.dead) == (9, 8, 1)
    assert found.refusals == ()
    assert list(found.dead) == ["0004"]
    assert world.store.versions("shop") == []
    assert world.state.runs("shop") == []


def test_a_dry_run_says_what_the_gate_would(world) -> None:
    """An empty source would not replace a live version."""
    world.fill(3)
    world.runner().rebuild()
    for each in range(3):
        world.table.remove(f"{each:04}")
    (reason, *_) = world.runner().dry_run().refusals
    assert "the source has no row" in reason
