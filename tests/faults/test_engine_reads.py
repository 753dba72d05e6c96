"""Comparisons whose engine answers with nonsense or in part: no document is deleted for that."""

import pytest

from searchsvc.domain.run import Drift, RunKind, RunStatus
from searchsvc.errors import SearchsvcError
from tests.support.engines import SERVERS
from tests.support.http_proxy import cut_reply, error, lost_request, says

NONSENSE = {
    "HTML": says(b"<html>Welcome to the hotel</html>"),
    "an empty object": says({}),
    "other JSON": says({"hello": ["world"]}),
    "half the JSON": cut_reply,
    "a proxy's 404": says(b"<html>404 page not found</html>", 404),
    "some shards failed": error(503, "search_phase_execution_exception", "Partial shards failure"),
    "a lost request": lost_request,
}


@pytest.mark.parametrize("kind", SERVERS)
def test_a_comparison_believes_no_nonsense(proxied) -> None:
    """Reconcile and verify end with the engine's error, and have written and deleted nothing."""
    opened, proxy, runner = proxied.opened, proxied.proxy, proxied.opened.runner()
    runner.rebuild()
    for match in ("_search", "_alias/", "_count"):
        for fault in NONSENSE.values():
            proxy.rule(fault, match)
            with pytest.raises(SearchsvcError) as caught:
                runner.reconcile()
            assert caught.value.code in ("engine_error", "engine_unreachable")
            proxy.clear()
    assert proxied.last_run(RunKind.RECONCILE).status is RunStatus.FAILED
    for fault in NONSENSE.values():
        proxy.rule(fault, "_search")
        with pytest.raises(SearchsvcError) as caught:
            runner.verify(repair=True)
        assert caught.value.code in ("engine_error", "engine_unreachable")
        proxy.clear()
    run, drift = runner.verify()
    assert drift == Drift()
    proxied.check(run)
    assert not opened.state.dead_letters("shop", 10)


@pytest.mark.parametrize("kind", SERVERS)
def test_no_part_of_an_answer_is_taken_for_the_whole(proxied) -> None:
    """Every request that lists or sums documents refuses what lacks a shard."""
    runner = proxied.opened.runner()
    runner.rebuild()
    proxied.shop.run("DELETE FROM products WHERE id = 5")
    runner.reconcile()
    runner.verify()
    searches = [asked for asked in proxied.proxy.asked if "/_search?" in asked]
    assert len(searches) > 3
    assert all("allow_partial_search_results=false" in asked for asked in searches)
    proxied.check()
