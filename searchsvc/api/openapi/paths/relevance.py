"""What people judged of hits, and how good answers are by it."""

from collections.abc import Sequence
from typing import Any

from searchsvc.api.openapi.operation import (
    INDEX,
    Paths,
    answer,
    asked,
    in_path,
    operation,
    problems,
    query,
    request_body,
)
from searchsvc.api.openapi.schema import reference
from searchsvc.api.openapi.schemas.parameters import body_schema
from searchsvc.api.openapi.schemas.relevance import JUDGMENTS_BODY
from searchsvc.api.parameters import (
    COMPARE_PARAMETERS,
    EVALUATE_PARAMETERS,
    EVALUATIONS_PARAMETERS,
    EXPLAIN_AND_WHY_PARAMETERS,
    JUDGMENT_PARAMETERS,
    TUNE_PARAMETERS,
)
from searchsvc.api.request import JUDGMENT_TYPES, MAX_TEXT
from searchsvc.relevance.importing import SET_NAME
from searchsvc.search.parameters import Parameter

_SET = in_path("set", "The name of a set of judgments.", pattern=f"^{SET_NAME}$")


def _sets() -> dict[str, Any]:
    summary = "The judgments of an index, by set"
    return {
        "parameters": [INDEX],
        "get": operation("judgmentSets", summary, "JudgmentSets", (404, 503)),
    }


def _judgments() -> dict[str, Any]:
    """A set's judgments travel in any format that is known; it is detected."""
    get = query("judgments", "What people judged of hits", "Judgments", JUDGMENT_PARAMETERS)
    put = operation("judgmentsByBody", "Add judgments, or mend them", "JudgmentCounts", ())
    text = {"type": "string", "maxLength": MAX_TEXT}
    content: dict[str, Any] = {one: {"schema": text} for one in JUDGMENT_TYPES}
    content["application/json"] = {"schema": JUDGMENTS_BODY}
    put["requestBody"] = {"required": True, "content": content}
    put["responses"].update(problems((403, 404, 408, 413, 415, 422, 503)))
    return {"parameters": [INDEX, _SET], "get": get, "put": put}


def _explain() -> dict[str, Any]:
    summary = "What the score of a hit is made of, and what lets it pass another"
    return asked("explain", summary, "Explanation", EXPLAIN_AND_WHY_PARAMETERS, ())


def _work(name: str, summary: str, parameters: Sequence[Parameter]) -> dict[str, Any]:
    """What takes long: a run to follow."""
    post = operation(name, summary, "RunBegun", (404, 409))
    begun = post["responses"].pop("200")
    location = {"description": "The run.", "schema": {"type": "string"}, "required": True}
    begun["description"] = "A run has begun, or waits for others."
    begun["headers"] = {**begun["headers"], "Location": location}
    post["responses"]["202"] = begun
    post["requestBody"] = request_body(body_schema(parameters))
    post["responses"].update(problems((408, 413, 415, 503)))
    return {"post": post}


def _evaluate() -> dict[str, Any]:
    summary = "Evaluate a ranking by judged queries"
    return _work("evaluate", summary, EVALUATE_PARAMETERS)


def _compare() -> dict[str, Any]:
    item = _work("compare", "Tell whether one ranking is better", COMPARE_PARAMETERS)
    at_once = answer("Of evaluations that are kept: at once.", reference("Comparisons"))
    item["post"]["responses"]["200"] = at_once
    return item


def _tune() -> dict[str, Any]:
    summary = "Find weights of fields by judged queries; they are written nowhere"
    return _work("tune", summary, TUNE_PARAMETERS)


def _evaluations() -> dict[str, Any]:
    summary = "The evaluations of an index, newest first"
    return {"get": query("evaluations", summary, "Evaluations", EVALUATIONS_PARAMETERS)}


def _evaluation() -> dict[str, Any]:
    id = in_path("id", "The id of an evaluation, or how it begins.")
    summary = "An evaluation, with what each query found"
    return {"parameters": [id], "get": operation("evaluation", summary, "Evaluation", (404, 503))}


RELEVANCE_PATHS: Paths = {
    "/v1/relevance/explain": _explain,
    "/v1/relevance/evaluate": _evaluate,
    "/v1/relevance/compare": _compare,
    "/v1/relevance/tune": _tune,
    "/v1/relevance/evaluations": _evaluations,
    "/v1/relevance/evaluations/{id}": _evaluation,
    "/v1/indexes/{index}/judgments": _sets,
    "/v1/indexes/{index}/judgments/{set}": _judgments,
}
