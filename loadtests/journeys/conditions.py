"""Chooses among what the facets of an answer count, and writes the choice as a filter."""

import random


def pick(answer, chance=random):
    """A condition on a value, place or range that the answer counts; None when it counts none."""
    facets = (answer or {}).get("facets") or {}
    options = [one for field, facet in facets.items() for one in conditions(field, facet)]
    return chance.choice(options) if options else None


def conditions(field, facet):
    """Everything of one facet that may be chosen."""
    levels = facet.get("levels", ())
    values = [*facet.get("values", ()), *(one for level in levels for one in level["values"])]
    yield from (condition(field, one["value"]) for one in values)
    yield from (within(field, one) for one in facet.get("ranges", ()) if one["count"])


def condition(field, value):
    """`field:value` as the filter language writes it."""
    return f"{field}:{written(value)}"


def within(field, one):
    """`field>=from AND field<to`, less the side that is open."""
    low = [] if one["from"] is None else [f"{field}>={written(one['from'])}"]
    high = [] if one["to"] is None else [f"{field}<{written(one['to'])}"]
    return " AND ".join([*low, *high]) or f"{field} EXISTS"


def written(value):
    """A value as the filter language writes it; text in quotes, whatever is in it."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value).lower()
