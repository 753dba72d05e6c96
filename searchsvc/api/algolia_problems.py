"""Errors as the wire's clients read them: a message and a status."""

import re
from collections.abc import Mapping
from typing import Any

ROOT = "/compat/algolia"

# To a client, a 503 is a host that is down, and is told as "unreachable hosts"; for this it waits
# and asks again.
_LATER = {503: 429}
_SEND = "send it as `X-Algolia-API-Key: KEY`, which their clients do with the key they are given"
# Of the paths that are there, what their clients write to takes no such method.
_READ_ONLY = (
    "this wire has searches, browsing, objects, settings and events, and nothing is written on it: "
    "indexes follow their tables"
)
# A search of `products/sort/price:asc`, which looks like a document's path.
_ORDERED = re.compile(r".*/sort/.*/(query|browse)")
_IN_QUERIES = "a name with '/' is understood in */queries only"


def algolia_problem(problem: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """The same fault of a request to this path in their shape."""
    if problem["status"] == 405 and _ORDERED.fullmatch(path):
        return {"message": _IN_QUERIES, "status": 404, "code": "not_found"}
    if problem["status"] == 405:
        return {"message": _READ_ONLY, "status": 403, "code": "editing_off"}
    hint = _SEND if problem["code"] == "no_key" else problem.get("hint")
    message = f"{problem['message']} ({hint})" if hint else problem["message"]
    status = _LATER.get(problem["status"], problem["status"])
    return {"message": message, "status": status, "code": problem["code"]}
