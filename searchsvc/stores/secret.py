"""The installation's secret, which signs what callers bring back: a file beside its data."""

import os
import secrets
from pathlib import Path

from searchsvc.errors import StateError

_NAME = "secret"
_BYTES = 32


def installation_secret(data_dir: Path) -> bytes:
    """The secret in `data_dir`, made by who comes first. Raises StateError."""
    path = data_dir / _NAME
    try:
        if not path.exists():
            _make(path)
        found = path.read_bytes()
    except OSError as error:
        raise StateError(f"the secret in '{path}' cannot be read or made: {error}") from error
    if len(found) < _BYTES:
        raise StateError(f"the secret in '{path}' is too short", hint="remove it for a new one")
    return found


def _make(path: Path) -> None:
    """Write it whole under another name first; whoever links it into place first has made it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
