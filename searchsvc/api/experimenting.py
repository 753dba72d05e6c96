"""Decides which searches are served by two rankings, as an experiment compares them."""

from collections.abc import Callable, Mapping

from searchsvc.api.request import ApiRequest
from searchsvc.domain.experiment import Experiment
from searchsvc.search.drafting import Draft, draft_of
from searchsvc.telemetry.searches import SearchLog, loggable


class Experimenting:
    """Drafts for searches of indexes on which an experiment is `running`.

    Only for those that `searches` remembers, since nothing could be told of others.
    """

    def __init__(
        self,
        running: Callable[[str], Experiment | None],
        searches: SearchLog | None,
        client_header: str,
    ) -> None:
        self._running = running
        self._searches = searches
        self._client_header = client_header

    def draft(self, req: ApiRequest, index: str, given: Mapping[str, object]) -> Draft | None:
        """How two rankings are drafted for this search; None for one that has its ranking.

        Who names a ranking gets it, and who asks for an explanation gets one of what is explained.
        """
        if self._searches is None or (experiment := self._running(index)) is None:
            return None
        if not req.is_remembered or given.get("ranking") or _explains(given):
            return None
        text, address = given.get("q"), req.client(self._client_header)
        text = loggable(text) if isinstance(text, str) else ""
        if not text or not address:
            return None
        return draft_of(experiment, self._searches.client(address), text)


def _explains(given: Mapping[str, object]) -> bool:
    return given.get("explain", "false") not in (False, "false")
