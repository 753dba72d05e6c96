"""Chooses among the facet values of an answer, and writes the choice as a filter."""

import random


def pick(answer, chance=random):
    """A condition on one of the values that the answer counts, None when it counts none."""
    facets = (answer or {}).get("facets") or {}
    options = [
        (field, bucket["value"]) for field, facet in facets.items() for bucket in facet["values"]
    ]
    return condition(*chance.choice(options)) if options else None


def condition(field, value):
    """`field:value` as the filter language writes it; text in quotes, whatever is in it."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{field}:"{escaped}"'
    return f"{field}:{str(value).lower()}"
