"""Examples of what is sent and answered where rankings are evaluated, compared and tuned."""

from collections.abc import Mapping
from typing import Any

from searchsvc.api.openapi.example import ABOUT, Examples

_RUN: Mapping[str, Any] = {
    **ABOUT,
    "id": 312,
    "kind": "evaluate",
    "status": "running",
    "started": "2026-11-28T10:12:02Z",
    "finished": None,
    "seconds": None,
    "counts": dict.fromkeys(("read", "indexed", "deleted", "unchanged", "stale", "dead"), 0),
    "drift": None,
    "progress": {"phase": "wait", "done": 0, "total": 250},
    "error": "",
}
_BASIS = {
    **ABOUT,
    "engine": "embedded",
    "ranking": "default",
    "definition": "46e782dc105380a9",
    "curation": "5ef9ed0c9a5bfcbd",
    "judgments": "afb1f35aa96c6579",
    "depth": 10,
}
_SUMMARY = {
    "id": "a51e88be27304dc0",
    "basis": _BASIS,
    "at": "2026-11-28T10:12:31Z",
    "judged_by": "default",
    "metrics": {"ndcg@10": {"mean": 0.7412, "low": 0.7103, "high": 0.7711}},
    "queries": 250,
    "left_out": 3,
    "judged": 0.94,
    "empty": ["unicorn"],
    "p50_ms": 2.1,
    "p95_ms": 7.4,
}
_COMPARISON = {
    "a": _BASIS,
    "b": {**_BASIS, "ranking": "popular"},
    "metric": "ndcg@10",
    "difference": {
        "mean": 0.0214,
        "interval": {"low": 0.0081, "high": 0.0349},
        "p": 0.0018,
        "won": 61,
        "lost": 40,
        "tied": 149,
        "needed": 90,
    },
    "overlap": 0.82,
    "judged": {"a": 0.94, "b": 0.9},
    "latency_ms": 0.04,
    "movers": [
        {"query": "bike", "gain": 0.42, "a": ["3", "17"], "b": ["17", "3"], "ratings": {"17": 3.0}}
    ],
    "verdict": "popular is better than default: ndcg@10 +0.0214 (95 % +0.0081 to +0.0349, p 0.002)",
}
RELEVANCE_EXAMPLES: Mapping[str, Examples] = {
    "evaluate": Examples({"run": _RUN}, {"index": "products", "ranking": "popular"}),
    "compare": Examples(
        {"comparisons": [_COMPARISON]},
        {"index": "products", "a": "a51e88be27304dc0", "b": ["cfb5ce38751288d1"]},
    ),
    "tune": Examples({"run": {**_RUN, "kind": "tune"}}, {"index": "products", "set": "people"}),
    "evaluations": Examples({"index": "products", "total": 1, "evaluations": [_SUMMARY]}),
    "evaluation": Examples(
        {**_SUMMARY, "answers": {"bike": {"ndcg@10": 0.63, "ids": ["17", "3"], "ms": 2.0}}}
    ),
    "run": Examples(
        {
            **_RUN,
            "status": "succeeded",
            "finished": "2026-11-28T10:12:31Z",
            "seconds": 29.0,
            "progress": None,
            "result": {"evaluation": "a51e88be27304dc0"},
        }
    ),
}
