"""What Elastic's Search UI posts."""

from typing import Any

from searchsvc.api.openapi.operation import Paths, posted
from searchsvc.api.openapi.schemas.search_ui import COMPLETION_BODY, SEARCH_BODY


def _ui_search() -> dict[str, Any]:
    return posted("uiSearch", "Search, as Elastic's Search UI asks", "UiSearchState", SEARCH_BODY)


def _ui_autocomplete() -> dict[str, Any]:
    summary = "Hits and suggestions while one types, as Search UI asks"
    return posted("uiAutocomplete", summary, "UiCompletions", COMPLETION_BODY)


UI_PATHS: Paths = {
    "/v1/indexes/{index}/ui/search": _ui_search,
    "/v1/indexes/{index}/ui/autocomplete": _ui_autocomplete,
}
