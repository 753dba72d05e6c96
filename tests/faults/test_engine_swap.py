"""Swaps whose request or reply is lost: one version answers, and the run's status is the truth."""

import pytest

from searchsvc.domain.run import RunKind, RunStatus
from searchsvc.errors import EngineUnreachable
from tests.support.engines import SERVERS
from tests.support.http_proxy import Forward, error, lost_reply, lost_request
from tests.support.stub import Asked

ALIASES = "POST /_aliases"


@pytest.mark.parametrize("kind", SERVERS)
def test_the_reply_of_a_swap_is_lost(proxied) -> None:
    """What the alias says now decides: the run has succeeded, for rebuilds and rollbacks."""
    opened, proxy = proxied.opened, proxied.proxy
    runner = opened.runner()
    for _ in range(2):
        losing = proxy.rule(lost_reply, ALIASES, times=1)
        run = runner.rebuild()
        assert losing.hits == 1
        assert opened.store.live("shop").name == run.version
        proxied.check(run)
    first = opened.store.versions("shop")[0].version
    losing = proxy.rule(lost_reply, ALIASES, times=1)
    run = runner.rollback()
    assert losing.hits == 1
    assert opened.store.live("shop") == first
    proxied.check(run)


LOST = {
    "lost": (lost_request, "does not answer"),
    "a gateway": (error(502, "bad_gateway"), "not ready"),
}


@pytest.mark.parametrize(("fault", "words"), LOST.values(), ids=LOST)
def test_the_request_of_a_swap_is_lost(proxied, fault, words) -> None:
    """The run has failed, the old version answers; the next rebuild goes live."""
    opened = proxied.opened
    first = opened.runner().rebuild()
    proxied.proxy.rule(fault, ALIASES)
    with pytest.raises(EngineUnreachable, match=words):
        opened.runner().rebuild()
    assert proxied.last_run(RunKind.REBUILD).status is RunStatus.FAILED
    assert opened.store.live("shop").name == first.version
    proxied.proxy.clear()
    run = opened.runner().rebuild()
    assert opened.store.live("shop").name == run.version
    proxied.check(run)


def test_the_server_says_nothing_more_once_it_has_swapped(proxied) -> None:
    """Nobody knows how it went: the run has failed, and the next one finds what is live."""
    opened, proxy = proxied.opened, proxied.proxy

    def last_words(asked: Asked, forward: Forward) -> bytes:
        proxy.rule(lost_request, "_alias/")
        return lost_reply(asked, forward)

    opened.runner().rebuild()
    proxy.rule(last_words, ALIASES)
    with pytest.raises(EngineUnreachable):
        opened.runner().rebuild()
    failed = proxied.last_run(RunKind.REBUILD)
    assert failed.status is RunStatus.FAILED
    proxy.clear()
    assert opened.store.live("shop").name == failed.version
    proxied.shop.rename(1, "thing renamed")
    proxied.check(opened.runner().increment())
    proxied.check(opened.runner().rebuild())
    assert len(opened.store.versions("shop")) == 3
