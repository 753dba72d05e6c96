"""Takes the secrets of keys, and tokens, out of what is logged, wherever somebody has put them."""

import re

_SECRET = re.compile(r"(ssk_[a-z]+_[a-z0-9]{1,20}_|sst_)[A-Za-z0-9_.-]+")


def redacted(text: str) -> str:
    """`text` with the beginning of each secret only."""
    if "ssk_" not in text and "sst_" not in text:
        return text
    return _SECRET.sub(r"\1****", text)
