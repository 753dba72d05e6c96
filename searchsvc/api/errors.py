"""Turns every error into problem+json: the one table of error class, status and title."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import falcon
import falcon.asgi
import orjson

from searchsvc.api.algolia_problems import ROOT as ALGOLIA
from searchsvc.api.algolia_problems import algolia_problem
from searchsvc.api.answers import JSON
from searchsvc.api.request import ApiRequest
from searchsvc.errors import (
    BadKey,
    BodyError,
    CursorExpired,
    DependencyError,
    EditingOff,
    EngineError,
    EngineTimeout,
    EngineUnreachable,
    ExperimentRuns,
    FileChanged,
    FileRefused,
    FilterError,
    JudgmentsRefused,
    KeyExpired,
    KeyForbids,
    NoKey,
    NotServing,
    OriginForbids,
    QueueFull,
    RateLimited,
    RequestError,
    SearchsvcError,
    StateError,
    TooCostly,
    UnknownDocument,
    UnknownEvaluation,
    UnknownExperiment,
    UnknownIndex,
    UnknownParameter,
    UnknownRun,
    UnknownSet,
    UnknownVersion,
    UnlikeEvaluations,
    UsageError,
)

PROBLEM_JSON = "application/problem+json"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """How an error is answered.

    `message` stands in for the error's own where that would show what is behind the API (hosts,
    statements, paths). `retry_after` is in seconds. `authenticate` says how to send a key.
    """

    status: int
    title: str
    message: str = ""
    retry_after: int | None = None
    authenticate: str = ""


_BEARER = 'Bearer realm="searchsvc"'
PROBLEMS: dict[type[SearchsvcError], Problem] = {
    RequestError: Problem(400, "Bad parameter"),
    UnknownParameter: Problem(400, "Unknown parameter"),
    FilterError: Problem(400, "Bad filter"),
    TooCostly: Problem(400, "Too costly"),
    BodyError: Problem(400, "Bad body"),
    UnknownIndex: Problem(404, "Unknown index"),
    UnknownVersion: Problem(404, "Unknown version"),
    UnknownDocument: Problem(404, "Unknown document"),
    UnknownSet: Problem(404, "Unknown set"),
    UnknownExperiment: Problem(404, "Unknown experiment"),
    ExperimentRuns: Problem(409, "Experiment runs"),
    UnknownEvaluation: Problem(404, "Unknown evaluation"),
    UnknownRun: Problem(404, "Unknown run"),
    UnlikeEvaluations: Problem(409, "Evaluations differ"),
    UsageError: Problem(400, "Cannot be done"),
    CursorExpired: Problem(410, "Cursor expired"),
    NoKey: Problem(401, "No key", authenticate=_BEARER),
    BadKey: Problem(401, "Bad key", authenticate=f'{_BEARER}, error="invalid_token"'),
    KeyExpired: Problem(401, "Key expired", authenticate=f'{_BEARER}, error="invalid_token"'),
    KeyForbids: Problem(403, "Key forbids"),
    OriginForbids: Problem(403, "Origin forbids"),
    RateLimited: Problem(429, "Too many requests"),
    QueueFull: Problem(429, "Too many wait"),
    EditingOff: Problem(403, "Editing is off"),
    FileChanged: Problem(412, "File has changed"),
    FileRefused: Problem(422, "File cannot be used"),
    JudgmentsRefused: Problem(422, "Judgments cannot be read"),
    NotServing: Problem(503, "Index not serving", retry_after=5),
    EngineError: Problem(503, "Engine failed", "the engine failed to answer", 1),
    EngineUnreachable: Problem(503, "Engine unreachable", "the engine does not answer", 1),
    EngineTimeout: Problem(503, "Engine too slow", "the engine did not answer in time", 1),
    DependencyError: Problem(503, "Unavailable", "something this service needs is down", 1),
    StateError: Problem(503, "State store unusable", "the state store does not answer", 1),
    SearchsvcError: Problem(500, "Internal error", "an unexpected error; it has been logged"),
}

# Falcon's own errors: status → code and title.
HTTP_PROBLEMS: dict[int, tuple[str, str]] = {
    400: ("bad_request", "Bad request"),
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "Method not allowed"),
    408: ("body_timeout", "Body too slow"),
    413: ("body_too_large", "Body too large"),
    414: ("url_too_long", "URL too long"),
    415: ("unsupported_media_type", "Unsupported media type"),
    500: ("internal", "Internal error"),
}
_HTTP_MESSAGES = {
    400: "the request cannot be understood",
    404: "there is nothing at this path",
    405: "the path does not take this method; the header Allow lists those it takes",
}


def problem_of(kind: type[BaseException]) -> Problem:
    """The table's entry of an error's nearest class; the last one for what is unexpected."""
    for parent in kind.__mro__:
        if parent in PROBLEMS:
            return PROBLEMS[parent]
    return PROBLEMS[SearchsvcError]


def add_error_handlers(app: falcon.asgi.App[ApiRequest, falcon.asgi.Response]) -> None:
    """Give `app` one shape for all errors: ours, Falcon's, and those nobody expected."""
    app.add_error_handler(SearchsvcError, _answer)
    app.add_error_handler(Exception, _answer)
    app.add_error_handler(falcon.HTTPError, _answer_http)


def problem(req: ApiRequest, error: Exception) -> Mapping[str, Any]:
    """The problem object of an error; what is not the caller's fault is logged."""
    found = problem_of(type(error))
    if found.status >= 500:
        _log_failure(req, error)
    ours = error if isinstance(error, SearchsvcError) else SearchsvcError("")
    said = {
        "code": ours.code,
        "message": found.message or ours.message,
        "hint": "" if found.message else ours.hint,
        "param": getattr(error, "param", ""),
        "position": getattr(error, "position", None),
    }
    return _object(req, found.status, found.title, said)


async def _answer(req: ApiRequest, resp: falcon.asgi.Response, error: Exception, _: Any) -> None:
    found = problem_of(type(error))
    retry_after = error.retry_after if isinstance(error, RateLimited) else found.retry_after
    if retry_after is not None:
        resp.set_header("Retry-After", str(retry_after))
    if found.authenticate:
        resp.set_header("WWW-Authenticate", found.authenticate)
    _write(req, resp, problem(req, error))


async def _answer_http(
    req: ApiRequest, resp: falcon.asgi.Response, error: falcon.HTTPError, _: Any
) -> None:
    """The same shape for Falcon's errors, whose headers (Allow) are kept."""
    status = error.status_code
    code, title = HTTP_PROBLEMS.get(status, ("http_error", error.title or "Error"))
    message = _HTTP_MESSAGES.get(status) or error.description or title.lower()
    if error.headers is not None:
        resp.set_headers(error.headers)
    _write(req, resp, _object(req, status, title, {"code": code, "message": message}))


def _object(
    req: ApiRequest, status: int, title: str, said: Mapping[str, object]
) -> Mapping[str, Any]:
    return {
        "type": f"urn:searchsvc:error:{said['code']}",
        "title": title,
        "status": status,
        **{name: value for name, value in said.items() if value not in ("", None)},
        "request_id": req.request_id,
    }


def _write(req: ApiRequest, resp: falcon.asgi.Response, problem: Mapping[str, Any]) -> None:
    is_algolia = req.path.startswith(ALGOLIA)
    said = algolia_problem(problem, req.path) if is_algolia else problem
    resp.status = said["status"]
    resp.data = orjson.dumps(said)
    resp.content_type = JSON if is_algolia else PROBLEM_JSON


def _log_failure(req: ApiRequest, error: Exception) -> None:
    """Everything that the answer leaves out; a traceback only for what is our fault."""
    unexpected = problem_of(type(error)).status == 500
    _log.log(
        logging.ERROR if unexpected else logging.WARNING,
        "%s %s failed: %s",
        req.method,
        req.uri_template or "unmatched",
        error,
        exc_info=error if unexpected else None,
        extra={"request_id": req.request_id},
    )
