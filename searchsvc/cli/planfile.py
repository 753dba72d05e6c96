"""Plans as a file: what `searchsvc plan` writes and `searchsvc apply` reads."""

from pathlib import Path

import msgspec

from searchsvc.errors import UsageError
from searchsvc.indexing.plan import Plan

_FORMAT = 1


class _File(msgspec.Struct):
    format: int
    plans: list[Plan]


def write_plans(path: Path, plans: list[Plan]) -> None:
    """Write them as JSON. Raises OSError."""
    text = msgspec.json.format(msgspec.json.encode(_File(_FORMAT, plans)), indent=2)
    path.write_bytes(text + b"\n")


def read_plans(path: Path) -> list[Plan]:
    """The plans of a file. Raises OSError, or UsageError for one that is no plan."""
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        hint = "make one with: searchsvc plan --out FILE"
        raise UsageError(f"{path} is no plan: {error}", hint=hint) from error
    if file.format != _FORMAT:
        hint = "make a new one with: searchsvc plan --out FILE"
        raise UsageError(f"{path} was made by another release of searchsvc", hint=hint)
    return file.plans
