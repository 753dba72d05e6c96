"""A person typing: suggestions at nearly every key, a search at the end."""

import random

from locust import task

from journeys.person import Person


class TypingUser(Person):
    """Types a query with pauses; some give up half way, some pick what is suggested."""

    weight = 3

    @task
    def type_and_search(self):
        """One query from the first key to the answer."""
        query = self.draw_query()
        for typed in self._keys(query):
            self.ask("suggest", q=typed)
            self.pause(0.18)
        self.ask("search", q=query, facets="*")
        self.pause(2.0)

    def _keys(self, query):
        """What stands in the box each time the debounce of a page would ask."""
        at = 0
        while at < len(query):
            at += random.choice((1, 1, 2, 3))
            yield query[:at]
            if random.random() < 0.03:
                return
