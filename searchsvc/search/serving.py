"""What is said of an index that no rebuild has made live yet."""

from searchsvc.errors import NotServing


def not_serving(index: str) -> NotServing:
    """The error, with the next step."""
    hint = f"run: searchsvc index rebuild {index}"
    return NotServing(f"index '{index}' has no live version yet", hint=hint)
