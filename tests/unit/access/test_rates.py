"""Rates: whose requests count, and what is left of them."""

from dataclasses import replace
from datetime import UTC, datetime

from searchsvc.access.rates import Rates
from searchsvc.domain.access import ApiKey, Kept, Role

KEY = ApiKey("k", "shop", Role.SEARCH, Kept("", ""), datetime(2026, 1, 1, tzinfo=UTC))


def test_without_a_rate_nothing_counts() -> None:
    """And nothing is told."""
    assert Rates().take(KEY, "a") == ((), None)


def test_a_key_may_ask_so_often_and_others_go_on() -> None:
    """What is left falls to 0; then it is refused for the rest of the minute."""
    rates, key = Rates(), replace(KEY, rate=3)
    left = [rates.take(key, "a")[0][0].left for _ in range(3)]
    assert left == [2, 1, 0]
    quotas, refused = rates.take(key, "b")
    assert refused is not None
    assert refused.retry_after == quotas[0].seconds
    assert 1 <= refused.retry_after <= 60
    assert rates.take(replace(key, id="other"), "a")[1] is None


def test_a_client_that_is_refused_takes_nothing_from_the_key() -> None:
    """Each has its own rate below that of all."""
    rates, key = Rates(), replace(KEY, rate=4, client_rate=2)
    refused = [rates.take(key, "a")[1] is not None for _ in range(10)]
    assert refused == [False] * 2 + [True] * 8
    quotas, refusal = rates.take(key, "b")
    assert refusal is None
    assert [(q.policy, q.most, q.left) for q in quotas] == [("client", 2, 1), ("key", 4, 1)]


def test_workers_share_a_rate() -> None:
    """Rounded up, so that none is left with nothing."""
    quotas, _ = Rates(workers=4).take(replace(KEY, rate=10), "a")
    assert quotas[0].most == 3


def test_one_network_is_one_client() -> None:
    """Whoever has a network of IPv6 for all of their devices has one rate for them, too."""
    rates, key = Rates(), replace(KEY, client_rate=2)
    addresses = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:2::3", "2001:db8:1:3::1")
    refused = [rates.take(key, address)[1] is not None for address in addresses]
    assert refused == [False, False, True, False]
