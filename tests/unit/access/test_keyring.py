"""Whom a worker lets in, and for how long without its state store."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from searchsvc.access.keyring import POLL_SECONDS, TRUSTED_SECONDS, Keyring
from searchsvc.access.keys import Wanted
from searchsvc.access.secret import Sealer
from searchsvc.domain.access import OPEN, ApiKey, Role
from searchsvc.errors import BadKey, KeyExpired, NoKey, StateError, UsageError
from tests.support.keys import SECRET, KeyCase, key_case
from tests.unit.access.conftest import MovedClock


class Broken:
    """A store that can be read as long as `keys` is not None."""

    def __init__(self, keys: list[ApiKey]) -> None:
        self.keys: list[ApiKey] | None = keys

    def api_keys(self) -> list[ApiKey]:
        if self.keys is None:
            raise StateError("the state store is down")
        return self.keys

    def close(self) -> None:
        """Nothing is open."""


def test_without_a_key_everything_is_granted(made: KeyCase) -> None:
    """From the first key on nothing is without one, also when that one has been revoked."""
    assert made.keyring.grant(None) is OPEN
    secret = made.secret("shop")
    with pytest.raises(NoKey, match="Authorization: Bearer"):
        made.keyring.grant(None)
    assert made.keyring.grant(secret).role is Role.SEARCH
    made.keys.revoke("shop")
    made.keyring.look()
    with pytest.raises(NoKey):
        made.keyring.grant(None)
    with pytest.raises(BadKey, match="the key 'shop' has been revoked"):
        made.keyring.grant(secret)


def test_keys_may_be_required_before_there_is_one(tmp_path) -> None:
    """Then nobody is let in."""
    with key_case(tmp_path, required=True) as case, pytest.raises(NoKey):
        case.keyring.grant(None)


@pytest.mark.parametrize("change", [lambda s: s[:-1], lambda s: s + "A", str.upper, lambda _: "x"])
def test_what_is_no_key_is_refused(made: KeyCase, change) -> None:
    """Nearly the secret is not the secret."""
    secret = made.secret("shop")
    with pytest.raises(BadKey):
        made.keyring.grant(change(secret))


def test_a_key_whose_time_is_over_is_rotated_with_a_new_end(
    made: KeyCase, clock: MovedClock
) -> None:
    """Never without one, which gave a secret that was refused at once; the old one stays over."""
    old = made.secret("shop", lasts=timedelta(hours=1))
    made.at(clock, 3601)
    keys = replace(made.keys, now=lambda: datetime.fromtimestamp(clock(), UTC))
    with pytest.raises(UsageError, match=r"the time of the key 'shop' is over; say .* --expires"):
        keys.rotate("shop", timedelta(hours=24))
    _, new = keys.rotate("shop", timedelta(hours=24), timedelta(hours=1))
    made.keyring.look()
    assert made.keyring.grant(new)
    with pytest.raises(KeyExpired):
        made.keyring.grant(old)
    made.at(clock, 7202)
    with pytest.raises(KeyExpired):
        made.keyring.grant(new)


def test_a_rotated_secret_holds_for_its_grace(made: KeyCase, clock: MovedClock) -> None:
    """Both, then the new one alone; without grace the old one ends at once."""
    old = made.secret("shop")
    _, new = made.keys.rotate("shop", timedelta(hours=1))
    made.keyring.look()
    assert made.keyring.grant(old).key == made.keyring.grant(new).key
    made.at(clock, 3601)
    assert made.keyring.grant(new)
    with pytest.raises(KeyExpired, match="was rotated"):
        made.keyring.grant(old)
    _, newest = made.keys.rotate("shop", timedelta())
    made.keyring.look()
    with pytest.raises(KeyExpired):
        made.keyring.grant(new)
    with pytest.raises(BadKey):
        made.keyring.grant(old)
    assert made.keyring.grant(newest)


def test_a_key_expires(made: KeyCase, clock: MovedClock) -> None:
    """To the second, without anything being read."""
    secret = made.secret("shop", lasts=timedelta(hours=1))
    made.at(clock, 3590)
    assert made.keyring.grant(secret)
    made.at(clock, 3601)
    with pytest.raises(KeyExpired, match="the key has expired"):
        made.keyring.grant(secret)


def test_known_keys_outlive_the_store_for_an_hour(made: KeyCase, clock: MovedClock) -> None:
    """No unknown one is let in meanwhile, and none at all later."""
    secret = made.secret("shop")
    store = Broken(made.keys.store.api_keys())
    keyring = Keyring(store, Sealer(SECRET), clock=clock)
    _, unknown = made.keys.create(Wanted("late", Role.ADMIN))
    store.keys = None
    with pytest.raises(StateError):
        keyring.look()
    clock.ahead = TRUSTED_SECONDS - 10
    assert keyring.grant(secret)
    with pytest.raises(BadKey):
        keyring.grant(unknown)
    clock.ahead = TRUSTED_SECONDS + 10
    with pytest.raises(StateError, match="keys cannot be read"):
        keyring.grant(secret)
    store.keys = made.keys.store.api_keys()
    keyring.look()
    assert keyring.grant(unknown)


def test_changes_are_seen_within_five_seconds(made: KeyCase) -> None:
    """By the thread that follows, not by a request."""
    assert POLL_SECONDS < 4
    made.keyring.follow()
    key, secret = made.keys.create(Wanted("shop", Role.SEARCH))
    deadline = time.monotonic() + 5
    while made.keyring.is_open and time.monotonic() < deadline:
        time.sleep(0.05)
    assert made.keyring.grant(secret).key == key


def test_a_look_up_costs_microseconds(made: KeyCase) -> None:
    """Of one of a hundred keys, on a machine that does other things too."""
    secret = [made.secret(f"key {n}") for n in range(100)][50]
    made.keyring.grant(secret)
    best = min(_seconds(made, secret) for _ in range(20))
    assert best < 20e-6


def _seconds(made: KeyCase, secret: str) -> float:
    start = time.perf_counter()
    for _ in range(200):
        made.keyring.grant(secret)
    return (time.perf_counter() - start) / 200
