"""Reads what an answer tells beside its content: the stages of its time, or why it failed."""

import json
import re

_STAGE = re.compile(r"(\w+);dur=([\d.]+)")


def stages(server_timing):
    """The stages of a Server-Timing header with their milliseconds."""
    return [(stage, float(milliseconds)) for stage, milliseconds in _STAGE.findall(server_timing)]


def failure(status, body, error=None):
    """Why a request failed, in words: the server's own where it has told them."""
    if not status:
        return str(error or "no answer")
    try:
        problem = json.loads(body)
        said = "; ".join(problem[part] for part in ("message", "hint") if problem.get(part))
    except (ValueError, TypeError, AttributeError, LookupError):
        said = ""
    return f"status {status}: {said}" if said else f"status {status}"
