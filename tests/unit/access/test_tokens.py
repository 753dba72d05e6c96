"""Tokens: what they narrow, what is none, and how any language makes one."""

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from datetime import timedelta

import pytest

from searchsvc.access.keyring import Keyring
from searchsvc.access.secret import Sealer
from searchsvc.access.tokens import MAX_LENGTH, write_token
from searchsvc.domain.access import Role
from searchsvc.errors import BadKey, KeyExpired, UsageError
from searchsvc.stores.keys import SqlKeyStore
from tests.support.keys import KeyCase
from tests.unit.access.conftest import MovedClock


def encoded(data: bytes) -> str:
    """As the recipe in docs/access.md has it."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def by_hand(secret: str, **payload: object) -> str:
    """A token made by that recipe."""
    text = encoded(json.dumps(payload).encode())
    signing = hashlib.sha256(secret.encode()).digest()
    signature = hmac.new(signing, text.encode(), hashlib.sha256).digest()
    return f"sst_{text}.{encoded(signature)}"


def test_a_token_narrows_its_key(made: KeyCase) -> None:
    """To a filter, some of its indexes, a time and a length of page."""
    secret = made.secret("shop", indexes=("films", "books"))
    until = time.time() + 60
    token = write_token(
        secret, filter="tenant:7", indexes=("films", "songs"), expires=until, max_per_page=20
    )
    grant = made.keyring.grant(token)
    assert (grant.is_token, grant.role, grant.until) == (True, Role.SEARCH, until)
    assert grant.indexes == {"films"}
    assert (grant.restriction.filter, grant.restriction.max_per_page) == ("tenant:7", 20)


def test_equal_filters_have_equal_marks(made: KeyCase) -> None:
    """Whoever has them; any other filter or page has another one, and none has "" ."""
    secrets = [made.secret("a"), made.secret("b")]
    grant = made.keyring.grant
    marks = [grant(write_token(one, filter="tenant:7")).restriction.mark for one in secrets]
    assert marks[0] == marks[1] != ""
    others = [
        write_token(secrets[0], filter="tenant:8"),
        write_token(secrets[0], filter={"field": "tenant", "eq": "7"}),
        write_token(secrets[0], filter="tenant:7", max_per_page=5),
        write_token(secrets[0], max_per_page=5),
    ]
    found = {grant(one).restriction.mark for one in others}
    assert len(found) == 4
    assert not {"", marks[0]} & found
    assert grant(write_token(secrets[0])).restriction.mark == ""


def test_the_recipe_makes_the_same_tokens(made: KeyCase) -> None:
    """What is made elsewhere is read here, whatever its JSON looks like."""
    secret = made.secret("shop")
    id = secret.split("_", 3)[2]
    token = by_hand(secret, key=id, filter={"field": "tenant", "eq": "7"}, expires=2**31)
    assert made.keyring.grant(token).restriction.filter == {"field": "tenant", "eq": "7"}


def test_what_was_changed_is_refused(made: KeyCase) -> None:
    """Every character of it counts, and so does the secret that signed."""
    secret, other = made.secret("shop"), made.secret("other")
    token = write_token(secret, filter="tenant:7")
    for at in range(4, len(token)):
        changed = token[:at] + ("B" if token[at] == "A" else "A") + token[at + 1 :]
        # The last letter of base64 has bits that say nothing.
        if at not in (token.index(".") - 1, len(token) - 1):
            with pytest.raises(BadKey):
                made.keyring.grant(changed)
    id = secret.split("_", 3)[2]
    for forged in (by_hand(other, key=id), by_hand("", key=id), f"sst_{token[4:].split('.')[0]}."):
        with pytest.raises(BadKey):
            made.keyring.grant(forged)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"key": "{id}", "filter": " "},
        {"key": "{id}", "filter": {}},
        {"key": "{id}", "filter": None},
        {"key": "{id}", "filter": "a:b", "indexes": None},
        {"key": "{id}", "filter": 7},
        {"key": "{id}", "indexes": []},
        {"key": "{id}", "max_per_page": 0},
        {"key": "{id}", "fields": ["name"]},
        {"key": "nobody"},
        {"key": "{id}", "filter": "x" * MAX_LENGTH},
    ],
    ids=str,
)
def test_what_narrows_otherwise_than_meant_is_refused(made: KeyCase, payload) -> None:
    """An empty filter, an unknown member: nothing is let through for want of understanding."""
    secret = made.secret("shop")
    id = secret.split("_", 3)[2]
    payload = {name: id if value == "{id}" else value for name, value in payload.items()}
    with pytest.raises(BadKey):
        made.keyring.grant(by_hand(secret, **payload))


@pytest.mark.parametrize("text", ["sst_", "sst_.", "sst_x", "sst_é.é", "sst_" + "A" * 20_000])
def test_nonsense_is_refused(made: KeyCase, text: str) -> None:
    """Whatever it is."""
    made.secret("shop")
    with pytest.raises(BadKey):
        made.keyring.grant(text)


def test_a_token_ends_with_its_time_and_with_its_key(made: KeyCase, clock: MovedClock) -> None:
    """By expiry, rotation, the key's own expiry and revocation."""
    secret = made.secret("shop")
    short = write_token(secret, filter="tenant:7", expires=time.time() + 60)
    long = write_token(secret, filter="tenant:7")
    assert made.keyring.grant(short)
    made.at(clock, 61)
    with pytest.raises(KeyExpired, match="the token has expired"):
        made.keyring.grant(short)
    made.keys.rotate("shop", timedelta(hours=1))
    made.keyring.look()
    assert made.keyring.grant(long)
    made.at(clock, 3700)
    with pytest.raises(KeyExpired):
        made.keyring.grant(long)
    made.keys.revoke("shop")
    made.keyring.look()
    with pytest.raises(BadKey, match="revoked"):
        made.keyring.grant(long)


def test_no_token_of_an_admin(made: KeyCase) -> None:
    """What may change files is never handed on."""
    with pytest.raises(BadKey, match="admin key"):
        made.keyring.grant(write_token(made.secret("boss", Role.ADMIN), filter="tenant:7"))


def test_another_installation_reads_none(made: KeyCase, tmp_path) -> None:
    """What signs them is sealed: who has the state store alone can neither make nor read one."""
    token = write_token(made.secret("shop"), filter="tenant:7")
    store = SqlKeyStore(f"sqlite:///{tmp_path / 'keys.db'}")
    keyring = Keyring(store, Sealer(b"another secret"))
    with pytest.raises(BadKey):
        keyring.grant(token)
    keyring.close()


def test_only_a_secret_makes_a_token() -> None:
    """An error says what to give."""
    with pytest.raises(UsageError, match="ssk_"):
        write_token("sst_abc", filter="tenant:7")
    with pytest.raises(UsageError, match="its filter is empty"):
        write_token("ssk_search_abc_def", filter=" ")
