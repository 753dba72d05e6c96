"""A person typing: suggestions at nearly every key, a search at the end."""

from locust import task

from journeys.keys import typed
from journeys.person import Person


class TypingUser(Person):
    """Types a query with pauses; some stop half way, and take the whole of it as suggested."""

    weight = 3

    @task
    def type_and_search(self):
        """One query from the first key to the answer."""
        query = self.queries.draw()
        for text in typed(query):
            self.ask("suggest", q=text)
            self.pause(0.18)
        self.ask("search", q=query, facets="*")
        self.pause(2.0)
