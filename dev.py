#!/usr/bin/env python3
"""Every task of this repository on one page; it needs Python 3.11 or newer and nothing else.

    python3 dev.py demo [OPTIONS]   build the demo's index, serve it, open the page
    python3 dev.py check            everything that must be green: lint, types, layers, tests
    python3 dev.py test [ARGS]      the tests alone; ARGS go to pytest
    python3 dev.py format           put the code into shape
    python3 dev.py lock             write requirements/*.lock anew
    python3 dev.py run COMMAND …    any command of the environment, such as: run searchsvc --help

The environment is made in .venv from the hashed lock files, and made anew when they change.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("DEV_VENV", ROOT / ".venv"))
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
APART = ("tests/e2e", "tests/frontends")
LOCKS = {kind: ROOT / f"requirements/{kind}.lock" for kind in ("run", "dev", "fast")}


def main() -> int:
    """Carry out the task named on the command line; its exit code."""
    name, *arguments = sys.argv[1:] or ["help"]
    task = TASKS.get(name)
    if task is None:
        asked = name in ("help", "--help", "-h")
        print(__doc__ if asked else f"no task '{name}'; there is {', '.join(TASKS)}")
        return 0 if asked else 2
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python meets first
        print(f"searchsvc needs Python 3.11 or newer, this is {sys.version.split()[0]}")
        return 2
    return task(arguments)


def demo(arguments: list[str]) -> int:
    """The main job."""
    environment("run")
    return become("searchsvc", "demo", *arguments)


def check(_: list[str]) -> int:
    """All gates in the order of their speed; every one runs, the first failure is the result.

    Tests with commands and browsers of their own run beside the others, which take as long.
    """
    environment("dev")
    fast()
    apart = ("pytest", *APART, "-p", "no:cacheprovider", "--durations=15")
    others = [f"--ignore={folder}" for folder in APART]
    gates = [
        ("ruff", "format", "--check", "."),
        ("ruff", "check", "."),
        ("mypy",),
        ("lint-imports",),
        ("interrogate", "--quiet", "tests"),
        ("pytest", *others, "--cov", "--cov-report=term:skip-covered", "--durations=25"),
    ]
    with beside(*apart) as ended:
        codes = [run(*gate) for gate in gates]
        codes.append(ended())
    for gate, code in zip([*gates, apart], codes, strict=True):
        print(f"{' '.join(gate[:2])}: {'ok' if code == 0 else f'failed with {code}'}")
    return next((code for code in codes if code), 0)


def test(arguments: list[str]) -> int:
    """Pytest alone."""
    environment("dev")
    fast()
    return run("pytest", *arguments)


@contextmanager
def beside(name: str, *arguments: str) -> Iterator[Callable[[], int]]:
    """A command that runs meanwhile; what is given waits for it, prints what it said, has its code.

    It ends with the block.
    """
    with tempfile.TemporaryFile() as said:
        command = [str(SCRIPTS / name), *arguments]
        process = subprocess.Popen(
            command, cwd=ROOT, env=variables(), stdout=said, stderr=subprocess.STDOUT
        )

        def ended() -> int:
            code = process.wait()
            said.seek(0)
            print(f"--- {name} {' '.join(arguments)}", flush=True)
            shutil.copyfileobj(said, sys.stdout.buffer)
            sys.stdout.flush()
            return code

        try:
            yield ended
        finally:
            process.terminate()
            process.wait()


def format_code(_: list[str]) -> int:
    """Formatter, and the fixes that need no thought."""
    environment("dev")
    run("ruff", "check", "--fix", "--quiet", ".")
    return run("ruff", "format", ".")


def lock(_: list[str]) -> int:
    """Resolve pyproject.toml to exact versions with hashes, for every platform."""
    environment("dev")
    common = ("pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes")
    quiet = ("--no-header", "--no-emit-index-url", "--no-annotate", "--quiet", "--upgrade")
    whole = ("pyproject.toml", "--group", "build")
    parts = {"run": whole, "dev": (*whole, "--group", "dev"), "fast": ("--group", "fast")}
    for kind, named in parts.items():
        code = run("uv", *common, *quiet, *named, "-o", str(LOCKS[kind]))
        if code:
            return code
    return 0


def run_any(arguments: list[str]) -> int:
    """A command of the environment."""
    if not arguments:
        print("name a command of the environment, such as: run searchsvc --help")
        return 2
    environment("dev")
    if shutil.which(str(SCRIPTS / arguments[0])) is None:
        print(f"no command '{arguments[0]}' in {SCRIPTS}")
        return 2
    return become(*arguments)


def environment(kind: str) -> None:
    """Make .venv match the lock file; a `dev` environment serves as a `run` one too.

    One process at a time: a second one waits, and finds it made.
    """
    VENV.parent.mkdir(parents=True, exist_ok=True)
    with VENV.with_name(f"{VENV.name}.lock").open("w") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        _make_environment(kind)


def _make_environment(kind: str) -> None:
    stamp = VENV / "searchsvc.stamp"
    have = stamp.read_text() if stamp.exists() else ""
    wanted = {name: f"{name} {fingerprint(name)}" for name in ("dev", kind)}
    if have in wanted.values():
        return
    print(f"preparing {VENV} from {LOCKS[kind].relative_to(ROOT)} …", flush=True)
    if not SCRIPTS.exists():
        venv.create(VENV, with_pip=True)
    pip = (str(python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    # The lock file is whole. Without --no-deps an old pip looks for `coverage[toml]` beside the
    # pinned `coverage`, and fails on the day that a newer one is released.
    subprocess.run([*pip, "--no-deps", "--require-hashes", "-r", str(LOCKS[kind])], check=True)
    itself = ("--no-deps", "--no-build-isolation", "-e", str(ROOT))
    subprocess.run([*pip, *itself], check=True)
    stamp.write_text(wanted[kind])


def fast() -> None:
    """Add mysqlclient for its tests where it can be built; elsewhere they are skipped by name."""
    stamp = VENV / "searchsvc-fast.stamp"
    wanted = fingerprint("fast")
    if (stamp.exists() and stamp.read_text() == wanted) or not has_mysql_headers():
        return
    pip = (str(python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    # What builds it is in the environment, so that nothing is fetched without a hash.
    locked = ("--no-deps", "--require-hashes", "--no-build-isolation", "-r", str(LOCKS["fast"]))
    if subprocess.run([*pip, *locked], check=False).returncode == 0:
        stamp.write_text(wanted)


def has_mysql_headers() -> bool:
    """Whether pkg-config and a C library of MySQL are there."""
    program = shutil.which("pkg-config")
    names = ("mysqlclient", "mariadbclient", "libmariadb", "perconaserverclient")
    return program is not None and any(
        subprocess.run([program, "--exists", name], check=False).returncode == 0 for name in names
    )


def fingerprint(kind: str) -> str:
    """Changes with the lock file, the project file and the Python."""
    content = LOCKS[kind].read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(content + sys.version.encode()).hexdigest()[:16]


def python() -> Path:
    """The interpreter of the environment."""
    return SCRIPTS / ("python.exe" if os.name == "nt" else "python")


def run(command: str, *arguments: str) -> int:
    """Run a command of the environment in the repository; its exit code."""
    try:
        return subprocess.run(
            [str(SCRIPTS / command), *arguments], cwd=ROOT, env=variables(), check=False
        ).returncode
    except KeyboardInterrupt:
        return 130


def become(command: str, *arguments: str) -> int:
    """Run a command in the place of this process, so that a signal to this reaches it."""
    if os.name != "nt":  # which has neither this nor such a signal
        sys.stdout.flush()
        os.chdir(ROOT)
        path = str(SCRIPTS / command)
        os.execve(path, [path, *arguments], variables())  # noqa: S606 - no shell is wanted
    return run(command, *arguments)


def variables() -> dict[str, str]:
    """The variables of this process, and those that an activated environment has."""
    path = os.pathsep.join((str(SCRIPTS), os.environ.get("PATH", "")))
    return {**os.environ, "PATH": path, "VIRTUAL_ENV": str(VENV)}


TASKS: dict[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "check": check,
    "test": test,
    "format": format_code,
    "lock": lock,
    "run": run_any,
}

if __name__ == "__main__":
    sys.exit(main())
