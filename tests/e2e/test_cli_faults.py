"""Faults in a project as its user meets them: told with place and next step, before any write."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.server import free_port
from tests.support.shop import Shop

UP = "up --port {port}"
SETTINGS, DEFINED, FILLED = (
    "searchsvc.yaml",
    "mappings/products/mapping.yaml",
    "indexers/products.py",
)

# What is replaced in which file, the place that is told, and what the message says.
FAULTS = {
    "unknown setting": (
        SETTINGS, "logging:", "loging:",
        ":3: loging: unknown setting 'loging'; did you mean 'logging'?",
    ),
    "setting of no such value": (
        SETTINGS, "WARNING", "WARNIN",
        ":3: logging.level: invalid enum value 'WARNIN'; did you mean 'WARNING'?",
    ),
    "variable that is not set": (
        SETTINGS, "shop.db", "${SHOP_DB}",
        ":2: sources.shop.url: the variable SHOP_DB is not set; export it, or add it to .env",
    ),
    "unknown key": (
        DEFINED, "fields:", "feilds:",
        ":1: feilds: unknown key 'feilds'; did you mean 'fields'?",
    ),
    "unknown flag": (
        DEFINED, "facet, sort", "facett, sort",
        ":4: fields.price: unknown flag 'facett'; did you mean 'facet'?",
    ),
    "unknown field type": (
        DEFINED, "number", "numbr",
        ":4: fields.price: unknown field type 'numbr'; did you mean 'number'?",
    ),
    "no YAML": (DEFINED, "number,", "[number,", ":5: not valid YAML: expected ',' or ']'"),
    "field without a column": (
        DEFINED, "  price:", "  prise: number\n  price:",
        ("indexers/products.py:6: sql: field 'prise' of the mapping has no column;"
        " did you mean 'price'?; select it, or take it out of the mapping"),
    ),
    "column without a field": (
        FILLED, "price,", "price AS prise,",
        (":6: sql: column 'prise' is no field of its index;"
        " did you mean 'price'?; add it to the mapping or leave it out of the SQL"),
    ),
    "missing column": (
        FILLED, "brand, price", "brandd, price",
        ":6: sql: no such column: brandd; did you mean 'brand'?; run the statement by hand",
    ),
    "missing table": (
        FILLED, "FROM products", "FROM prodcts",
        ":6: sql: no such table: prodcts; did you mean 'products'?; run the statement by hand",
    ),
    "SQL error": (
        FILLED, "FROM products", "FROM products WHERE",
        ':6: sql: near ")": syntax error; run the statement by hand to see what it lacks',
    ),
    "no SELECT": (FILLED, "SELECT id", "UPDATE id", ":6: sql: the SQL begins with UPDATE"),
    "missing key": (
        FILLED, 'key="id"', 'key="idd"',
        ":7: the key 'idd' is not among the columns of the SQL; did you mean 'id'?",
    ),
    "missing watermark": (
        FILLED, 'watermark="updated_at"', 'watermark="updatd_at"',
        (":8: the watermark 'updatd_at' is not among the columns of the SQL;"
        " did you mean 'updated_at'?"),
    ),
    "unknown index": (
        FILLED, 'index="products"', 'index="prodcts"',
        (":4: index: index 'prodcts' has no mapping;"
        " did you mean 'products'? or add mappings/prodcts/mapping.yaml"),
    ),
    "unknown source": (
        FILLED, 'source="shop"', 'source="shp"',
        ":5: source: unknown source 'shp'; did you mean 'shop'?; sources stand in searchsvc.yaml",
    ),
    "unknown argument": (
        FILLED, "overlap", "overlop",
        ":3: overlop: Indexer has no argument 'overlop'; did you mean 'overlap'?",
    ),
    "a time that cannot be read": (
        FILLED, '"2s"', '"2 secs"',
        ":9: every: cannot read the time '2 secs'; write 30s, 5m, 2h, daily, or HH:MM in UTC",
    ),
    "an end of the process": (
        FILLED, "indexer = Indexer(", "raise SystemExit(0)\nindexer = Indexer(",
        ":3: SystemExit: 0",
    ),
    "an interval and nothing that tells of changes": (
        FILLED, '    watermark="updated_at",\n', "",
        ":8: every: nothing tells what has changed every 2s; name a watermark or a changed",
    ),
    "a watermark that is no time": (
        FILLED, 'watermark="updated_at"', 'watermark="name"',
        ":8: the watermark column 'name' holds ",
    ),
    "no Python": (FILLED, 'key="id",', 'key="id"', ":7: not valid Python"),
}  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Shop:
    """A project with a live version, as it was before someone edited it."""
    shop = Shop.new(tmp_path_factory.mktemp("sound"))
    assert shop.run("index", "rebuild", "products").code == 0
    return shop


@pytest.fixture
def shop(sound: Shop, tmp_path: Path) -> Shop:
    """That project, to be broken."""
    return Shop(shutil.copytree(sound.folder, tmp_path / "shop"))


def kept(shop: Shop) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """What the project has written so far: every file of its versions, and the state's rows."""
    data = shop.folder / ".searchsvc"
    files = {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in data.glob("indexes/**/*")
    }
    with closing(sqlite3.connect(data / "state.db")) as connection:
        return files, list(connection.iterdump())


@pytest.mark.parametrize("command", ["check", "index rebuild products"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_definition_ends_before_anything_is_written(
    shop: Shop, fault: str, command: str
) -> None:
    """Exit code 3, one line with file, line, key, nearest name and next step, no file touched."""
    expect_fault(shop, fault, command)


@pytest.mark.parametrize("fault", ["unknown setting", "unknown field type", "missing column"])
def test_up_refuses_a_bad_definition_too(shop: Shop, fault: str) -> None:
    """It ends in the same way, and serves nothing."""
    expect_fault(shop, fault, UP)


def expect_fault(shop: Shop, fault: str, command: str) -> None:
    """Break the project, and see the command refuse it."""
    file, old, new, words = FAULTS[fault]
    shop.break_in(shop.folder / file, old, new)
    before = kept(shop)
    ended = shop.run(*command.format(port=free_port()).split())
    assert ended.code == 3
    (line,) = (ended.out + ended.err).splitlines()
    place = words if words.startswith("indexers") else f"{file}{words}"
    assert f"{shop.folder}/{place}" in line
    assert kept(shop) == before


def test_a_first_rebuild_that_cannot_begin_leaves_nothing(tmp_path: Path) -> None:
    """In a project that has never indexed, not even the data's folder is made."""
    shop = Shop.new(tmp_path)
    shop.break_in(shop.indexer, "brand, price", "brandd, price")
    assert shop.run("index", "rebuild", "--all").code == 3
    assert not (tmp_path / ".searchsvc").exists()


@pytest.mark.parametrize("command", ["index rebuild --all", UP])
def test_one_bad_index_of_several_stops_all_of_them(tmp_path: Path, command: str) -> None:
    """What is wrong with the last one is told before the first one is written."""
    shop = Shop.new(tmp_path)
    shop.break_in(shop.define("zebras"), "brand, price", "brandd, price")
    ended = shop.run(*command.format(port=free_port()).split())
    assert (ended.code, ended.out) == (3, "")
    assert "indexers/zebras.py:6: sql: no such column: brandd" in ended.err
    assert shop.written == []


def test_several_faults_are_told_at_once(shop: Shop) -> None:
    """Each has its own line, and `check --json` lists them for a program."""
    shop.break_in(shop.mapping, "number", "numbr")
    shop.break_in(shop.indexer, 'key="id"', 'kye="id"')
    ended = shop.run("check")
    assert ended.code == 3
    first, second = ended.err.splitlines()
    assert "mapping.yaml:4: fields.price: unknown field type 'numbr'" in first
    assert "products.py:3: kye: Indexer has no argument 'kye'; did you mean 'key'?" in second
    ended = shop.run("check", "--json")
    report = json.loads(ended.out)
    assert (ended.code, report["ok"]) == (3, False)
    assert [problem["message"] for problem in report["problems"]] == [
        first.removeprefix("error: "), second
    ]  # fmt: skip


def test_check_as_json_names_the_index_of_a_fault(shop: Shop) -> None:
    """A statement that the database refuses belongs to one index, and has a stable code."""
    shop.break_in(shop.indexer, "brand, price", "brandd, price")
    ended = shop.run("check", "--json")
    (problem,) = json.loads(ended.out)["problems"]
    assert (ended.code, problem["index"], problem["code"]) == (3, "products", "source_error")
    assert "did you mean 'brand'?" in problem["message"]


@pytest.mark.parametrize("command", ["check", "index rebuild products", UP])
def test_a_source_that_is_not_there_is_exit_code_4(shop: Shop, command: str) -> None:
    """The message names the database, without a password, and what to look at."""
    shop.break_in(shop.settings, "sqlite:///shop.db", "mysql+pymysql://me:s3cret@127.0.0.1:9/shop")
    shop.break_in(shop.indexer, "name, brand", "brand, name")  # so that `up` has to read it anew
    before = kept(shop)
    ended = shop.run(*command.format(port=free_port()).split())
    assert ended.code == 4
    (line,) = (ended.out + ended.err).splitlines()
    assert "the database mysql+pymysql://me:***@127.0.0.1:9/shop does not answer" in line
    assert "check that it runs, and the source's url in searchsvc.yaml" in line
    assert kept(shop) == before


@pytest.mark.parametrize(
    "command",
    [
        "show", "index rebuild", "index increment", "index reconcile", "index prune", "runs",
        "versions", "rollback",
    ],
)  # fmt: skip
def test_an_index_that_is_not_defined_is_exit_code_2(shop: Shop, command: str) -> None:
    """Every command that takes an index names the nearest one that there is."""
    before = kept(shop)
    ended = shop.run(*command.split(), "prodcts")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "error: unknown index 'prodcts'; did you mean 'products'?\n"
    assert kept(shop) == before


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("chek", "no command 'chek'; did you mean 'check'?"),
        ("index rebild", "No such command 'rebild'. Did you mean 'rebuild'?"),
        ("check --jsn", "No such option '--jsn'. Did you mean '--json'?"),
        ("runs --limit 0", "'--limit': 0 is not in the range 1<=x<=1000"),
        ("latency --minutes 7", "'7' is not one of '1', '5', '60'"),
        ("serve --port 0", "'--port': 0 is not in the range 1<=x<=65535"),
        ("completion tcsh", "'tcsh' is not one of 'bash', 'zsh', 'fish'"),
        ("show", "Missing argument 'INDEX'"),
        ("init", "Missing argument 'URL'"),
        ("index rebuild", "name at least one index, or say --all; known: products"),
        ("rollback products", "index 'products' has no earlier version"),
        ("rollback products --to products-1", "index 'products' has no version 'products-1'"),
    ],
)
def test_a_command_line_that_cannot_be_carried_out_is_exit_code_2(
    shop: Shop, command: str, words: str
) -> None:
    """What is wrong, and what there is instead."""
    ended = shop.run(*command.split())
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err


@pytest.mark.parametrize("command", ["check", "latency", "runs", "up"])
def test_a_folder_that_is_no_project(tmp_path: Path, command: str) -> None:
    """A folder that does not exist is named, with the option that names one."""
    ended = Shop.new(tmp_path).run("-C", "nowhere", command)
    assert (ended.code, ended.out) == (3, "")
    assert f"error: {tmp_path}/nowhere: there is no such folder; " in ended.err
    assert "-C" in ended.err


def test_a_file_where_a_folder_belongs_is_one_line(tmp_path: Path) -> None:
    """A data folder that cannot be made is named, and no traceback."""
    shop = Shop.new(tmp_path)
    (tmp_path / ".searchsvc").write_text("not a folder")
    ended = shop.run("index", "rebuild", "products")
    said = f"error: the state store cannot be made: {tmp_path}/.searchsvc: file exists\n"
    assert (ended.code, ended.err) == (1, said)


def test_a_state_store_that_cannot_be_used_is_told_before_serving(shop: Shop) -> None:
    """One line and exit code 1, rather than workers that are started again and again."""
    (shop.folder / ".searchsvc/state.db").write_text("no database " * 400)
    ended = shop.run("serve", "--port", free_port())
    assert (ended.code, ended.out) == (1, "")
    (line,) = ended.err.splitlines()
    assert "state.db cannot be used: file is not a database; mend or move it away" in line
