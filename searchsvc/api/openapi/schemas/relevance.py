"""JSON Schemas of judgments, evaluations, comparisons and tunings."""

from collections.abc import Mapping

from searchsvc.api.openapi.schema import (
    BOOLEAN,
    COUNT,
    FLOAT,
    NUMBER,
    STRING,
    TIME,
    TIMES,
    Schema,
    array,
    mapping,
    nullable,
    record,
    reference,
)
from searchsvc.api.openapi.schemas.search import WHY
from searchsvc.relevance.shares import Source

_JUDGMENT: Mapping[str, Schema] = {
    "query": STRING,
    "id": STRING,
    "rating": NUMBER,
    "rater": STRING,
    "source": STRING,
    "at": nullable(TIME),
}
_SOURCE: Schema = {"enum": [one.value for one in Source]}
_EXPLAINED: Schema = record(
    {
        **WHY,
        "factor": NUMBER,
        "behind": BOOLEAN,
        "parts": array(
            record(
                {
                    "source": _SOURCE,
                    "score": NUMBER,
                    "share": NUMBER,
                    "word": STRING,
                    "field": STRING,
                }
            )
        ),
    }
)
RELEVANCE_SCHEMAS: Mapping[str, Schema] = {
    "Explanation": record(
        {
            "query": STRING,
            "index": STRING,
            "version": STRING,
            "ranking": STRING,
            "hit": _EXPLAINED,
            "other": nullable(_EXPLAINED),
            "ahead": BOOLEAN,
            "differences": array(
                record(
                    {
                        "source": _SOURCE,
                        "word": STRING,
                        "field": STRING,
                        "here": NUMBER,
                        "there": NUMBER,
                        "share": NUMBER,
                    }
                )
            ),
            "weights": array(
                record({"field": STRING, "now": NUMBER, "weight": NUMBER, "together": NUMBER})
            ),
            "words": array(
                record({"word": STRING, "field": STRING, "score": NUMBER, "passes": BOOLEAN})
            ),
            "reasons": array(STRING),
            **TIMES,
        }
    ),
    "JudgmentSets": record(
        {"index": STRING, "sets": array(reference("JudgmentSet")), "file": BOOLEAN}
    ),
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
_BASIS = record(
    {
        **dict.fromkeys(
            ("index", "version", "engine", "ranking", "definition", "curation", "judgments"), STRING
        ),
        "depth": COUNT,
    }
)
_IDS = array(STRING)
_WEIGHTS = mapping(NUMBER)
_SUMMARY: Mapping[str, Schema] = {
    "id": STRING,
    "basis": reference("Basis"),
    "at": TIME,
    "judged_by": STRING,
    "metrics": mapping(record({"mean": NUMBER, "low": NUMBER, "high": NUMBER})),
    "queries": COUNT,
    "left_out": COUNT,
    "judged": NUMBER,
    "empty": array(STRING),
    "p50_ms": NUMBER,
    "p95_ms": NUMBER,
}
_ANSWERED: Schema = {
    "type": "object",
    "properties": {"ids": _IDS, "ms": NUMBER},
    "required": ["ids", "ms"],
    "additionalProperties": NUMBER,
}
EVALUATION_SCHEMAS: Mapping[str, Schema] = {
    "RunBegun": record({"run": reference("Run")}),
    "Basis": _BASIS,
    "EvaluationKept": record({"evaluation": STRING}),
    "EvaluationSummary": record(_SUMMARY),
    "Evaluations": record(
        {"index": STRING, "total": COUNT, "evaluations": array(reference("EvaluationSummary"))}
    ),
    "Evaluation": record({**_SUMMARY, "answers": mapping(_ANSWERED)}),
    "Difference": record(
        {
            "mean": FLOAT,
            "interval": record({"low": FLOAT, "high": FLOAT}),
            "p": NUMBER,
            **dict.fromkeys(("won", "lost", "tied", "needed"), COUNT),
        }
    ),
    "Comparison": record(
        {
            "a": reference("Basis"),
            "b": reference("Basis"),
            "metric": STRING,
            "difference": reference("Difference"),
            "overlap": NUMBER,
            "judged": record({"a": NUMBER, "b": NUMBER}),
            "latency_ms": FLOAT,
            "movers": array(
                record(
                    {
                        "query": STRING,
                        "gain": FLOAT,
                        "a": _IDS,
                        "b": _IDS,
                        "ratings": mapping(NUMBER),
                    }
                )
            ),
            "verdict": STRING,
        }
    ),
    "Comparisons": record({"comparisons": array(reference("Comparison"))}),
    "TunedRanking": record(
        {
            "weights": _WEIGHTS,
            "all_words": {"anyOf": [NUMBER, {"const": "first"}, {"type": "null"}]},
            "boosts": array(
                record(
                    {
                        "field": STRING,
                        "weight": NUMBER,
                        "by": nullable(STRING),
                        "equals": {},
                        "when": STRING,
                    }
                )
            ),
            "decays": array(record({"field": STRING, "half_life": NUMBER, "weight": NUMBER})),
        }
    ),
    "Tuning": record(
        {
            "metric": STRING,
            "queries": COUNT,
            "before": NUMBER,
            "held_out": NUMBER,
            "judged_alone": record({"before": NUMBER, "held_out": NUMBER}),
            "difference": reference("Difference"),
            "better": BOOLEAN,
            "verdict": STRING,
            "start": reference("TunedRanking"),
            "found": reference("TunedRanking"),
            "by_part": array(reference("TunedRanking")),
            "tried": COUNT,
            "ranking": STRING,
            "mapping": STRING,
            "written": BOOLEAN,
        }
    ),
}
_GIVEN = record(_JUDGMENT, optional=("rater", "source", "at"))
JUDGMENTS_BODY: Schema = record({"judgments": {**array(_GIVEN), "minItems": 1}})
