"""An engine as searchsvc.yaml describes it; its servers are not asked before they are needed."""

from pathlib import Path

from searchsvc.engines.elastic.access import Access, parse_hosts
from searchsvc.engines.elastic.client import Client
from searchsvc.engines.elastic.index import ElasticStore
from searchsvc.engines.elastic.names import Names
from searchsvc.engines.elastic.search import ElasticEngine
from searchsvc.errors import SettingsError
from searchsvc.settings import Engine


def connect(settings: Engine, root: Path) -> tuple[ElasticStore, ElasticEngine]:
    """The write and the read side; files are meant from `root`. Raises SettingsError."""
    client = Client(_access(settings, root))
    names = Names(settings.prefix)
    store = ElasticStore(client, names, shards=settings.shards, replicas=settings.replicas)
    return store, ElasticEngine(client, names)


def _access(settings: Engine, root: Path) -> Access:
    api_key = _secret(root, "api_key", settings.api_key, settings.api_key_file)
    password = _secret(root, "password", settings.password, settings.password_file)
    if api_key and settings.username:
        raise SettingsError(
            "both an API key and an account are set",
            key="engine.api_key",
            hint="keep one of engine.api_key and engine.username",
        )
    if bool(settings.username) != bool(password):
        raise SettingsError(
            "an account has a name and a password",
            key="engine.username",
            hint="set both engine.username and engine.password",
        )
    return Access(
        settings.kind,
        parse_hosts(settings.hosts, allow_http=settings.allow_http),
        api_key,
        settings.username,
        password,
        str(root / settings.ca_certs) if settings.ca_certs else "",
        settings.verify,
        settings.timeout,
        settings.write_timeout,
    )


def _secret(root: Path, name: str, value: str, file: str) -> str:
    """A secret as it is set, or as its file holds it; it may not end or break a header."""
    if value and file:
        raise SettingsError(f"engine.{name} and engine.{name}_file are both set", key="engine")
    if file:
        try:
            value = (root / file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"cannot read the secret in '{file}'",
                key=f"engine.{name}_file",
                hint="name a file that holds it and nothing else",
            ) from error
    if not value.isprintable():
        raise SettingsError("the secret holds control characters", key=f"engine.{name}")
    return value
