"""indexers/*.py: loaded by path, checked before anything is written."""

import pytest

from searchsvc.definitions.indexers import indexer_files, read_indexer
from searchsvc.errors import DefinitionError

GOOD = """\
from searchsvc.indexing import Indexer, Join

indexer = Indexer(
    index="products",
    source="shop", watermark="updated_at",
    sql="SELECT id, name FROM products",
    key="id",
    joins=[Join("tags", sql="SELECT product_id AS _id, name FROM tags WHERE product_id IN :ids")],
    every="30s",
)
"""


def load(tmp_path, text: str):
    """The indexer of a file with that text."""
    file = tmp_path / "products.py"
    file.write_text(text)
    return read_indexer(file, {"products"}, {"shop"})


def test_a_good_indexer(tmp_path) -> None:
    """Its values are those of the file; the hash of its code ignores comments and schedules."""
    loaded = load(tmp_path, GOOD)
    assert loaded.indexer.keys == ("id",)
    assert loaded.indexer.joins[0].name == "tags"
    assert loaded.code == load(tmp_path, GOOD + "# a comment\n").code
    assert loaded.code == load(tmp_path, GOOD.replace("30s", "5m")).code
    assert loaded.code != load(tmp_path, GOOD + "X = 1\n").code


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("indexer =", "indexr =", None, "indexer = Indexer(...)"),
        ("key=", "kye=", 3, "did you mean 'key'?"),
        ('"products",', '"prodcts",', 4, "did you mean 'products'?"),
        ('"shop"', '"shp"', 5, "did you mean 'shop'?"),
        ("IN :ids", "IN (1)", 8, "the statement has no :ids"),
        ('every="30s"', 'changed=["SELECT 1"]', 9, "the statement has no :since"),
        ('every="30s"', "page_size=0", 9, "page_size"),
        ('every="30s"', "overlap=-1.0", 9, "overlap"),
        ('every="30s"', 'every="30 secs"', 9, "every: cannot read the time '30 secs'; write 30s"),
        ('every="30s"', 'rebuild="25:00"', 9, "rebuild: cannot read the time"),
        ('every="30s"', 'reconcile="dayly"', 9, "reconcile: cannot read the time"),
        ('key="id"', 'key=""', 7, "the key is empty"),
        ('    key="id",\n', "", 3, "Indexer needs the argument 'key'"),
        ("from searchsvc.indexing", "from serchsvc", 1, "No module named 'serchsvc'"),
        ("indexer = Indexer(", "indexer = Indexer((", None, "not valid Python"),
        ('sql="SELECT', 'sql=1 / 0, x="SELECT', 6, "ZeroDivisionError"),
    ],
)
def test_faults_name_file_and_line(
    tmp_path, old: str, new: str, line: int | None, words: str
) -> None:
    """A bad indexer ends with its file, the line where it can be told, and the next step."""
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert caught.value.file == str(tmp_path / "products.py")
    assert line is None or caught.value.line == line
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"products",', "7,", "4: index: must be text"),
        ('every="30s"', "every=30", "9: every: must be text"),
        ('every="30s"', "reconcile=None", "9: reconcile: must be text"),
        ('key="id"', "key=None", "7: key: must be a column's name, or several"),
        ('key="id"', "key=[1, 2]", "7: key: must be a column's name, or several"),
        ('every="30s"', "changed='SELECT :since'", "9: changed: must be a list of statements"),
        ('every="30s"', "changed=[1]", "9: changed: must be a list of statements"),
        ('every="30s"', "overlap='1m'", "9: overlap: must be a number of seconds"),
        ('every="30s"', "page_size=0.5", "9: page_size: must be a whole number"),
        ('every="30s"', "to_document={}", "9: to_document: must be a function of a row"),
        ('joins=[Join("tags", sql=', "joins=[str(", "8: joins: must be a list of Join(...)"),
        ('sql="SELECT product_id', 'on=1, sql="SELECT product_id', "8: joins.tags.on: must be"),
    ],
)
def test_values_of_a_wrong_type_are_named(tmp_path, old: str, new: str, words: str) -> None:
    """A value that is no text, number or function where one belongs is told with its line."""
    text = GOOD.replace(old, new, 1)
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path, text)
    assert f"products.py:{words}" in str(caught.value)


def test_helpers_are_left_alone(tmp_path) -> None:
    """Files that begin with `_` are no indexers."""
    (tmp_path / "_shared.py").write_text("")
    (tmp_path / "products.py").write_text(GOOD)
    assert [f.name for f in indexer_files(tmp_path)] == ["products.py"]
