"""How many documents a comparison may delete before somebody has to say that it is right."""

from searchsvc.errors import TooManyDeletes
from searchsvc.settings import Indexing


def most_deletes(settings: Indexing, documents: int) -> int:
    """The most documents of so many that may go without a word."""
    return max(settings.min_delete_guard, int(documents * settings.max_delete_ratio))


def refuse_deletes(
    index: str, doomed: int, documents: int, limit: int, *, emptied: bool, left: str
) -> None:
    """Raises TooManyDeletes where more than `limit` documents would go, or all of them.

    `emptied`: the source has no row at all. `left` says what was not done.
    """
    if doomed <= limit and not emptied:
        return
    reason = (
        f"the source has no row, and the index {documents} documents"
        if emptied
        else f"more than {limit} of {documents} documents have no row any more"
    )
    raise TooManyDeletes(
        f"index '{index}': {reason}; nothing was {left}",
        hint="look at the source; if the rows are really gone, repeat with --allow-deletes",
    )
