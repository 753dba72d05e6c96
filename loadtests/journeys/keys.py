"""What stands in a search box while a query is typed."""

import random

_STOPS = 0.03


def typed(query, chance=random):
    """The text each time the debounce of a page would ask, up to the whole query.

    One to three keys fall between two of them; some people stop at one of them.
    """
    at = 0
    while at < len(query):
        at += chance.choice((1, 1, 2, 3))
        yield query[:at]
        if chance.random() < _STOPS:
            return
