"""A person refining: a search, a facet value or two, another page, another order."""

import random

from locust import task

from journeys.person import Person


class FacetUser(Person):
    """Narrows a query down by facet values and looks at more than the first page."""

    weight = 1

    @task
    def refine(self):
        """One query, refined until enough has been seen."""
        query = self.draw_query()
        answer = self.ask("search", q=query, facets="*")
        self.pause(1.5)
        chosen = []
        for _ in range(random.choice((1, 2))):
            value = self._pick(answer)
            if value is None:
                break
            chosen.append(value)
            answer = self.ask("search", q=query, facets="*", filter=" AND ".join(chosen))
            self.pause(1.5)
        if answer and answer["total"]["value"] > answer["per_page"]:
            self.ask("search", q=query, facets="*", filter=" AND ".join(chosen), page=2)
            self.pause(1.5)

    def _pick(self, answer):
        """A condition on one of the values that the answer counts."""
        facets = (answer or {}).get("facets") or {}
        options = [
            (field, bucket["value"])
            for field, facet in facets.items()
            for bucket in facet["values"]
        ]
        if not options:
            return None
        field, value = random.choice(options)
        if isinstance(value, str):
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'{field}:"{escaped}"'
        return f"{field}:{str(value).lower()}"
