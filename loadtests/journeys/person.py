"""What both journeys share: an index, queries, and requests whose stages are reported apart."""

import random
import re

import gevent
from locust import FastHttpUser

from journeys.queries import Queries

_STAGE = re.compile(r"(\w+);dur=([\d.]+)")


class Person(FastHttpUser):
    """Someone at a search box."""

    abstract = True
    _queries = None

    def on_start(self):
        """Read the queries once for all users."""
        options = self.environment.parsed_options
        self.index = options.index
        if Person._queries is None:
            Person._queries = Queries(options.index, options.queries)

    def ask(self, route, **parameters):
        """The JSON answer of `/v1/indexes/{index}/{route}`, None when it failed."""
        path = f"/v1/indexes/{self.index}/{route}"
        with self.client.get(path, params=parameters, name=route, catch_response=True) as answer:
            if answer.status_code != 200:
                answer.failure(f"status {answer.status_code}")
                return None
            self._report_stages(route, answer.headers.get("Server-Timing", ""))
            return answer.json()

    def draw_query(self):
        """What this person looks for next."""
        return Person._queries.draw()

    def pause(self, seconds):
        """Wait about that long, never exactly."""
        gevent.sleep(max(0.02, random.gauss(seconds, seconds / 4)))

    def _report_stages(self, route, server_timing):
        for stage, milliseconds in _STAGE.findall(server_timing):
            self.environment.events.request.fire(
                request_type="STAGE",
                name=f"{route} {stage}",
                response_time=float(milliseconds),
                response_length=0,
                exception=None,
                context={},
            )
