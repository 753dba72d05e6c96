"""What every engine says of an index that no rebuild has made live yet."""

from searchsvc.errors import NotServing


def not_serving(index: str) -> NotServing:
    """The error, with the next step."""
    return NotServing(
        f"index '{index}' has no live version yet", hint=f"run `searchsvc index rebuild {index}`"
    )
