"""A write that arrives long after its row was deleted: the document stays deleted."""

import time

import pytest

from tests.faults.late import Late

LATE = 70.0  # seconds: servers remember a delete for sixty unless they are told otherwise


@pytest.mark.timeout(180)
def test_a_write_that_arrives_seventy_seconds_after_the_delete(late: Late) -> None:
    """It is refused as stale, since versions are made to remember deletes for an hour.

    A server that forgets them, as it does by itself after a minute, lets the document come back.
    """
    assert late.send() == 409
    time.sleep(max(0.0, late.since + LATE - time.monotonic()))
    assert late.send() == 409
    assert late.opened.held() == late.shop.wanted()
    late.forget_soon()
    deadline = time.monotonic() + 30
    while (status := late.send()) == 409 and time.monotonic() < deadline:
        time.sleep(0.5)
    assert status == 201
    assert late.opened.held().keys() - late.shop.wanted().keys() == {"5"}
    late.opened.runner().reconcile()
    assert late.opened.held() == late.shop.wanted()
