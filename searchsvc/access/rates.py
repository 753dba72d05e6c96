"""How often a key, and each client of it, may ask: counted by the worker that answers."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from searchsvc.domain.access import ApiKey
from searchsvc.errors import RateLimited
from searchsvc.telemetry.clients import network_of

SECONDS = 60


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of a rate: `left` of `most` requests, for `seconds` more.

    `policy` says whose rate it is: `key`, or `client` for one client of the key.
    """

    policy: str
    most: int
    left: int
    seconds: int


class Rates:
    """Counts requests by the minute. Each of so many `workers` grants its share, rounded up."""

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        self._items: dict[int, RateLimitItem] = {}
        self._limiter: FixedWindowRateLimiter | None = None

    def take(self, key: ApiKey, client: str) -> tuple[tuple[Quota, ...], RateLimited | None]:
        """One request more: what is left of each rate, and the refusal where that is nothing."""
        if key.rate is None and key.client_rate is None:
            return (), None
        # Its clock is a thread, which only who counts needs.
        limiter = self._limiter = self._limiter or FixedWindowRateLimiter(MemoryStorage())
        quotas, refused = [], None
        for policy, rate, names in _asked(key, client):
            item = self._item(rate)
            is_granted = refused is None and limiter.hit(item, *names)
            quota = _quota(policy, item, limiter, names)
            quotas.append(quota)
            if not is_granted and refused is None:
                refused = _refused(key, quota)
        return tuple(quotas), refused

    def _item(self, rate: int) -> RateLimitItem:
        if rate not in self._items:
            self._items[rate] = RateLimitItemPerMinute(math.ceil(rate / self._workers))
        return self._items[rate]


def _asked(key: ApiKey, client: str) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """The client first: who is refused takes nothing from the others."""
    if key.client_rate is not None:
        yield "client", key.client_rate, (key.id, "client", network_of(client))
    if key.rate is not None:
        yield "key", key.rate, (key.id, "key")


def _quota(
    policy: str, item: RateLimitItem, limiter: FixedWindowRateLimiter, names: tuple[str, ...]
) -> Quota:
    stats = limiter.get_window_stats(item, *names)
    seconds = max(1, math.ceil(stats.reset_time - time.time()))
    return Quota(policy, item.amount, stats.remaining, min(seconds, SECONDS))


def _refused(key: ApiKey, quota: Quota) -> RateLimited:
    whose = "this client of the key" if quota.policy == "client" else "the key"
    message = f"{whose} '{key.name}' may ask {quota.most} times a minute"
    return RateLimited(message, retry_after=quota.seconds, hint=f"ask again in {quota.seconds} s")
