"""Runs the installed `searchsvc` command as its users do: to its end, or as a server."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

COMMAND = str(Path(sys.executable).with_name("searchsvc"))
# A proxy for everything: what is ours on 127.0.0.1 must not be asked through it.
_ENVIRONMENT = {
    **os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", "COLUMNS": "160",
    "http_proxy": "http://127.0.0.1:9",
}  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def run_command(
    *arguments: object, folder: Path | None = None, input: str = "", **environment: str
) -> Ended:
    """`searchsvc ARGUMENTS` in `folder`, to its end, for a minute at most; it reads `input`."""
    ended = subprocess.run(
        [COMMAND, *map(str, arguments)], cwd=folder, env={**_ENVIRONMENT, **environment},
        capture_output=True, text=True, timeout=60, input=input, check=False,
    )  # fmt: skip
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@dataclass
class RunningCommand:
    """A command that serves, in a session of its own; `lines` are its output so far."""

    process: subprocess.Popen[str]
    url: str
    started: float
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that it has printed, errors included."""
        return "".join(self.lines)

    def get(self, path: str) -> httpx.Response:
        """The answer to a GET request."""
        return httpx.get(self.url + path, timeout=10, trust_env=False)

    def wait_for(self, condition: Callable[[], object], seconds: float) -> float:
        """The seconds until `condition` is true; it may raise httpx errors until then."""
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            try:
                if condition():
                    return time.monotonic() - begin
            except httpx.TransportError:
                if self.process.poll() is not None:
                    break
            time.sleep(0.05)
        raise AssertionError(f"not true within {seconds} s; the command printed:\n{self.text}")

    def signal_group(self, number: signal.Signals) -> None:
        """As a terminal does: to the command and to all that it has started."""
        os.killpg(self.process.pid, number)

    def wait(self, seconds: float = 20) -> int:
        """The exit code, once it has ended."""
        return self.process.wait(seconds)

    def left_over(self, seconds: float = 10.0) -> list[int]:
        """Processes of its group that still run after so long.

        A helper sees only then that its server has ended, and so does a worker just started.
        """
        deadline = time.monotonic() + seconds
        while (left := self._group()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return left

    def _group(self) -> list[int]:
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, timeout=10,
            check=True,
        )  # fmt: skip
        rows = [line.split() for line in listed.stdout.splitlines()]
        own = str(self.process.pid)
        return [int(pid) for pid, group, stat in rows if group == own and stat[0] != "Z"]


@contextmanager
def running(*arguments: object, port: int, folder: Path | None = None) -> Iterator[RunningCommand]:
    """`searchsvc ARGUMENTS`, started; whatever it leaves is killed at the end."""
    process = subprocess.Popen(
        [COMMAND, *map(str, arguments)], cwd=folder, env=_ENVIRONMENT, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    command = RunningCommand(process, f"http://127.0.0.1:{port}", time.monotonic())
    reader = threading.Thread(target=_read, args=(command,), daemon=True)
    reader.start()
    try:
        yield command
    finally:
        if process.poll() is None:
            command.signal_group(signal.SIGKILL)
        process.wait(20)
        reader.join(20)


def _read(command: RunningCommand) -> None:
    assert command.process.stdout is not None
    with command.process.stdout as output:
        for line in output:
            command.lines.append(line)
