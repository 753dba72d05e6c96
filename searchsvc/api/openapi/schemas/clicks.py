"""JSON Schemas of what clicks are good for."""

from collections.abc import Mapping

from searchsvc.analytics.click_judgments import MODELS
from searchsvc.api.openapi.schema import (
    BOOLEAN,
    COUNT,
    NUMBER,
    STRING,
    TIME,
    Schema,
    array,
    nullable,
    record,
    reference,
)
from searchsvc.domain.experiment import Ended

_EXPERIMENT: Mapping[str, Schema] = {
    "id": STRING,
    "index": STRING,
    "a": STRING,
    "b": STRING,
    "sessions": COUNT,
    "started": TIME,
    "ended": nullable(TIME),
    "why": {"enum": [*Ended, None]},
}
CLICK_SCHEMAS: Mapping[str, Schema] = {
    "ClickJudgments": record(
        {
            "index": STRING,
            "set": STRING,
            "model": {"enum": list(MODELS)},
            "dry_run": BOOLEAN,
            "since": nullable(TIME),
            **dict.fromkeys(
                (
                    "searches", "clients", "filtered", "without_client", "judged", "unsure", "few",
                    "unplaced", "new", "changed", "unchanged", "conflicts",
                ),
                COUNT,
            ),
            "positions": array(reference("Examined")),
            "judgments": array(reference("ClickJudgment")),
        }
    ),
    "Experiments": record({"experiments": array(reference("Experiment"))}),
    "Experiment": record(_EXPERIMENT),
    "ExperimentFound": record(
        {
            **_EXPERIMENT,
            "found": record(dict.fromkeys(("a", "b", "tied", "silent"), COUNT)),
            "final": BOOLEAN,
            "winner": nullable(STRING),
            "share": nullable(NUMBER),
            "interval": nullable(record({"low": NUMBER, "high": NUMBER})),
            "p": nullable(NUMBER),
            "verdict": STRING,
        }
    ),
    "Examined": record(
        {
            "position": COUNT,
            "impressions": COUNT,
            "clicks": COUNT,
            "examined": nullable(NUMBER),
        }
    ),
    "ClickJudgment": record(
        {
            "query": STRING,
            "id": STRING,
            "rating": NUMBER,
            "value": NUMBER,
            "low": NUMBER,
            "high": NUMBER,
            "impressions": COUNT,
            "clicks": COUNT,
        }
    ),
}  # fmt: skip
