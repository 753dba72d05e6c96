"""Where things are and how the service runs: searchsvc.yaml and SEARCHSVC_* variables.

Precedence: environment over file over default. `SEARCHSVC_API__PORT=9000` sets `api.port`; a
`.env` file beside searchsvc.yaml fills variables that the environment does not set, and
`${NAME}` in a string is replaced from either.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_args, get_origin

import msgspec
from msgspec import Meta

from searchsvc.errors import SettingsError, nearest
from searchsvc.yamlfile import Node, read_yaml

FILE_NAME = "searchsvc.yaml"
_PREFIX = "SEARCHSVC_"
# How a server's process tells its workers where the project is.
_NOT_SETTINGS = ("SEARCHSVC_PROJECT",)
_VARIABLE = re.compile(r"\$\{(\w+)\}")


# Scheme, host and port, as browsers send it; one for all origins there is not.
Origin: TypeAlias = Annotated[str, Meta(pattern=r"^https?://[^/*\s,]+$")]


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A database that rows come from. `url` is SQLAlchemy's, `sqlite:///shop.db` for a file."""

    url: str

    def __repr__(self) -> str:
        return "Source(****)"


class Engine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds the indexes: `embedded` keeps them in `data_dir`, the others on `hosts`.

    Secrets come as they are, by `${NAME}`, or from a file. `timeout` is for searches.
    """

    kind: Literal["embedded", "opensearch", "elasticsearch"] = "embedded"
    writer_memory_mb: Annotated[int, Meta(ge=15, le=4096)] = 64
    hosts: tuple[str, ...] = ()
    api_key: str = ""
    api_key_file: str = ""
    username: str = ""
    password: str = ""
    password_file: str = ""
    ca_certs: str = ""
    verify: bool = True
    allow_http: bool = False
    prefix: Annotated[str, Meta(pattern="^([a-z0-9][a-z0-9_-]{0,40})?$")] = ""
    shards: Annotated[int, Meta(ge=1, le=1024)] = 1
    replicas: Annotated[int, Meta(ge=0, le=16)] = 1
    timeout: Annotated[float, Meta(ge=0.1, le=300)] = 5.0
    write_timeout: Annotated[float, Meta(ge=1, le=3600)] = 60.0

    def __repr__(self) -> str:
        return f"Engine(kind={self.kind!r}, hosts={self.hosts!r})"


class Api(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The HTTP server. `slow_ms` is from where a request enters the slow-query log.

    An answer is given again for `cache_ms`, 0 for never.

    `secret` signs cursors and seals what signs tokens; without it one is made and kept in
    `data_dir`. `edit` lets whoever reaches the API change synonyms and rules, and add judgments,
    where no key is asked for: that `keys` says. Pages of `origins` may read answers. No search may
    cost more than `max_cost`, 0 for no limit. `client_header` is where a trusted proxy tells who
    asks.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8000
    workers: Annotated[int, Meta(ge=1, le=256)] = 1
    slow_ms: Annotated[int, Meta(ge=0)] = 250
    cache_ms: Annotated[int, Meta(ge=0, le=60_000)] = 1000
    secret: Annotated[str, Meta(pattern="^(.{32,})?$")] = ""
    edit: bool = False
    keys: Literal["auto", "required", "off"] = "auto"
    origins: tuple[Origin, ...] = ()
    max_cost: Annotated[int, Meta(ge=0)] = 0
    client_header: Annotated[str, Meta(pattern="^[A-Za-z0-9-]*$")] = ""

    def __repr__(self) -> str:
        return f"Api(host={self.host!r}, port={self.port})"


class Indexing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How runs behave. `lease_seconds`: how long a dead owner blocks an index.

    A rebuild saves a checkpoint each `checkpoint_seconds`. `keep_versions` is how many versions
    beside the live one survive a rebuild.
    """

    lease_seconds: Annotated[float, Meta(ge=1, le=3600)] = 30.0
    checkpoint_seconds: Annotated[float, Meta(ge=0, le=3600)] = 30.0
    keep_versions: Annotated[int, Meta(ge=0)] = 2
    max_delete_ratio: Annotated[float, Meta(ge=0, le=1)] = 0.05
    min_delete_guard: Annotated[int, Meta(ge=0)] = 100
    max_dead_ratio: Annotated[float, Meta(ge=0, le=1)] = 0.05


class Suggest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Suggestions that are kept ready. A version's are made anew each `refresh` seconds at most."""

    refresh: Annotated[float, Meta(ge=1, le=86_400)] = 900.0


class Analytics(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With `log`, searches and what was done with their hits are remembered for `days`.

    They are for reports, and to suggest the searches of many people that have hits. `learn` names
    indexes of which is learned what people click on, at the time `learn_at`.
    """

    log: bool = True
    days: Annotated[int, Meta(ge=1, le=3660)] = 30
    learn: tuple[str, ...] = ()
    learn_at: str = "daily"


class Logging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`level` is Python's; `format` is `text` or `json`."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    format: Literal["text", "json"] = "text"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be set; paths are relative to the folder of searchsvc.yaml."""

    data_dir: str = ".searchsvc"
    mappings: str = "mappings"
    indexers: str = "indexers"
    state_url: str = ""
    sources: dict[str, Source] = {}
    engine: Engine = Engine()
    api: Api = Api()
    indexing: Indexing = Indexing()
    suggest: Suggest = Suggest()
    analytics: Analytics = Analytics()
    logging: Logging = Logging()


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder with its settings; every path is absolute."""

    root: Path
    settings: Settings

    @property
    def data_dir(self) -> Path:
        """Where the embedded engine, the state store and the logs live."""
        return self.root / self.settings.data_dir

    @property
    def mappings(self) -> Path:
        """The folder of `<index>/mapping.yaml`."""
        return self.root / self.settings.mappings

    @property
    def indexers(self) -> Path:
        """The folder of `<index>.py`."""
        return self.root / self.settings.indexers

    @property
    def state_url(self) -> str:
        """The state store's database; a SQLite file in `data_dir` unless it is set."""
        return self.settings.state_url or f"sqlite:///{self.data_dir / 'state.db'}"


def load(root: Path, environ: Mapping[str, str] | None = None) -> Project:
    """The project of folder `root`. Without a searchsvc.yaml the defaults hold.

    Raises SettingsError with file, line, key and the nearest known name.
    """
    root = root.resolve()
    if not root.is_dir():
        raise SettingsError("there is no such folder", file=root, hint="name a project's with -C")
    env = {**_dotenv(root / ".env"), **(os.environ if environ is None else environ)}
    path = root / FILE_NAME
    tree = read_yaml(path, SettingsError) if path.exists() else Node({}, path, 1, "")
    values = _checked(tree, Settings, env)
    _apply_environment(values, env)
    try:
        return Project(root, msgspec.convert(values, Settings))
    except msgspec.ValidationError as error:
        raise SettingsError(str(error), file=path) from error


def _checked(node: Node, kind: Any, env: Mapping[str, str]) -> Any:
    """The plain value of `node`, its keys checked against the Struct `kind`."""
    if not isinstance(kind, type) or not issubclass(kind, msgspec.Struct):
        return _typed(node, kind, env)
    if not isinstance(node.value, dict):
        raise node.error(SettingsError, "must be a mapping of settings")
    known = {field.name: field.type for field in msgspec.structs.fields(kind)}
    values = {}
    for name, child in node.items():
        if name not in known:
            raise child.error(SettingsError, f"unknown setting '{name}'", nearest(name, known))
        values[name] = _checked(child, known[name], env)
    return values


def _typed(node: Node, kind: Any, env: Mapping[str, str]) -> Any:
    """A value that is no Struct itself: a scalar, a list of them, or the mapping of sources."""
    if kind == dict[str, Source]:
        if not isinstance(node.value, dict):
            raise node.error(SettingsError, "must be a mapping of sources by name")
        return {name: _checked(child, Source, env) for name, child in node.items()}
    value = _expand(node, env)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise node.error(SettingsError, *_fault(error, value, kind)) from error


def _fault(error: msgspec.ValidationError, value: object, kind: Any) -> tuple[str, str]:
    """What is wrong with the value of a setting, and what to write instead."""
    text = str(error)
    if kind == tuple[Origin, ...] and "regex" in text:
        message = "an origin is a scheme, a host and a port, as browsers send it"
        return message, "such as https://shop.example or http://127.0.0.1:8202; there is no '*'"
    return text[0].lower() + text[1:], _choices(value, kind)


def _choices(value: object, kind: Any) -> str:
    """A hint where the setting is one of some words."""
    return nearest(str(value), get_args(kind)) if get_origin(kind) is Literal else ""


def _expand(node: Node, env: Mapping[str, str]) -> Any:
    """The scalar, or each of a list, with each ${NAME} replaced."""
    if isinstance(node.value, list):
        return [_expand(one, env) for one in node.value]

    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in env:
            raise node.error(
                SettingsError, f"the variable {name} is not set", "export it, or add it to .env"
            )
        return env[name]

    return _VARIABLE.sub(replace, node.value) if isinstance(node.value, str) else node.plain()


def _apply_environment(values: dict[str, Any], env: Mapping[str, str]) -> None:
    """Lay each SEARCHSVC_SECTION__NAME over `values`."""
    for variable, text in sorted(env.items()):
        if (
            not variable.startswith(_PREFIX)
            or variable in _NOT_SETTINGS
            or variable.startswith(f"{_PREFIX}TEST_")
        ):
            continue
        path = variable.removeprefix(_PREFIX).lower().split("__")
        _set(values, path, text, variable)


def _set(values: dict[str, Any], path: list[str], text: str, variable: str) -> None:
    """Set one setting from the environment, checked step by step against the Structs."""
    kind: Any = Settings
    target = values
    for depth, name in enumerate(path):
        if kind == dict[str, Source]:
            kind = Source
        else:
            known = {f.name: f.type for f in msgspec.structs.fields(kind)}
            if name not in known:
                message = f"unknown setting '{name}' in the variable {variable}"
                raise SettingsError(message, hint=nearest(name, known))
            kind = known[name]
        is_group = kind == dict[str, Source] or (
            isinstance(kind, type) and issubclass(kind, msgspec.Struct)
        )
        if depth == len(path) - 1:
            if is_group:
                raise SettingsError(f"the variable {variable} names a group, not a setting")
            target[name] = _parse(text, kind, variable)
        elif not is_group:
            raise SettingsError(f"the variable {variable} goes below the setting '{name}'")
        else:
            target = target.setdefault(name, {})


def _parse(text: str, kind: Any, variable: str) -> Any:
    """The variable's text as the type of its setting; commas part the values of a list."""
    value = [part.strip() for part in text.split(",")] if get_origin(kind) is tuple else text
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        message, hint = _fault(error, text, kind)
        raise SettingsError(
            f"the variable {variable} is not usable: {message}", hint=hint
        ) from error


def _dotenv(path: Path) -> dict[str, str]:
    """NAME=value lines; quotes around the value and `#` lines are dropped."""
    if not path.exists():
        return {}
    pairs = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        if not equals:
            raise SettingsError("expected NAME=value", file=path, line=number)
        pairs[name.strip()] = value.strip().strip("'\"")
    return pairs
