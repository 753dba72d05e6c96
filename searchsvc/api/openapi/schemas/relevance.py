"""JSON Schemas of judgments."""

from collections.abc import Mapping

from searchsvc.api.openapi.schema import (
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

_JUDGMENT: Mapping[str, Schema] = {
    "query": STRING,
    "id": STRING,
    "rating": NUMBER,
    "rater": STRING,
    "source": STRING,
    "at": nullable(TIME),
}
RELEVANCE_SCHEMAS: Mapping[str, Schema] = {
    "JudgmentSets": record({"index": STRING, "sets": array(reference("JudgmentSet"))}),
    "JudgmentSet": record(
        {
            "name": STRING,
            "judgments": COUNT,
            "queries": COUNT,
            "raters": COUNT,
            "latest": nullable(TIME),
        }
    ),
    "Judgments": record(
        {
            "index": STRING,
            "set": STRING,
            "total": COUNT,
            "conflicts": COUNT,
            "judgments": array(reference("Judgment")),
        }
    ),
    "Judgment": record(_JUDGMENT),
    "JudgmentCounts": record(
        {
            "index": STRING,
            "set": STRING,
            "new": COUNT,
            "changed": COUNT,
            "unchanged": COUNT,
            "conflicts": COUNT,
        }
    ),
}
_GIVEN = record(_JUDGMENT, optional=("rater", "source", "at"))
JUDGMENTS_BODY: Schema = record({"judgments": {**array(_GIVEN), "minItems": 1}})
