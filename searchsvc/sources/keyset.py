"""The SQL of one page: rows after a key, in the form that every database answers from its index.

`a >= x AND (a > x OR b > y)` reads a range; `(a, b) > (x, y)` and OFFSET read from the start.
"""

from collections.abc import Sequence


def derived(sql: str, alias: str = "q") -> str:
    """A user's statement as a table to select from."""
    return f"(\n{sql}\n) AS {alias}"


def after(columns: Sequence[str], prefix: str = "after") -> str:
    """The condition for rows behind the key `:prefix_0, :prefix_1 …`; `columns` are quoted."""
    condition = ""
    for position in reversed(range(len(columns))):
        column, value = columns[position], f":{prefix}_{position}"
        if condition:
            condition = f"{column} >= {value} AND ({column} > {value} OR ({condition}))"
        else:
            condition = f"{column} > {value}"
    return condition


def named(values: Sequence[object], prefix: str = "after") -> dict[str, object]:
    """The values of an `after` condition by parameter."""
    return {f"{prefix}_{position}": value for position, value in enumerate(values)}


def one_of(columns: Sequence[str], count: int) -> str:
    """The condition for rows with one of `count` keys, `:key_<n>_<part>` each.

    An OR of equalities, which every planner turns into index look-ups; row values are not.
    """
    keys = (
        " AND ".join(f"{column} = :key_{n}_{part}" for part, column in enumerate(columns))
        for n in range(count)
    )
    return " OR ".join(f"({key})" for key in keys)
