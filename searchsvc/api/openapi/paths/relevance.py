"""What people judged of hits."""

from typing import Any

from searchsvc.api.openapi.operation import INDEX, Paths, in_path, operation, problems, query
from searchsvc.api.openapi.schemas.relevance import JUDGMENTS_BODY
from searchsvc.api.parameters import JUDGMENT_PARAMETERS
from searchsvc.api.request import JUDGMENT_TYPES, MAX_TEXT
from searchsvc.relevance.importing import SET_NAME

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


RELEVANCE_PATHS: Paths = {
    "/v1/indexes/{index}/judgments": _sets,
    "/v1/indexes/{index}/judgments/{set}": _judgments,
}
