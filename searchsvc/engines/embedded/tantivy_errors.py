"""tantivy's failures, panics included, as EngineError."""

from collections.abc import Iterator
from contextlib import contextmanager

from searchsvc.errors import EngineError


@contextmanager
def guarded(doing: str, hint: str = "") -> Iterator[None]:
    """Turns whatever tantivy raises into EngineError: "`doing` failed: ..."."""
    try:
        yield
    except BaseException as error:
        if not is_tantivys(error):
            raise
        text = " ".join(str(error).split())[:300]
        raise EngineError(f"{doing} failed: {text}", hint=hint) from error


def is_tantivys(error: BaseException) -> bool:
    """Whether tantivy raised it. A Rust panic is no Exception, so `except Exception` misses it."""
    return isinstance(error, (ValueError, OSError)) or type(error).__name__ == "PanicException"
