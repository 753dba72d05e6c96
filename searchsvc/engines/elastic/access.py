"""How the servers are reached: addresses, credentials, certificates, and how long to wait."""

import base64
import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

from searchsvc.errors import SettingsError

KINDS = ("opensearch", "elasticsearch")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Host:
    """One server's address."""

    secure: bool
    name: str
    port: int
    path: str = ""

    @property
    def url(self) -> str:
        """As it is written, without a trailing slash."""
        name = f"[{self.name}]" if ":" in self.name else self.name
        return f"{'https' if self.secure else 'http'}://{name}:{self.port}{self.path}"


@dataclass(frozen=True)
class Access:
    """What a connection needs. Secrets are in no repr.

    `timeout` is how long a search may take, `write_timeout` any other request, in seconds.
    """

    kind: str
    hosts: tuple[Host, ...]
    api_key: str = field(default="", repr=False)
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    ca_certs: str = ""
    verify: bool = True
    timeout: float = 5.0
    write_timeout: float = 60.0

    @property
    def headers(self) -> Mapping[str, str]:
        """The header that proves who we are, if there are credentials."""
        if self.api_key:
            return {"authorization": f"ApiKey {self.api_key}"}
        if self.username:
            pair = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
            return {"authorization": f"Basic {pair}"}
        return {}

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """Certificates are checked against `ca_certs` or the system's, unless `verify` is off."""
        try:
            context = ssl.create_default_context(cafile=self.ca_certs or None)
        except OSError as error:
            raise SettingsError(
                f"cannot read the certificates in '{self.ca_certs}': {error.strerror or error}",
                key="engine.ca_certs",
                hint="name a PEM file",
            ) from error
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def parse_hosts(urls: tuple[str, ...], *, allow_http: bool) -> tuple[Host, ...]:
    """The addresses in `urls`. Raises SettingsError for one that cannot or must not be used."""
    if not urls:
        raise SettingsError(
            "no server is named", key="engine.hosts", hint="such as [https://search.internal:9200]"
        )
    return tuple(_host(url, allow_http=allow_http) for url in urls)


def _host(url: str, *, allow_http: bool) -> Host:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _unusable("an address cannot be read", "https://NAME:PORT") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.query or parts.fragment:
        raise _unusable("an address is no https:// or http:// URL", "https://NAME:PORT")
    if parts.username is not None or parts.password is not None:
        # Not repeated: what stands before the @ is a secret.
        raise _unusable("an address holds credentials", "use engine.username and engine.password")
    secure = parts.scheme == "https"
    if not secure and not allow_http and not _is_loopback(parts):
        raise _unusable(
            f"'{url}' would send documents and credentials in the clear",
            "use https, or set engine.allow_http on a network that you trust",
        )
    return Host(secure, parts.hostname, port or _PORTS[parts.scheme], parts.path.rstrip("/"))


def _unusable(message: str, hint: str) -> SettingsError:
    return SettingsError(message, key="engine.hosts", hint=hint)


def _is_loopback(parts: SplitResult) -> bool:
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"
