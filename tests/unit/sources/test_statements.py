"""SQL as people write it becomes text that stands in brackets, with only our placeholders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.dialects import mysql as mysql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect

from searchsvc.errors import DefinitionError
from searchsvc.indexing import Indexer, Join
from searchsvc.sources.statements import one_select, statements_of


def _as_sent(sql: str, *, mysql: bool) -> str:
    """The text that the driver gets."""
    dialect = mysql_dialect.dialect(paramstyle="named") if mysql else sqlite_dialect.dialect()
    return str(text(one_select(sql, mysql=mysql)).compile(dialect=dialect))


@pytest.mark.parametrize("mysql", [True, False])
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT '12:30', 'a::b', \"x:y\", ':since' FROM t",
        "SELECT a::text, b:c FROM t",
        "SELECT data->'$.a:b', `odd:name` FROM t",
        "SELECT 'it''s; fine' FROM t",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "(SELECT 1 AS id) UNION ALL (SELECT 2)",
        "select :ids, :since",
    ],
)
def test_text_goes_through_unchanged(sql, mysql):
    """Colons, quotes and semicolons in quotes reach the database as written."""
    assert _as_sent(sql, mysql=mysql) == sql


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=40))
def test_any_quoted_text_survives(value):
    """Whatever stands in a string literal comes through, and ends where the literal ends."""
    quoted = value.replace("'", "''")
    sql = f"SELECT '{quoted}' AS a"
    assert _as_sent(sql, mysql=False) == sql


@pytest.mark.parametrize(
    ("sql", "mysql", "sent"),
    [
        ("SELECT 1 ; ", True, "SELECT 1"),
        ("SELECT 1; -- done; really", True, "SELECT 1"),
        ("SELECT 1 # done;\n", True, "SELECT 1"),
        ("SELECT 1--2", True, "SELECT 1--2"),
        ("SELECT 1--2", False, "SELECT 1"),
        ("/* a; b */ SELECT 1/**/FROM t", False, "SELECT 1 FROM t"),
        (r"SELECT 'a\'; b' FROM t", True, r"SELECT 'a\'; b' FROM t"),
        (r"SELECT 'a\' FROM t", False, r"SELECT 'a\' FROM t"),
    ],
)
def test_ends_and_comments(sql, mysql, sent):
    """A closing semicolon and comments go, by the rules of the database that reads them."""
    assert _as_sent(sql, mysql=mysql) == sent


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("", "begins with nothing"),
        ("UPDATE t SET a = 1", "begins with UPDATE"),
        ("SELECT 1; SELECT 2", "more than one statement"),
        ("SELECT 'x FROM t", "line 1 of the SQL opens ' and never closes it"),
        ("SELECT 1\n/* x", r"line 2 of the SQL opens /\*"),
    ],
)
def test_what_is_refused(sql, message):
    """Anything but one SELECT or WITH is refused with a next step."""
    with pytest.raises(DefinitionError, match=message) as raised:
        one_select(sql, mysql=True)
    assert raised.value.hint


def test_placeholders_stand_in_code_only():
    """Of several `:ids` only those outside quotes and comments are filled."""
    sql = "SELECT ':ids' FROM t /* :ids */ WHERE a IN :ids OR b IN:ids OR c = ':ids'"
    clause = text(one_select(sql, "ids", mysql=True))
    assert list(clause._bindparams) == ["ids"]
    assert one_select(sql, "ids", mysql=True).count(r"\:ids") == 2


def test_a_placeholder_that_is_only_quoted():
    """A statement whose placeholder stands only in quotes would never be filled: refused."""
    with pytest.raises(DefinitionError, match="no :ids outside quotes"):
        one_select("SELECT 1 FROM t WHERE a IN ':ids' -- :ids", "ids", mysql=False)


def test_errors_name_the_argument():
    """The key says which of the indexer's statements is meant."""
    good = "SELECT a AS _id, b AS value FROM t WHERE a IN :ids"
    indexer = Indexer(
        "i", "s", "SELECT 1", "id", joins=[Join("brand", good, changed="DROP TABLE t")]
    )
    with pytest.raises(DefinitionError, match="DROP") as raised:
        statements_of(indexer, mysql=True)
    assert raised.value.key == "joins.brand.changed"
