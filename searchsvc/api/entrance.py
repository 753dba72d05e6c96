"""Where the server hands a request to Falcon: what would fail before any handler is caught here."""

from typing import Any

import falcon
import falcon.asgi

from searchsvc.api.request import MAX_URL, ApiRequest
from searchsvc.errors import RequestError

_REFUSED = "searchsvc.refused"
_FIRST_EVENT = {"type": "http.request", "body": b"", "more_body": True}


class Entrance(falcon.asgi.App[ApiRequest, falcon.asgi.Response]):
    """Falcon's app, which by itself decodes a bad query string, and waits for a body, unguarded.

    Falcon awaits the first bytes of a body before it calls anything of ours. It is told that they
    are still to come, so that only who wants the body waits for it, and under a deadline.
    """

    async def __call__(  # type: ignore[override]  # Falcon's own says the same of its WSGI parent
        self, scope: dict[str, Any], receive: Any, send: Any
    ) -> None:
        if scope["type"] == "http":
            scope, receive = _admitted(scope), _late_body(receive)
        await super().__call__(scope, receive, send)


def refuse(req: ApiRequest) -> None:
    """Raise the error with which the entrance marked this request, if it did."""
    error = req.scope.get(_REFUSED)
    if error is not None:
        raise error


def _admitted(scope: dict[str, Any]) -> dict[str, Any]:
    """The scope, or one without its query string that carries the reason to refuse it."""
    query = scope["query_string"]
    if len(query) + len(scope.get("raw_path") or scope["path"]) > MAX_URL:
        error: Exception = falcon.HTTPUriTooLong(description=f"a URL may have {MAX_URL} bytes")
    elif not query.isascii():
        hint = "percent-encode it as UTF-8"
        error = RequestError("the query string is not ASCII", param="query string", hint=hint)
    else:
        return scope
    return {**scope, "query_string": b"", _REFUSED: error}


def _late_body(receive: Any) -> Any:
    """`receive` after one event that says: the body is still to come."""
    first = True

    async def receive_late() -> Any:
        nonlocal first
        if first:
            first = False
            return _FIRST_EVENT
        return await receive()

    return receive_late
