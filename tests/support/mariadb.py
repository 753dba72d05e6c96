"""Starts a MariaDB of our own on a free port of this host, and says which clients can read it."""

import shutil
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

_SECONDS_TO_START = 60


def find_mariadb() -> Path | None:
    """The server's program, also where PATH does not reach it."""
    for candidate in (shutil.which("mariadbd"), "/usr/sbin/mariadbd"):
        if candidate and Path(candidate).exists():
            return Path(candidate)
    return None


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_mysqlclient() -> None:
    """Skip the test where the extra `fast` is not installed."""
    if find_spec("MySQLdb") is None:
        pytest.skip("no mysqlclient: install libmariadb-dev, pkg-config and a C compiler")


class MariaDB:
    """One server with its own data directory; account root, no password, loopback only.

    `options` are further ones of its command line.
    """

    def __init__(self, binary: Path, folder: Path, *options: str) -> None:
        self._binary = binary
        self._options = options
        self._data = folder / "data"
        self.port = free_port()
        self.url = f"mysql+pymysql://root@127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the data directory if need be, start, and wait until it answers."""
        if not self._data.exists():
            install = ["mariadb-install-db", "--no-defaults", f"--datadir={self._data}"]
            install += ["--auth-root-authentication-method=normal", "--skip-test-db"]
            subprocess.run(install, check=True, capture_output=True)
        self._process = subprocess.Popen(
            [
                self._binary, "--no-defaults", "--user=root", f"--datadir={self._data}",
                "--bind-address=127.0.0.1", f"--port={self.port}",
                f"--socket={self._data}/s.sock", "--innodb-buffer-pool-size=64M",
                *self._options,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._wait()

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def kill(self) -> None:
        """End it at once, as a power cut of its host would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)
            self._process = None

    def _wait(self) -> None:
        deadline = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise TimeoutError(f"MariaDB did not listen on port {self.port}")
