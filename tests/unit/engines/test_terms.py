"""What a typed word stands for, and where that is marked."""

import pytest

from searchsvc.domain.definition import Field, FieldType, IndexDefinition, Typo
from searchsvc.domain.query import Term
from searchsvc.engines.analysis import stemmer
from searchsvc.engines.marks import Highlighter, Needles, find
from searchsvc.engines.terms import Letter, evened, rarity, understand, words_for

NAME, SKU = Field("name", FieldType.TEXT, 1.0, highlight=True), Field("sku", FieldType.ID, 1.0)
DEFINITION = IndexDefinition("i", (NAME, SKU), typo=Typo(off_for=("other",)))
WORDS = {"run": 5, "runs": 2, "running": 1, "runner": 3, "rum": 9, "python": 4}


class Words:
    """A vocabulary of WORDS."""

    def letter(self, first: str) -> Letter:
        """The words that begin with `first`."""
        return Letter([{w: n for w, n in WORDS.items() if w[0] == first}], [stemmer("en")])


def stands_for(term: Term, field: Field = NAME) -> dict[str, float]:
    """The words of one term in one field, the best first."""
    (group,) = understand([term], Words())
    found = words_for(field, group.expansion, DEFINITION)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def test_a_word_stands_for_itself_and_its_inflections() -> None:
    """The word as typed weighs most."""
    found = stands_for(Term("runs"))
    assert next(iter(found)) == "runs"
    assert found.keys() == {"run", "runs", "running"}


def test_an_unfinished_word_stands_for_completions() -> None:
    """They weigh less than inflections, those less than the word."""
    found = stands_for(Term("run", prefix=True))
    assert found["run"] > found["runs"] > found["runner"]


def test_corrections_weigh_least_and_never_count_in_ids() -> None:
    """An id is looked up as typed alone."""
    found = stands_for(Term("ryn", 1))
    assert found["ryn"] == 1.0
    assert 0 < found["run"] < 0.6
    assert stands_for(Term("ryn", 1, prefix=True), SKU) == {"ryn": 1.0}


def test_terms_without_words_are_left_out() -> None:
    """Punctuation asks for nothing; several words are a phrase."""
    first, second = understand([Term("?"), Term("a-b"), Term("c")], Words())
    assert (first.phrase, first.expansion) == (("a", "b"), None)
    assert second.phrase == ("c",)


def test_an_expansion_is_worked_out_once() -> None:
    """The same term on the same words costs nothing the second time."""
    words = Words().letter("r")

    class Once:
        def letter(self, first: str) -> Letter:
            return words if first == "r" else Letter([], [list])

    (one,), (two,) = (understand([Term("run", 1)], Once()) for _ in range(2))
    assert one.expansion is two.expansion


def test_weights_are_evened_by_rarity() -> None:
    """A rare variant scores as the commonest one; absent words are left out."""
    weights = evened({"list": 1.0, "lists": 0.9, "gone": 0.9}, {"list": 100, "lists": 2}, 1000)
    assert weights["list"] == 1.0
    scores = {
        word: w * rarity({"list": 100, "lists": 2}[word], 1000) for word, w in weights.items()
    }
    assert scores["lists"] == pytest.approx(0.9 * scores["list"])
    assert "gone" not in weights


@pytest.mark.parametrize(
    ("text", "wanted", "marked"),
    [
        ("The Runner runs.", Needles(frozenset({"runs"})), ["runs"]),
        ("rerun run_run", Needles(frozenset({"run"})), ["run", "run"]),
        ("Running, rerunning", Needles(frozenset(), ("run",)), ["Running"]),
        ("École Übergröße", Needles(frozenset({"ecole"}), ("uber",)), ["École", "Übergröße"]),
        ("straße", Needles(frozenset({"strasse"})), ["straße"]),
        ("", Needles(frozenset({"run"})), []),
    ],
)
def test_words_are_found_where_they_stand(text, wanted, marked) -> None:
    """Whole words, folded as the index folds them, at offsets of the text itself."""
    assert [text[a:b] for a, b in sorted(find(text, wanted))] == marked


def test_highlights_leave_hidden_and_unmatched_fields_out() -> None:
    """Only what is shown and matched is marked, values of a list as one text."""
    hidden = Field("secret", FieldType.TEXT, 1.0, highlight=True, hidden=True)
    definition = IndexDefinition("i", (NAME, hidden))
    marks = Highlighter(definition, understand([Term("run")], Words()), None)
    assert marks.of({"name": ["a run", None, "x"], "secret": "run"}) == {
        "name": "a <mark>run</mark>, x"
    }
    assert marks.of({"name": "nothing"}) == {}
    assert not Highlighter(definition, (), ("other",))
