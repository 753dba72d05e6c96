"""A text becomes a plan by pure steps, whatever was typed; each step can be told."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.definition import Typo
from searchsvc.domain.query import PlanStep, Term
from searchsvc.search.explain import explained
from searchsvc.search.planner import MAX_TERMS, STEPS, Asked, plan
from searchsvc.search.words import normalise, words

# Texts as people type them, and as nobody does: any character, words that come again, long ones.
TEXTS = st.text() | st.lists(
    st.text(st.characters(), max_size=5)
    | st.sampled_from(["wi-fi", "phone", "x" * 300, "İ", "\0"]),
    max_size=60,
).map(" ".join)
HOSTILE = {
    "NUL": "a\0b",
    "a lone surrogate": "\ud83d phone",
    "right to left": "\u202eهاتف محمول\u202c",
    "emoji": "📱👩‍👩‍👧 phone",
    "zero width": "pho\u200bne \u200d",
    "one megabyte": "phone " * 175_000,
    "one word of a megabyte": "x" * 2**20,
    "a megabyte of accents": "e" + "\u0301" * 500_000,
}  # fmt: skip


def asked(text: str) -> Asked:
    """A question under the default limits of typos."""
    return Asked(text, Typo())


@given(TEXTS)
def test_any_text_makes_a_plan_and_the_same_one_each_time(text: str) -> None:
    """At most 32 terms, each of them a word of the text; what is left out is told."""
    made = plan(asked(text))
    assert made == plan(asked(text))
    assert len(made.terms) <= MAX_TERMS
    looked_up = [term.text for term in made.terms]
    assert len(set(looked_up)) == len(looked_up)
    assert set(looked_up) | set(made.ignored) == set(words(text))
    assert not set(looked_up) & set(made.ignored)
    assert not any(term.prefix for term in made.terms if term.text != made.words[-1])


@given(TEXTS)
def test_a_normalised_text_is_normal(text: str) -> None:
    """To normalise it once more, or to plan it, changes nothing."""
    normal = normalise(text)
    assert normalise(normal) == normal
    assert plan(asked(normal)).terms == plan(asked(text)).terms


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_planned_and_explained(text: str) -> None:
    """Neither its length nor its characters break a step, or what is told of it."""
    made, steps = explained(asked(text))
    assert made == plan(asked(text))
    assert json.dumps([step.changes for step in steps]).encode()


@given(TEXTS)
def test_the_steps_that_are_told_lead_to_the_plan(text: str) -> None:
    """Every step is there, in order; laid over each other, the changes are the plan."""
    made, steps = explained(asked(text))
    assert made == plan(asked(text))
    assert [step.name for step in steps] == list(STEPS)
    members = {name: value for step in steps for name, value in step.changes.items()}
    assert members.get("ignored", []) == list(made.ignored)
    assert [term["text"] for term in members.get("terms", [])] == [t.text for t in made.terms]


def test_steps_tell_what_they_changed() -> None:
    """Members as they are after the step, and none that it left alone."""
    _, steps = explained(asked("Thred ﬁle"))
    assert steps == (
        PlanStep("words", {"text": "Thred file", "words": ["thred", "file"], "unfinished": True}),
        PlanStep("rules", {}),
        PlanStep(
            "terms",
            {
                "terms": [
                    {"text": "thred", "typos": 1, "prefix": False, "optional": False},
                    {"text": "file", "typos": 1, "prefix": True, "optional": False},
                ]
            },
        ),
        PlanStep("stop words", {}),
        PlanStep("synonyms", {}),
    )


def test_letters_that_case_folding_parts_stay_in_their_word() -> None:
    """A dotted capital I folds into two characters, the second of which is no letter."""
    assert plan(asked("İstanbul")).terms == (Term("i̇stanbul", typos=2, prefix=True),)
