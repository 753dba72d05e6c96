"""Builds what lets requests in, from a project's settings."""

import ipaddress

from searchsvc.access.keyring import Keyring, OpenDoor
from searchsvc.access.keys import Keys
from searchsvc.access.secret import Sealer
from searchsvc.errors import SettingsError
from searchsvc.ports import KeyStore
from searchsvc.settings import Project
from searchsvc.stores.keys import SqlKeyStore


def door(project: Project, state_url: str, secret: bytes) -> Keyring | OpenDoor:
    """What a worker asks of each request. Raises StateError where keys cannot be read."""
    if project.settings.api.keys == "off":
        return OpenDoor()
    # Whom others can reach is not opened by the loss of its keys.
    required = project.settings.api.keys == "required" or not is_loopback(project.settings.api.host)
    keyring = Keyring(SqlKeyStore(state_url), Sealer(secret), required=required)
    keyring.follow()
    return keyring


def keys(state_url: str, secret: bytes) -> Keys:
    """What makes and ends keys. Raises StateError."""
    return Keys(SqlKeyStore(state_url), Sealer(secret))


def check_keys(project: Project, state_url: str) -> None:
    """Raises SettingsError for an address that others can reach where no key is asked for."""
    api = project.settings.api
    if is_loopback(api.host) or api.keys == "required":
        return
    if api.keys == "auto" and _has_keys(SqlKeyStore(state_url)):
        return
    hint = "set api.keys to auto" if api.keys == "off" else "make one with: searchsvc keys create"
    raise SettingsError(
        f"'{api.host}' is no loopback address, and the API asks for no keys",
        key="api.host",
        hint=f"{hint}; or keep 127.0.0.1, behind a proxy that authenticates",
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _has_keys(store: KeyStore) -> bool:
    try:
        return bool(store.api_keys())
    finally:
        store.close()
