"""A person refining: a search, a facet value or two, another page."""

import random

from locust import task

from journeys.conditions import pick
from journeys.person import Person


class FacetUser(Person):
    """Narrows a query down by facet values and looks at more than the first page."""

    weight = 1

    @task
    def refine(self):
        """One query, refined until enough has been seen."""
        query = self.queries.draw()
        answer = self.ask("search", q=query, facets="*")
        self.pause(1.5)
        chosen = []
        for _ in range(random.choice((1, 2))):
            condition = pick(answer)
            if condition is None:
                break
            chosen.append(condition)
            answer = self.ask("search", q=query, facets="*", filter=" AND ".join(chosen))
            self.pause(1.5)
        if answer and answer["total"]["value"] > answer["per_page"]:
            self.ask("search", q=query, facets="*", filter=" AND ".join(chosen), page=2)
            self.pause(1.5)
