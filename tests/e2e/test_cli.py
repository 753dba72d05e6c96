"""Every command that ends by itself, as its user runs it: exit codes, what it says, its JSON."""

import json
import re
import signal
from pathlib import Path

import pytest

from searchsvc import __version__
from tests.support.command import run_command, running
from tests.support.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A project that has never indexed."""
    return Shop.new(tmp_path)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Shop:
    """A project after two rebuilds; tests only look at it."""
    shop = Shop.new(tmp_path_factory.mktemp("shop"))
    for _ in range(2):
        assert shop.run("index", "rebuild", "products").code == 0
    return shop


def columns(table: str) -> list[list[str]]:
    """The cells of a printed table, by its rows; none of them may be empty."""
    return [re.split(r"\s{2,}", line.strip()) for line in table.splitlines()]


def test_version(tmp_path: Path) -> None:
    """`--version` needs no project."""
    ended = run_command("--version", folder=tmp_path)
    assert (ended.code, ended.out) == (0, f"searchsvc {__version__}\n")


def test_init_gives_a_project_that_works(tmp_path: Path) -> None:
    """From a SQLite file to an index, and not one of its columns is left out."""
    Shop.new(tmp_path / "theirs")
    project = Shop(tmp_path / "ours")
    ended = run_command("-C", project.folder, "init", "sqlite:///../theirs/shop.db")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(
        "wrote mappings/products/mapping.yaml\nwrote indexers/products.py\n"
    )
    assert "CREATE INDEX products_changed ON products (updated_at, id)" in ended.out
    assert "left out" not in ended.out
    assert ended.out.endswith("next: searchsvc check, then searchsvc up\n")
    assert project.run("check").out == "products: ok\n"
    assert project.run("index", "rebuild", "--all").code == 0
    fields = {field["name"]: field["type"] for field in project.json("show", "products")["fields"]}
    assert fields == {
        "id": "id", "name": "text", "brand": "text", "price": "number", "updated_at": "date",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (
            ["sqlite:///shop.db", "--source", "shop"],
            2,
            "these files exist already: mappings/products/mapping.yaml",
        ),
        (["sqlite:///shop.db", "--table", "prodcts"], 2, "did you mean 'products'?"),
        (["sqlite:///shop.db", "--source", "Shop"], 2, "use lower case, digits and '_'"),
        (["sqlite:///shp.db"], 4, "shp.db does not answer: unable to open database file"),
        (["shop.db"], 3, "like: mysql://user:password@host/database, or sqlite:///path/to/file.db"),
        (["sqlit:///shop.db"], 3, "begins with 'sqlit', which cannot be read from; did you mean"),
    ],
)
def test_init_writes_all_or_nothing(
    shop: Shop, arguments: list[str], code: int, words: str
) -> None:
    """A URL, table or folder that does not do is told, and no file is touched."""
    before = {file: file.read_bytes() for file in shop.folder.rglob("*.*") if file.is_file()}
    ended = shop.run("init", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert words in ended.err
    after = {file: file.read_bytes() for file in shop.folder.rglob("*.*") if file.is_file()}
    assert after == before


def test_init_adds_a_table_to_a_project(tmp_path: Path) -> None:
    """Whose source is there by that name and url; the settings stay as they are."""
    shop = Shop.new(tmp_path)
    shop.execute("CREATE TABLE shops (id INTEGER PRIMARY KEY, name TEXT)")
    settings = shop.settings.read_text(encoding="utf-8")
    add = ("init", "sqlite:///shop.db", "--table", "shops")
    ended = shop.run(*add)
    assert (ended.code, ended.out) == (2, "")
    assert (
        "has no source 'main'; add it to its sources, or name one with --source: shop" in ended.err
    )
    assert "has another url" in shop.run(*add[:1], "sqlite:///./shop.db", "--source", "shop").err
    assert shop.run(*add, "--source", "shop").code == 0
    assert shop.settings.read_text(encoding="utf-8") == settings
    assert shop.run("check").out.startswith("products: ok\nshops: ok\n")


def test_check_writes_nothing(shop: Shop) -> None:
    """It proves the project in a line per index, and makes no file and no folder."""
    before = sorted(shop.folder.rglob("*"))
    ended = shop.run("check")
    assert (ended.code, ended.out, ended.err) == (0, "products: ok\n", "")
    assert shop.json("check") == {
        "ok": True, "indexes": ["products"], "without_indexer": [], "problems": [], "warnings": {},
    }  # fmt: skip
    made = [file for file in shop.folder.rglob("*") if "__pycache__" not in file.parts]
    assert sorted(made) == before


def test_check_names_an_index_that_nothing_fills(shop: Shop) -> None:
    """That is allowed, and said with the next step."""
    shop.indexer.unlink()
    ended = shop.run("check")
    assert (ended.code, ended.out) == (
        0,
        "products: no indexer fills it; add indexers/products.py\n",
    )
    assert shop.json("check")["without_indexer"] == ["products"]
    ended = shop.run("index", "increment", "--all")
    assert (ended.code, ended.out) == (2, "")
    assert "no index has an indexer; add indexers/<index>.py" in ended.err


def test_show_says_how_a_definition_is_understood(built: Shop) -> None:
    """Fields with their uses, the order, and what fills the index from where."""
    ended = built.run("show", "products")
    assert ended.code == 0
    rows = columns(ended.out)
    assert rows[:4] == [
        ["field", "type", "weight", "uses"],
        ["name", "text", "3", "suggest, highlight"],
        ["brand", "keyword", "2", "filter, facet"],
        ["price", "number", "filter, facet, sort"],
    ]
    assert f"filled by {built.indexer}" in ended.out
    assert "every 2s by updated_at" in ended.out
    shown = built.json("show", "products")
    assert [field["name"] for field in shown["fields"]] == ["name", "brand", "price"]
    assert re.fullmatch(r"[0-9a-f]{16}", shown["hash"])


def test_a_rebuild_tells_its_phases_and_counts(shop: Shop) -> None:
    """Plain lines in a pipe, the last with what became of the rows."""
    ended = shop.run("index", "rebuild", "products")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert [line for line in lines if re.fullmatch(r"products: [a-z ]+", line)] == [
        "products: copy", "products: catch up", "products: check", "products: swap",
        "products: prune",
    ]  # fmt: skip
    assert re.fullmatch(
        r"products: rebuild succeeded in \d+\.\d s: \d+ read, 40 indexed.*", lines[-1]
    )


def test_runs_of_several_indexes_are_one_list(shop: Shop) -> None:
    """`--json` of every indexer is a JSON list, a run for each index in their order."""
    shop.define("bargains")
    for command in ("rebuild", "increment", "reconcile"):
        runs = shop.json("index", command, "--all")
        assert [run["index"] for run in runs] == ["bargains", "products"]
        assert {run["status"] for run in runs} == {"succeeded"}
        assert runs[0]["version"].startswith("bargains-")
    assert [run["counts"]["unchanged"] for run in runs] == [40, 40]


def test_an_increment_writes_what_changed(shop: Shop) -> None:
    """Before a first rebuild there is nothing to write into, and the next step is told."""
    ended = shop.run("index", "increment", "products")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "error: index 'products' has no live version; rebuild it first\n"
    shop.execute("UPDATE products SET updated_at = '2020-01-01T00:00:00.000Z'")
    shop.run("index", "rebuild", "products")
    shop.rename(7, "tandem")
    (run,) = shop.json("index", "increment", "products")
    assert (run["kind"], run["counts"]["read"], run["counts"]["indexed"]) == ("increment", 1, 1)


def test_a_reconcile_mends_what_increments_cannot_see(shop: Shop) -> None:
    """A silent update and a deleted row are counted, mended, and gone the next time."""
    shop.run("index", "rebuild", "products")
    shop.execute("UPDATE products SET price = 99 WHERE id = 1")
    shop.execute("DELETE FROM products WHERE id = 2")
    ended = shop.run("index", "reconcile", "products")
    assert ended.code == 0
    off = "products: 2 documents were off: 0 missing, 1 different, 1 without a row"
    assert ended.out.splitlines()[-1] == off
    (run,) = shop.json("index", "reconcile", "products")
    assert (run["counts"]["unchanged"], run["counts"]["deleted"]) == (39, 0)


def test_too_many_deletes_need_a_word(shop: Shop) -> None:
    """Exit code 1 and nothing deleted, until --allow-deletes is said."""
    shop.run("index", "rebuild", "products")
    shop.execute("DELETE FROM products WHERE id > 10")
    guarded = {"SEARCHSVC_INDEXING__MIN_DELETE_GUARD": "1"}
    ended = shop.run("index", "reconcile", "products", **guarded)
    assert ended.code == 1
    assert "--allow-deletes" in ended.err
    assert shop.json("versions")[0]["documents"] == 40
    ended = shop.run("index", "reconcile", "products", "--allow-deletes", **guarded)
    assert ended.code == 0
    assert shop.json("versions")[0]["documents"] == 10


def test_an_emptied_table_does_not_go_live_unasked(shop: Shop) -> None:
    """Exit code 1, the old version stays live, and the message names the option."""
    (first,) = shop.json("index", "rebuild", "products")
    shop.execute("DELETE FROM products")
    ended = shop.run("index", "rebuild", "products")
    assert ended.code == 1
    assert "the source has no row" in ended.err
    assert "--allow-empty" in ended.err
    assert [each["version"] for each in shop.json("versions") if each["live"]] == [first["version"]]
    (run,) = shop.json("index", "rebuild", "products", "--allow-empty")
    assert [each["version"] for each in shop.json("versions") if each["live"]] == [run["version"]]


def test_a_count_far_from_the_live_one_needs_a_word(shop: Shop) -> None:
    """Exit code 1 until --allow-change is said."""
    shop.run("index", "rebuild", "products")
    shop.execute("DELETE FROM products WHERE id > 10")
    guarded = {"SEARCHSVC_INDEXING__MIN_DELETE_GUARD": "1"}
    ended = shop.run("index", "rebuild", "products", **guarded)
    assert ended.code == 1
    assert "10 documents against 40 live" in ended.err
    assert "--allow-change" in ended.err
    ended = shop.run("index", "rebuild", "products", "--allow-change", **guarded)
    assert ended.code == 0


def test_rows_that_cannot_be_indexed_are_listed_with_the_reason(shop: Shop) -> None:
    """A rebuild points to `dead list`, which names row and field but not the row's value."""
    assert shop.run("dead", "list").out == "no row is known that cannot be indexed\n"
    shop.execute("UPDATE products SET price = 'dear' WHERE id = 3")
    strict = {"SEARCHSVC_INDEXING__MAX_DEAD_RATIO": "0.01"}
    ended = shop.run("index", "rebuild", "products", **strict)
    assert ended.code == 1
    assert "1 of 40 rows cannot be indexed (mend them: searchsvc dead list; or raise" in ended.err
    _, (index, id, run, _, reason) = columns(shop.run("dead", "list").out)
    assert (index, id, run) == ("products", "3", "1")
    assert "price" in reason
    assert "dear" not in reason
    (letter,) = shop.json("dead", "list", "products")
    assert (letter["id"], letter["reason"]) == ("3", reason)
    ended = shop.run("index", "rebuild", "products")
    assert ended.code == 0
    assert ended.out.endswith("see why rows are dead: searchsvc dead list products\n")


def test_a_mapping_that_fits_no_row_says_where_to_look(shop: Shop) -> None:
    """The run ends, and its message leads to the reason."""
    shop.break_in(shop.indexer, "overlap=5", "to_document=lambda row: {'name': row['nme']}")
    ended = shop.run("index", "rebuild", "products")
    assert ended.code == 1
    assert "rows of index 'products' cannot be indexed" in ended.err
    assert ended.err.endswith("see why with: searchsvc dead list products\n")
    letters = shop.json("dead", "list", "products", "--limit", "3")
    assert len(letters) == 3
    assert "KeyError" in letters[0]["reason"]


def test_prune_deletes_what_is_not_kept(shop: Shop) -> None:
    """The live version stays, and so many others as the setting says."""
    for _ in range(3):
        shop.run("index", "rebuild", "products")
    assert len(shop.json("versions")) == 3
    ended = shop.run("index", "prune", "products", SEARCHSVC_INDEXING__KEEP_VERSIONS="0")
    assert (ended.code, ended.out) == (0, "products: 2 versions deleted\n")
    assert [each["live"] for each in shop.json("versions")] == [True]


def test_runs_lists_the_newest_first(built: Shop) -> None:
    """As a table for people, and as JSON with the counts and times of each."""
    heading, second, first = columns(built.run("runs").out)
    assert heading[:4] == ["run", "index", "kind", "status"]
    assert second[:4] == ["2", "products", "rebuild", "succeeded"]
    assert first[:4] == ["1", "products", "rebuild", "succeeded"]
    runs = built.json("runs", "products")
    assert [run["id"] for run in runs] == [2, 1]
    assert runs[0]["counts"]["indexed"] == 40
    assert runs[0]["started"] < runs[0]["finished"]
    assert [run["id"] for run in built.json("runs", "--limit", "1")] == [2]


def test_versions_says_which_one_answers(built: Shop) -> None:
    """Oldest first, the last rebuilt one live, with the number of documents."""
    old, new = built.json("versions", "products")
    assert (old["live"], new["live"]) == (False, True)
    assert old["version"] < new["version"]
    assert (new["index"], new["documents"]) == ("products", 40)
    rows = columns(built.run("versions").out)
    assert [row[1] for row in rows[1:]] == [old["version"], new["version"]]
    assert (rows[1][-1] != "live", rows[2][-1]) == (True, "live")


def test_what_is_not_there_yet_is_told_with_the_next_step(shop: Shop) -> None:
    """Lists that are empty say how to fill them, and are empty lists for a program."""
    begin = "begin with: searchsvc index rebuild --all\n"
    for command, words in (
        ("versions", f"no version yet; {begin}"),
        ("runs", f"no run yet; {begin}"),
        ("latency", "nothing was served in the last 5 min\n"),
    ):
        assert shop.run(command).out == words
        assert shop.json(command) == []


def test_schedule_lists_what_is_due(shop: Shop) -> None:
    """The kinds of runs that the indexer asks for, soonest first, and nothing is run."""
    _, first, second = columns(shop.run("schedule", "--list").out)
    assert first[:3] == ["products", "increment", "2s"]
    assert second[:3] == ["products", "reconcile", "daily"]
    assert first[3] < second[3]
    assert shop.json("runs") == []
    shop.indexer.unlink()
    assert shop.run("schedule", "--list").out.startswith("nothing is due: no indexer says when")


def test_a_rebuild_that_is_interrupted_is_exit_code_130(tmp_path: Path) -> None:
    """Ctrl-C stops it between two pages, in one line, and leaves no version behind."""
    shop = Shop.new(tmp_path, rows=200_000)
    shop.execute("CREATE INDEX products_changed ON products (updated_at, id)")
    settings = shop.settings.read_text(encoding="utf-8")
    shop.settings.write_text(
        f"{settings}indexing: {{checkpoint_seconds: 3600}}\n", encoding="utf-8"
    )
    with running("index", "rebuild", "products", port=0, folder=tmp_path) as command:
        command.wait_for(lambda: "products: copy" in command.text, 30)
        command.signal_group(signal.SIGINT)
        assert command.wait() == 130
    assert command.lines[-1].startswith("interrupted: the run on index 'products' was stopped")
    assert "Traceback" not in command.text
    assert shop.json("versions") == []
    assert [run["status"] for run in shop.json("runs")] == ["abandoned"]


def test_commands_find_the_same_project_from_anywhere(tmp_path: Path) -> None:
    """With -C, relative paths of the settings are those of the project's folder."""
    shop = Shop.new(tmp_path / "shop")
    shop.break_in(shop.settings, "logging:", 'state_url: "sqlite:///state.db"\nlogging:')
    assert run_command("-C", "shop", "index", "rebuild", "--all", folder=tmp_path).code == 0
    assert [run["kind"] for run in shop.json("runs")] == ["rebuild"]
    assert (shop.folder / "state.db").exists()
    assert not (tmp_path / "state.db").exists()


def test_json_stays_json_where_a_run_fails(shop: Shop) -> None:
    """The list holds the runs before the failure, the error goes to standard error."""
    shop.define("zebras")
    shop.run("index", "rebuild", "products")
    ended = shop.run("index", "increment", "products", "zebras", "--json")
    assert ended.code == 1
    assert [run["index"] for run in json.loads(ended.out)] == ["products"]
    assert ended.err == "error: index 'zebras' has no live version; rebuild it first\n"
