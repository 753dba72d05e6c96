"""Log lines: one per event, in text or JSON, whatever is in them."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from searchsvc.telemetry.logs import configure_logging

HOSTILE = 'first\r\nsecond\x1b[31m\u2028 "quoted" \x00\x85'


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Leaves the root logger as it was."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


def test_a_json_line_per_event() -> None:
    """An event with an exception and hostile text is one line that gives all of it back."""
    stream = io.StringIO()
    configure_logging("info", "json", stream)
    error = ValueError(HOSTILE)
    logging.getLogger("searchsvc.x").error(
        "query %s", HOSTILE, extra={"request_id": "r1"}, exc_info=error
    )
    (line,) = stream.getvalue().splitlines()
    event = json.loads(line)
    assert event["message"] == f"query {HOSTILE}"
    assert (event["level"], event["logger"], event["request_id"]) == ("ERROR", "searchsvc.x", "r1")
    assert "ValueError" in event["exception"]
    assert line.isascii()


def test_a_text_line_per_event() -> None:
    """Control characters are escaped, so nothing forges a second line."""
    stream = io.StringIO()
    configure_logging("INFO", "text", stream)
    logging.getLogger("searchsvc").warning("query %s", HOSTILE, extra={"index": "books"})
    text = stream.getvalue()
    assert len(text.splitlines()) == 1
    assert "WARNING searchsvc: query first\\r\\nsecond\\x1b[31m" in text
    assert "index=books" in text


def test_the_level_is_respected() -> None:
    """Events below the level leave no line."""
    stream = io.StringIO()
    configure_logging("warning", "text", stream)
    logging.getLogger("searchsvc").info("quiet")
    assert stream.getvalue() == ""
