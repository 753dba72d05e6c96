"""mapping.yaml: what it may say, and how its faults are pointed out."""

import re

import pytest

from searchsvc.definitions.mappings import mapping_files, parse_mapping
from searchsvc.domain.definition import (
    FIRST,
    Boost,
    Cut,
    Decay,
    Field,
    FieldType,
    Groups,
    Ranking,
    Sort,
    Typo,
    Unit,
)
from searchsvc.errors import DefinitionError

MANY_RANKINGS = f"{{default: [], {', '.join(f'r{n}: []' for n in range(20))}}}"
MISSPELT_BOOST = "{default: [{boost: {field: n, by: lgo, weight: 1}}]}"
PRODUCTS = """\
fields:
  name: text^8, suggest, highlight
  brand: keyword^4, facet, suggest
  sku: id^20
  description: text, snippet(30)
  price: number, facet, sort
  in_stock: {type: bool, facet: true}
  sales: number
language: en
typo: {off_for: [sku], min_length: [5, 9]}
ranking:
  default:
    - boost: {field: sales, by: log, weight: 0.3}
    - boost: {when: "in_stock:false", weight: -0.5}
sorts: {cheapest: "price:asc"}
"""


def test_a_whole_mapping() -> None:
    """Every key that a mapping knows ends up in the definition."""
    definition = parse_mapping("products", PRODUCTS)
    assert definition.field("name") == Field(
        "name", FieldType.TEXT, 8.0, suggest=True, highlight=True
    )
    assert definition.field("description") == Field("description", FieldType.TEXT, 1.0, snippet=30)
    assert definition.field("in_stock") == Field("in_stock", FieldType.BOOL, facet=True)
    assert definition.typo == Typo(5, 9, ("sku",))
    assert definition.boosts == (
        Boost("sales", 0.3, by="log"),
        Boost("in_stock", -0.5, equals=False),
    )
    assert definition.sort_named("cheapest") == Sort("price")


@pytest.mark.parametrize(
    ("declared", "fields", "default"),
    [
        ("b", ("b",), "b"),
        ("{of: [b, c]}", ("b", "c"), ""),
        ("{of: [b, c], default: c}", ("b", "c"), "c"),
    ],
)
def test_fields_of_groups(declared: str, fields: tuple[str, ...], default: str) -> None:
    """One that holds for every search, or several of which a search names one."""
    text = f"fields: {{a: text, b: keyword, c: id}}\ngroup_by: {declared}"
    assert parse_mapping("products", text).groups == Groups(fields, default)


def test_a_ranking_has_weights_of_its_own() -> None:
    """In the order of the definition, that of all fields together last; to change them is cheap."""
    text = "fields: {a: text, b: text}\nranking: {default: [], other: [{weights: %s}]}"
    definition = parse_mapping("x", text % '{"*": 0, b: 2.5, a: 0.01}')
    ranking = definition.ranking("other")
    assert ranking is not None
    assert ranking.weights == (("a", 0.01), ("b", 2.5), ("*", 0.0))
    assert ranking.steps == ["a^0.01", "b^2.5", "*^0"]
    other = parse_mapping("x", text % "{a: 3}")
    assert (other.hash != definition.hash, other.stored_form == definition.stored_form) == (
        True,
    ) * 2


@pytest.mark.parametrize(
    ("declared", "worth", "step"),
    [("first", FIRST, "first"), ("0", 0.0, "0"), ("2.5", 2.5, "2.5")],
)
@pytest.mark.parametrize("name", ["default", "other"])
def test_what_all_words_are_worth(name: str, declared: str, worth: float, step: str) -> None:
    """In the default ranking, too; to change it takes no rebuild."""
    text = "fields: {a: text, b: text}\nranking: {default: [], other: []}"
    plain = parse_mapping("x", text)
    definition = parse_mapping("x", text.replace(f"{name}: []", f"{name}: [all_words: {declared}]"))
    ranking = definition.ranking(name)
    assert ranking is not None
    assert (ranking.all_words, ranking.steps) == (worth, [f"all words {step}"])
    assert plain.hash != definition.hash
    assert plain.stored_form == definition.stored_form


def test_several_rankings() -> None:
    """Each by its name, `default` apart; a condition that is no single value stays a filter."""
    definition = parse_mapping(
        "products",
        """
        fields: {a: text, n: number, d: "date, sort"}
        ranking:
          deals: [{boost: {when: "n<5 OR n>9", weight: 2}}, {boost: {field: n, weight: 1}}]
          default: [{boost: {when: "n:3", weight: 1}}]
          plain: []
          fresh: [{decay: {field: d, half_life: 90d, weight: 0.1}}]
        """,
    )
    deals = Boost("", 2.0, when="n<5 OR n>9"), Boost("n", 1.0, by="value")
    assert definition.boosts == (Boost("n", 1.0, equals=3.0),)
    fresh = Decay("d", 90 * 86_400.0, 0.1)
    assert definition.rankings == (
        Ranking("deals", deals), Ranking("plain"), Ranking("fresh", (), (fresh,)),
    )  # fmt: skip
    assert [str(boost) for boost in deals] == ["+2 n<5 OR n>9", "+1 value(n)"]
    assert str(fresh) == "+0.1 recent(d, 7.776e+06 s)"


DECAYS = {
    "{field: d, half_life: 90d}": "weight must be a number between 0 and 100",
    "{field: d, half_life: 90d, weight: -1}": "weight must be a number between 0 and 100",
    "{field: d, weight: 1}": "'half_life' is missing",
    "{half_life: 90d, weight: 1}": "'field' is missing",
    "{field: a, half_life: 90d, weight: 1}": "'a' is not a date",
    "{field: x, half_life: 90d, weight: 1}": "unknown field 'x'",
    "{field: e, half_life: 90d, weight: 1}": "add the flag 'sort'",
    "{field: d, half_life: 90, weight: 1}": "cannot read the time '90'",
    "{field: d, half_life: 0d, weight: 1}": "cannot read the time '0d'",
    "{field: d, half_life: 101y, weight: 1}": "a century at most",
}


@pytest.mark.parametrize(("decay", "message"), DECAYS.items(), ids=DECAYS)
def test_a_bad_decay(decay, message) -> None:
    """Its fault is told with its place."""
    fields = 'fields: {a: text, d: "date, sort", e: date}'
    with pytest.raises(DefinitionError, match=re.escape(message)) as caught:
        parse_mapping("products", f"{fields}\nranking: {{default: [{{decay: {decay}}}]}}")
    assert caught.value.key.startswith("ranking.default[0].decay")


def test_a_half_life_is_a_time() -> None:
    """From seconds to years."""
    for text, seconds in (("30s", 30), ("1.5h", 5400), ("2w", 1_209_600), ("1y", 31_557_600)):
        decay = f"{{field: d, half_life: {text}, weight: 1}}"
        mapping = f"{{default: [{{decay: {decay}}}]}}"
        definition = parse_mapping("x", f"fields: {{a: text, d: 'date, sort'}}\nranking: {mapping}")
        assert definition.decays == (Decay("d", seconds, 1.0),)


@pytest.mark.parametrize(
    ("declared", "separator", "weight"),
    [
        ('path(" > "), facet', " > ", 0.0),
        ('path(",")^4, facet', ",", 4.0),
        ('path( "()" ), facet, sort', "()", 0.0),
        ("{type: path, separator: /, weight: 2, facet: true}", "/", 2.0),
    ],
)
def test_what_separates_the_names_of_a_path(declared, separator, weight) -> None:
    """Whatever stands in double quotes, a comma or a bracket too."""
    field = parse_mapping("products", f"fields:\n  a: text\n  b: {declared}").field("b")
    assert (field.type, field.separator, field.weight) == (FieldType.PATH, separator, weight)
    assert field.facet


@pytest.mark.parametrize(
    ("declared", "cut"),
    [
        ("number, facet(ranges 0 25.5 1e3)", Cut(bounds=(0.0, 25.5, 1000.0))),
        ("{type: number, facet: ranges -5 -0}", Cut(bounds=(-5.0, 0.0))),
        ("number, facet( histogram  0.5 )", Cut(width=0.5)),
        ("date, facet(histogram quarter)", Cut(unit=Unit.QUARTER)),
        ("{type: number, facet: true}", None),
    ],
)
def test_how_a_facet_is_cut(declared: str, cut: Cut | None) -> None:
    """By declared bounds, by steps of one width, or by the calendar; its text reads back."""
    definition = parse_mapping("products", f"fields:\n  a: text\n  b: {declared}")
    field = definition.field("b")
    assert (field.facet, field.cut) == (True, cut)
    if cut:
        again = parse_mapping("products", f"fields:\n  a: text\n  b: {field.type}, facet({cut})")
        assert again == definition


def test_the_hash_follows_the_meaning() -> None:
    """Comments and spacing do not change a definition's hash; a weight does."""
    same = parse_mapping("products", "# a comment\n" + PRODUCTS.replace("text^8,", "text^8 ,"))
    other = parse_mapping("products", PRODUCTS.replace("text^8", "text^9"))
    assert same.hash == parse_mapping("products", PRODUCTS).hash != other.hash


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        ("", 1, "", "'fields' is missing"),
        ("fields: {}", 1, "fields", "at least one field"),
        ("fields:\n  a: text\nfeilds: 1", 3, "feilds", "did you mean 'fields'?"),
        ("fields:\n  a: txt", 2, "fields.a", "did you mean 'text'?"),
        ("fields:\n  a: text, sugest", 2, "fields.a", "did you mean 'suggest'?"),
        ("fields:\n  a: text^x", 2, "fields.a", "cannot read 'text^x'"),
        ("fields:\n  a: text^1.2.3", 2, "fields.a", "is no weight"),
        ("fields:\n  a: text, snippet", 2, "fields.a", "like: snippet(30)"),
        ("fields:\n  a: text, snippet(x)", 2, "fields.a", "whole number"),
        ("fields:\n  a: text, facet", 2, "fields.a", "cannot be a facet"),
        ("fields:\n  a: text, facet(3)", 2, "fields.a", "a facet cannot be '3'"),
        ("fields:\n  a: number, facet(rangs 1)", 2, "fields.a", "did you mean 'ranges'?"),
        ("fields:\n  a: number, facet(ranges)", 2, "fields.a", "ascending order"),
        ("fields:\n  a: number, facet(ranges 1 x)", 2, "fields.a", "ascending order"),
        ("fields:\n  a: number, facet(ranges 2 1)", 2, "fields.a", "ascending order"),
        ("fields:\n  a: number, facet(ranges 1 1)", 2, "fields.a", "ascending order"),
        ("fields:\n  a: number, facet(ranges 1 nan)", 2, "fields.a", "ascending order"),
        ("fields:\n  a: number, facet(histogram)", 2, "fields.a", "width of its steps"),
        ("fields:\n  a: number, facet(histogram -1)", 2, "fields.a", "width of its steps"),
        ("fields:\n  a: number, facet(histogram month)", 2, "fields.a", "width of its steps"),
        ("fields:\n  a: date, facet(histogram mnth)", 2, "fields.a", "did you mean 'month'?"),
        ("fields:\n  a: date, facet(ranges 1 2)", 2, "fields.a", "ranges go with number"),
        ("fields:\n  a: keyword, facet(histogram 1)", 2, "fields.a", "no facet(histogram)"),
        ("fields:\n  a: date, facet", 2, "fields.a", "facet(histogram month)"),
        ("fields:\n  a: path", 2, "fields.a", 'like: path(" > "), facet'),
        ('fields:\n  a: path("")', 2, "fields.a", "1 to 10 characters"),
        ("fields:\n  a: path(3)", 2, "fields.a", "1 to 10 characters"),
        ('fields:\n  a: text(" > ")', 2, "fields.a", "'text' takes no argument"),
        ('fields:\n  a: path(" > "), suggest', 2, "fields.a", "nothing to suggest"),
        ('fields:\n  a: path(" > "), facet(histogram 1)', 2, "fields.a", "no facet(histogram)"),
        ("fields:\n  a: text, snippet(3)^2", 2, "fields.a", "stands behind the type"),
        ("fields:\n  a: geo, facet\n  b: text", 2, "fields.a", "cannot be a facet"),
        ("fields:\n  a: geo, sort\n  b: text", 2, "fields.a", "always sorted by distance"),
        ("fields:\n  a: geo\n  b: text\nsorts: {x: 'a:asc'}", 4, "sorts.x", "use a:near"),
        ("fields:\n  a: number, sort\n  b: text\nsorts: {x: 'a:near'}", 4, "sorts.x", "a:desc"),
        ("fields:\n  a: number^3", 2, "fields.a", "takes no weight"),
        ("fields:\n  a: keyword", 1, "fields", "no field can be searched"),
        ("fields:\n  a: keyword, highlight\n  b: text", 2, "fields.a", "give it a weight"),
        ("fields:\n  a: text, stored", 1, "fields", "no field can be searched"),
        ("fields:\n  a: text, hidden, highlight", 2, "fields.a", "shows in no answer"),
        ("fields:\n  a: text\n  b: number, hidden, sort", 3, "fields.b", "shows in no answer"),
        ("fields:\n  a: text\n  b: keyword, hidden, suggest", 3, "fields.b", "to suggest"),
        ("fields:\n  a b: text", 2, "fields.a b", "cannot be a field's name"),
        ("fields:\n  a: text\n  a: text", 3, "fields.a", "given twice"),
        ("fields:\n  a: 5", 2, "fields.a", "a type with flags"),
        ("fields:\n  a: text\nlanguage: klingon", 3, "language", "unknown language"),
        ("fields:\n  a: text\ntypo: {off_for: [b]}", 3, "typo.off_for", "did you mean|known: a"),
        ("fields:\n  a: text\ntypo: {min_length: [8, 4]}", 3, "typo.min_length", "[4, 8]"),
        ("fields:\n  a: text\nsorts: {x: 'a:asc'}", 3, "sorts.x", "add the flag 'sort'"),
        ("fields:\n  a: text, sort\nsorts: {x: a}", 3, "sorts.x", "use a:asc or a:desc"),
        ("fields:\n  a: text\ngroup_by: b", 3, "group_by", "did you mean|known: a"),
        ("fields:\n  a: text\ngroup_by: a", 3, "group_by", "declare it so: a: keyword"),
        ("fields: {a: text, b: 'keyword, hidden'}\ngroup_by: b", 2, "group_by", "be grouped by"),
        ("fields: {a: text, none: keyword}\ngroup_by: none", 2, "group_by", "be grouped by"),
        ("fields: {a: text, b: keyword}\ngroup_by: {default: b}", 2, "group_by", "as 'of'"),
        ("fields: {a: text, b: keyword}\ngroup_by: {of: []}", 2, "group_by", "as 'of'"),
        (
            "fields: {a: text, b: keyword, c: id}\ngroup_by: {of: [b], default: c}",
            2,
            "group_by.default",
            "'c' is not in 'of'",
        ),
        (
            "fields:\n  a: text\nranking:\n  default:\n    - boost: {field: a, weight: 1}",
            5,
            "ranking.default[0].boost.field",
            "'a' is not a number",
        ),
        (
            "fields:\n  a: text\nranking: {default: [{boost: {when: 'b:1', weight: 1}}]}",
            3,
            "ranking.default[0].boost.when",
            "unknown field 'b'",
        ),
        (
            f"fields: {{a: text, n: number}}\nranking: {MISSPELT_BOOST}",
            2,
            "ranking.default[0].boost.by",
            "did you mean 'log'?",
        ),
        ("fields: {a: text}\nranking: {best: []}", 2, "ranking", "'default' is missing"),
        (
            "fields: {a: text}\nranking: {default: [{weights: {a: 2}}]}",
            2,
            "ranking.default",
            "give the fields their weights",
        ),
        (
            "fields: {a: text}\nranking: {default: [], b: [{weights: {a: 0}}]}",
            2,
            "ranking.b[0].weights.a",
            "a number from 0.01 to 1000",
        ),
        (
            "fields: {a: text}\nranking: {default: [], b: [{weights: {aa: 1}}]}",
            2,
            "ranking.b[0].weights.aa",
            "did you mean 'a'",
        ),
        (
            "fields: {a: text, n: number}\nranking: {default: [], b: [{weights: {n: 1}}]}",
            2,
            "ranking.b[0].weights.n",
            "is not searched",
        ),
        (
            "fields: {a: text}\nranking: {default: [], b: [{weights: {}}]}",
            2,
            "ranking.b[0].weights",
            "must name fields",
        ),
        (
            "fields: {a: text}\nranking: {default: [], b: [{weights: {a: 1}}, {weights: {a: 2}}]}",
            2,
            "ranking.b",
            "put all into one step",
        ),
        *(
            (
                f"fields: {{a: text}}\nranking: {{default: [all_words: {worth}]}}",
                2,
                "ranking.default[0].all_words",
                "'first' or a number from 0 to 1000",
            )
            for worth in ("last", "-1", "1001", "true", ".nan", "[]")
        ),
        (
            "fields: {a: text}\nranking: {default: [all_words: 1, all_words: first]}",
            2,
            "ranking.default",
            "'all_words' is said twice",
        ),
        ("fields: {a: text}\nranking: {default: {}}", 2, "ranking.default", "a list of boosts"),
        (
            "fields: {a: text}\nranking: {default: [], a-b: []}",
            2,
            "ranking.a-b",
            "cannot be a ranking's name",
        ),
        (
            "fields: {a: text}\nranking: {default: [{boost: {when: '', weight: 1}}]}",
            2,
            "ranking.default[0].boost.when",
            "must be a filter",
        ),
        (
            f"fields: {{a: text}}\nranking: {MANY_RANKINGS}",
            2,
            "ranking",
            "more than 20 rankings",
        ),
        ("fields:\n  a: text\n\tb: text", 3, "", "not valid YAML"),
        ("fields: &x\n  a: *x", 1, "", "anchor contains itself|must be a type"),
        ("fields: [text]", 1, "fields", "at least one field"),
        ("[]", 1, "", "must be a mapping"),
    ],
)
def test_faults_name_file_line_and_key(text: str, line: int, key: str, words: str) -> None:
    """A bad mapping ends with its file, line, key, and what to write instead."""
    with pytest.raises(DefinitionError) as caught:
        parse_mapping("products", text)
    assert caught.value.file.endswith("products/mapping.yaml")
    if key:
        assert (caught.value.line, caught.value.key) == (line, key)
    assert any(part in str(caught.value) for part in words.split("|"))


def test_index_names_are_checked(tmp_path) -> None:
    """A folder that cannot be an index is refused by name; a missing folder says how to begin."""
    (tmp_path / "Bad-Name").mkdir()
    (tmp_path / "Bad-Name" / "mapping.yaml").write_text("fields: {a: text}")
    with pytest.raises(DefinitionError, match="'Bad-Name' cannot be an index's name"):
        mapping_files(tmp_path)
    with pytest.raises(DefinitionError, match="searchsvc init"):
        mapping_files(tmp_path / "absent")
