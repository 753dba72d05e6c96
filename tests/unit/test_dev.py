"""The page of tasks: what becomes of a signal that it is sent."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_signal_reaches_the_command() -> None:
    """Which would go on otherwise, and hold its port."""
    slow = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    code = f"import dev; dev.become({Path(sys.executable).name!r}, '-c', {slow!r})"
    env = {**os.environ, "DEV_VENV": sys.prefix}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        os.kill(pid, 0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == -signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
