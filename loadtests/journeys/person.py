"""What both journeys share: an index, queries, and requests whose stages are reported apart."""

import random

import gevent
from locust import FastHttpUser

from journeys.answers import failure, stages


class Person(FastHttpUser):
    """Someone at a search box; `queries` are set before the first one comes."""

    abstract = True
    host = "http://127.0.0.1:8000"
    queries = None

    def ask(self, route, **parameters):
        """The JSON answer of `/v1/indexes/{index}/{route}`, None when it failed."""
        path = f"/v1/indexes/{self.environment.parsed_options.index}/{route}"
        with self.client.get(path, params=parameters, name=route, catch_response=True) as answer:
            if answer.status_code != 200:
                answer.failure(failure(answer.status_code, answer.text, answer.error))
                return None
            self._report_stages(route, answer.headers.get("Server-Timing", ""))
            return answer.json()

    def pause(self, seconds):
        """Wait about that long, never exactly."""
        gevent.sleep(max(0.02, random.gauss(seconds, seconds / 4)))

    def _report_stages(self, route, server_timing):
        for stage, milliseconds in stages(server_timing):
            self.environment.events.request.fire(
                request_type="STAGE",
                name=f"{route} {stage}",
                response_time=milliseconds,
                response_length=0,
                exception=None,
                context={},
            )
