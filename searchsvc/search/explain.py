"""Tells how a query was planned: every step, and the members of the plan that it changed."""

from dataclasses import fields, is_dataclass

from searchsvc.domain.query import PlanStep, Stated
from searchsvc.search.planner import STEPS, Asked, Plan

# What the plan is made from is in the request already.
_MEMBERS = tuple(name for name in Plan._fields if name != "asked")


def explained(asked: Asked) -> tuple[Plan, tuple[PlanStep, ...]]:
    """As `planner.plan`, with what each step did."""
    before, steps = Plan(asked, asked.text), []
    for name, step in STEPS.items():
        after = step(before)
        steps.append(PlanStep(name, _changes(before, after)))
        before = after
    return before, tuple(steps)


def _changes(before: Plan, after: Plan) -> dict[str, object]:
    return {
        name: _shown(value)
        for name in _MEMBERS
        if (value := getattr(after, name)) != getattr(before, name)
    }


def _shown(value: object) -> object:
    """A member as JSON shows it; characters that no text holds are replaced."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Stated):
        return value.text
    if isinstance(value, tuple):
        return [_shown(item) for item in value]
    if is_dataclass(value):
        return {field.name: _shown(getattr(value, field.name)) for field in fields(value)}
    return value
