"""What is kept of keys, and what becomes of them."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from searchsvc.access.keys import Wanted
from searchsvc.access.secret import hash_of, id_of, signing_of
from searchsvc.domain.access import Role
from searchsvc.errors import UnknownKey, UsageError
from tests.support.keys import KeyCase


def test_a_secret_says_its_role_and_key_and_holds_256_random_bits(made: KeyCase) -> None:
    """Two are never alike, and no other part of them is random."""
    key, secret = made.keys.create(Wanted("shop", Role.ANALYST))
    assert secret.startswith(f"ssk_analyst_{key.id}_")
    assert id_of(secret) == key.id
    assert len(secret.rpartition(f"{key.id}_")[2]) == 43
    assert made.keys.rotate("shop", timedelta())[1] != secret


def test_the_store_holds_no_secret(made: KeyCase, tmp_path: Path) -> None:
    """Neither as it is, nor what signs its tokens; and no two rows seal alike."""
    secrets = [made.secret(name) for name in ("a", "b")]
    with sqlite3.connect(tmp_path / "keys.db") as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    for secret in secrets:
        assert secret not in dump
        assert secret.split("_", 3)[3] not in dump
        assert signing_of(secret).hex() not in dump
        assert hash_of(secret) in dump


def test_a_key_comes_back_as_it_was_kept(made: KeyCase) -> None:
    """Every member, through the database."""
    wanted = Wanted(
        "all", Role.ADMIN, ("a", "b"), ("https://shop.example",), 600, 60, 80, timedelta(days=90)
    )
    key, _ = made.keys.create(wanted)
    assert made.keys.store.api_keys() == [key]
    rotated, _ = made.keys.rotate(key.id, timedelta(hours=1))
    assert made.keys.store.api_keys() == [rotated]
    assert rotated.before == key.secret
    assert made.keys.revoke("all").revoked is not None


def test_names_are_told_apart(made: KeyCase) -> None:
    """One that is taken, one that is not there, and a key that has ended."""
    made.secret("shop")
    with pytest.raises(UsageError, match="there is a key 'shop' already; choose another name"):
        made.secret("shop")
    with pytest.raises(UnknownKey, match=r"there is no key 'shpo'; did you mean 'shop'\?"):
        made.keys.revoke("shpo")
    made.keys.revoke("shop")
    with pytest.raises(UsageError, match="has been revoked"):
        made.keys.rotate("shop", timedelta())


def test_no_name_is_the_id_of_another_key(made: KeyCase) -> None:
    """Since either finds a key."""
    key, _ = made.keys.create(Wanted("shop", Role.SEARCH))
    with pytest.raises(UsageError, match="there is a key"):
        made.keys.create(Wanted(key.id, Role.SEARCH))
