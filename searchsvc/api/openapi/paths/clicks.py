"""What clicks are good for: judgments, and experiments with rankings."""

from typing import Any

from searchsvc.api.openapi.operation import (
    INDEX,
    Paths,
    in_path,
    operation,
    posted,
    problems,
    query,
)
from searchsvc.api.openapi.schemas.parameters import body_schema
from searchsvc.api.parameters import CLICK_PARAMETERS, EXPERIMENTS_PARAMETERS, START_PARAMETERS
from searchsvc.relevance.importing import SET_NAME

_ID = in_path("experiment", "The id of an experiment.")
_SET = in_path("set", "The name of a set of judgments.", pattern=f"^{SET_NAME}$")


def _from_clicks() -> dict[str, Any]:
    summary = "Judgments out of what people clicked on"
    body = body_schema(CLICK_PARAMETERS)
    path = posted("judgmentsFromClicks", summary, "ClickJudgments", body)
    path["post"]["responses"].update(problems((403,)))
    return {**path, "parameters": [INDEX, _SET]}


def _experiments() -> dict[str, Any]:
    summary = "Experiments, the newest first"
    get = query("experiments", summary, "Experiments", EXPERIMENTS_PARAMETERS)
    schema = {**body_schema(START_PARAMETERS), "required": ["index", "a", "b"]}
    post = posted("startExperiment", "Start an experiment", "Experiment", schema)["post"]
    post["responses"].update(problems((403, 409)))
    return {"get": get, "post": post}


def _experiment() -> dict[str, Any]:
    summary = "An experiment, with what it has found until now"
    get = operation("experiment", summary, "ExperimentFound", (404, 503))
    return {"parameters": [_ID], "get": get}


def _stop() -> dict[str, Any]:
    summary = "End an experiment, and tell what it has found"
    post = posted("stopExperiment", summary, "ExperimentFound", body_schema(()))["post"]
    post["responses"].update(problems((403,)))
    return {"parameters": [_ID], "post": post}


CLICK_PATHS: Paths = {
    "/v1/relevance/experiments": _experiments,
    "/v1/relevance/experiments/{experiment}": _experiment,
    "/v1/relevance/experiments/{experiment}/stop": _stop,
    "/v1/indexes/{index}/judgments/{set}/from-clicks": _from_clicks,
}
