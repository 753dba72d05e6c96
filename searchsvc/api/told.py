"""Takes the events that pages tell into the log, as far as anybody may be tracked."""

from collections.abc import Sequence

from searchsvc.api.request import ApiRequest
from searchsvc.api.services import ApiServices
from searchsvc.telemetry.events import Event
from searchsvc.telemetry.metrics import EVENTS_DROPPED


class Told:
    """The log of events for the routes that take them."""

    def __init__(self, services: ApiServices) -> None:
        self._events = services.events
        self._latency = services.latency
        self._client_header = services.client_header

    def take(self, req: ApiRequest, events: Sequence[Event]) -> int:
        """How many are taken: none where none are kept, or whoever tells is not to be tracked.

        Raises KeyForbids for an event of an index that is out of reach.
        """
        for event in events:
            if (index := event.get("application")) is not None:
                req.grant.require_index(str(index))
        if self._events is None or req.is_private:
            return 0
        taken = self._events.add(events, req.client(self._client_header))
        dropped = self._events.take_dropped()
        if dropped:
            self._latency.count(EVENTS_DROPPED, by=dropped)
        return taken
