"""POST /v1/events: what people did with the hits of their searches."""

import falcon
import falcon.asgi

from searchsvc.analytics.ubi import read_events
from searchsvc.api.answers import send_json
from searchsvc.api.request import MAX_EVENTS, ApiRequest
from searchsvc.api.told import Told


class Events:
    """A batch of events in UBI 1.3: all of them can be used, or none is taken."""

    def __init__(self, told: Told) -> None:
        self._told = told

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """How many were taken; nobody waits until they are written."""
        events = read_events(await req.any_body(MAX_EVENTS))
        req.stages.lap("parse")
        taken = self._told.take(req, events)
        resp.status = falcon.HTTP_202
        send_json(resp, {"taken": taken, "dropped": len(events) - taken})
