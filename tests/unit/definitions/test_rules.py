"""rules.yaml: what its rules say, and what is wrong with those that are none."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.definitions.rules import parse_rules, read_rules
from searchsvc.domain.curation import Condition, How, Rule
from searchsvc.domain.query import Boosted, Equals, Ids, Pin, Range, Stated
from searchsvc.errors import CheckFailed, DefinitionError

FILE = Path("mappings/shop/rules.yaml")
SHOP = parse_mapping(
    "shop",
    "fields: {name: text, brand: 'keyword, facet', price: 'number, sort', cost: 'number, hidden'}",
)


def read(text: str) -> list[Rule]:
    """The rules of a file's text."""
    return read_rules(parse_rules(text, FILE), SHOP)


def test_a_rule_says_when_and_what() -> None:
    """Everything that a rule can say, in one."""
    (rule,) = read(
        """
        rules:
          - name: spring
            when: ["query is 'Café Crème'", 'query contains "cheap"', "query starts with 'new'"]
            when_filter: "brand:Acme AND price<10"
            from: 2026-03-01
            until: 2026-03-31
            pin: [007, {id: b/2, at: 2}, c]
            hide: [x1, x2, x1]
            filter: "price<100"
            boost: [{filter: "brand:Acme", weight: 0.5}, {ids: [7, b/2], weight: -0.5}]
            rewrite: "Espresso Bar"
            redirect: /spring
        """
    )
    assert rule == Rule(
        name="spring",
        number=1,
        when=(
            Condition(How.IS, ("cafe", "creme")),
            Condition(How.CONTAINS, ("cheap",)),
            Condition(How.STARTS_WITH, ("new",)),
        ),
        given=(Equals("brand", "Acme"), Range("price", high=10.0, include_high=False)),
        start=datetime(2026, 3, 1, tzinfo=UTC),
        end=datetime(2026, 4, 1, tzinfo=UTC),
        pins=(Pin("007", 1), Pin("b/2", 2), Pin("c", 3)),
        hides=("x1", "x2"),
        filters=(Stated("price<100", Range("price", high=100.0, include_high=False)),),
        boosts=(
            Boosted(Stated("brand:Acme", Equals("brand", "Acme")), 0.5),
            Boosted(Stated("ids 7, b/2", Ids(("7", "b/2"))), -0.5),
        ),
        rewrite=("espresso", "bar"),
        redirect="/spring",
    )


def test_a_file_may_say_nothing() -> None:
    """Empty, without rules, or with rules that are not in use."""
    for text in ("", "# later", "rules:", "rules: []", "rules: [{hide: 1, enabled: false}]"):
        assert read(text) == []


def test_rules_are_named_by_their_first_condition() -> None:
    """Unless they have a name; those without either go by their number."""
    text = "rules: [{when: \"query is 'tv'\", pin: 1}, {hide: [2]}, {name: x, hide: [2]}]"
    assert [rule.name for rule in read(text)] == ["query is 'tv'", "rule 2", "x"]


def test_times_are_utc_and_exact() -> None:
    """A day lasts to its end, and an instant is one, whichever zone it is written in."""
    text = """
    rules:
      - {hide: 1, from: "2026-03-01T12:00:00+02:00", until: 2026-03-01 18:00:00}
    """
    (rule,) = read(text)
    assert rule.start == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert rule.end == datetime(2026, 3, 1, 18, tzinfo=UTC)


IDS = [f"d{n}" for n in range(200)]
FAULTS = {
    "unknown key": ("{hid: 1}", "did you mean 'hide'?"),
    "nothing to do": ("{when: \"query is 'tv'\"}", "the rule does nothing"),
    "no mapping": ("tv", "must be a mapping"),
    "unreadable condition": ("{when: query = tv, hide: 1}", "like: query is 'tv'"),
    "no condition": ("{when: [], hide: 1}", "1 to 50 conditions"),
    "no word": ("{when: \"query contains '!'\", hide: 1}", "'!' has no word"),
    "nothing contained": ("{when: \"query contains ''\", hide: 1}", "'' has no word"),
    "unknown field": ("{filter: 'prise<3'}", "did you mean 'price'?"),
    "hidden field": ("{filter: 'cost<3'}", "unknown field 'cost'"),
    "empty filter": ("{filter: ' '}", "is empty"),
    "no place": ("{pin: {id: 1, at: 0}}", "a place from 1 to 1000"),
    "a place twice": ("{pin: [{id: 1, at: 1}, {id: 2, at: 1}]}", "at 1 is given twice"),
    "pinned and hidden": ("{pin: [1, 2], hide: [3, 2]}", "'2' is pinned, too"),
    "an id twice": ("{pin: [1, 1]}", "id 1 is given twice"),
    "no id": ("{hide: ['']}", "must be the id of a document"),
    "weight": ("{boost: {filter: 'price<3', weight: 11}}", "from -1 to 10"),
    "two kinds": ("{boost: {filter: 'price<3', ids: 7, weight: 1}}", "a filter or ids, and"),
    "no weight": ("{boost: {filter: 'price<3'}}", "a filter or ids, and a weight"),
    "zero": ("{boost: {filter: 'price<3', weight: 0}}", "changes nothing"),
    "script": ("{redirect: 'javascript:alert(1)'}", "a path or an http address"),
    "another host": ("{redirect: //evil.example}", "a path or an http address"),
    "a hidden host": ("{redirect: '/\\evil.example'}", "a path or an http address"),
    "no date": ("{hide: 1, from: soon}", "'soon' is no date"),
    "no day": ("{hide: 1, from: '2026-02-30'}", "is no date"),
    "back in time": ("{hide: 1, from: 2026-03-02, until: 2026-03-01}", "ends before it begins"),
    "not a switch": ("{hide: 1, enabled: perhaps}", "true or false"),
    "rewriting nothing": ("{rewrite: tv}", "there is nothing to rewrite"),
    "rewriting to signs": ("{when: \"query is 'tv'\", rewrite: '!'}", "'!' has no word"),
    "a list for a text": ("{redirect: [a]}", "must be a text"),
}


@pytest.mark.parametrize(("rule", "message"), FAULTS.values(), ids=FAULTS)
def test_faults_name_the_line(rule: str, message: str) -> None:
    """File and line, and what is wrong there; also where the rule is not in use."""
    with pytest.raises(DefinitionError) as caught:
        read(f"rules:\n  - {{hide: 1}}\n  - {rule}")
    assert caught.value.where == f"{FILE}:3"
    assert message in str(caught.value)


def test_files_of_another_form_are_refused() -> None:
    """A list at the top, an unknown key, rules that are no list; aliases, which may be a bomb."""
    for text, message in (
        ("- hide: 1", "must be a mapping"),
        ("rule: []", "did you mean 'rules'?"),
        ("rules: {hide: 1}", "must be a list"),
        ("rules: [{hide: &a [1, 2]}, {hide: *a}]", r"an alias \(\*a\)"),
        ("rules: [", "not valid YAML"),
        ("rules:\n- {hide: \x0c}", "yaml:2: not valid YAML"),
        ('rules:\n- {hide: "\\ud83d"}', "yaml:2: not valid YAML: an escape that is half"),
        ('rules:\n- {"\\ud83d\\ude00": 1}', "yaml:2: not valid YAML: an escape that is half"),
        (f"rules: [{'{hide: 1}, ' * 1001}]", "more than 1000"),
        ("rules:\n" + "\n".join(f"- {{name: r{n}, hide: {IDS}}}" for n in range(51)), "10000 ids"),
        ("x" * 1_048_577, "bytes"),
    ):
        with pytest.raises(DefinitionError, match=message):
            read(text)


PIECES = [
    "rules:", "\n", "\n- ", "  ", "{", "}", "[", "]", ", ", ": ", "'", '"', "&a ", "*a", "!!set ",
    "!!int ", "=", "<<", "? ", "|", "\x0c", "\ud800", "\x85", "0001-01-01T00:00:00+09:99", "1_0",
    "when", "pin", "hide", "boost", "filter", "rewrite", "redirect", "from", "query is 'a'",
]  # fmt: skip


@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text breaks the reader."""
    try:
        read(text)
    except (DefinitionError, CheckFailed) as error:
        assert str(error)


def test_every_fault_is_told_at_once() -> None:
    """And two rules of one name are a fault, since answers tell rules by name."""
    with pytest.raises(CheckFailed) as caught:
        read("rules:\n- {hid: 1}\n- {name: a, hide: 1}\n- {name: a, hide: 2}")
    assert len(caught.value.problems) == 2
    assert "the rule on line 3 is 'a' too" in caught.value.problems[1]
