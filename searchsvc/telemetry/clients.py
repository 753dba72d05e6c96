"""Names clients so that they can be counted and not found."""

import ipaddress
from functools import lru_cache
from hashlib import blake2b

_REMEMBERED = 4096  # addresses whose names are not made again


class Clients:
    """Names that only who has the `secret` can make from an address."""

    def __init__(self, secret: bytes) -> None:
        self._key = blake2b(secret, digest_size=32, person=b"searches").digest()
        self.name = lru_cache(_REMEMBERED)(self._name)

    def _name(self, address: str) -> str:
        hashed = blake2b(network_of(address).encode(), key=self._key, digest_size=8)
        return hashed.hexdigest()


def network_of(address: str) -> str:
    """The address, or of IPv6 the network, which one person has for all of their devices."""
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        return address
    if given.version == 4:
        return str(given)
    return str(ipaddress.ip_network((given, 64), strict=False).network_address)
