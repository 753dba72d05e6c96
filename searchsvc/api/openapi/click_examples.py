"""Examples of what clicks are good for, by the names of operations."""

from collections.abc import Mapping

from searchsvc.api.openapi.example import Examples

_EXPERIMENT = {
    "id": "products-20261128t101202310z", "index": "products", "a": "default", "b": "popular",
    "sessions": 803, "started": "2026-11-28T10:12:02.310Z", "ended": None, "why": None,
}  # fmt: skip
_FOUND = {
    **_EXPERIMENT, "ended": "2026-12-04T08:00:00Z", "why": "enough",
    "found": {"a": 361, "b": 442, "tied": 210, "silent": 1204}, "final": True, "winner": "popular",
    "share": 0.5504, "interval": {"low": 0.5159, "high": 0.5845}, "p": 0.0047,
    "verdict": "popular is preferred to default: 442 of 803 sessions prefer popular to default "
    "(55.0%, p 0.005)",
}  # fmt: skip
CLICK_EXAMPLES: Mapping[str, Examples] = {
    "experiments": Examples({"experiments": [_EXPERIMENT]}),
    "startExperiment": Examples(
        _EXPERIMENT, {"index": "products", "a": "default", "b": "popular"}
    ),
    "experiment": Examples(_FOUND),
    "stopExperiment": Examples(_FOUND, {}),
    "judgmentsFromClicks": Examples(
        {
            "index": "products", "set": "clicks", "model": "coec", "dry_run": False,
            "since": "2026-10-29T10:12:02.310Z", "searches": 18204, "clients": 7310,
            "filtered": 2210, "without_client": 0, "judged": 1, "unsure": 310, "few": 9122,
            "unplaced": 0,
            "new": 1, "changed": 0, "unchanged": 0, "conflicts": 0,
            "positions": [
                {"position": 1, "impressions": 17007, "clicks": 3310, "examined": 1.0}
            ],
            "judgments": [
                {
                    "query": "bike", "id": "17", "rating": 3.0, "value": 2.61, "low": 2.2,
                    "high": 3.08, "impressions": 612, "clicks": 152,
                }
            ],
        },
        {"model": "coec", "since": "30d", "min_impressions": 20},
    ),
}  # fmt: skip
