"""Installs the JavaScript clients that tests drive, and bundles pages with them.

`python -m tests.support.frontends install` puts the packages of tests/frontends/package-lock.json
into the user's cache, once for each content of that file; a test run itself downloads nothing.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

import platformdirs

FOLDER = Path(__file__).resolve().parents[1] / "frontends"
_DECLARED = ("package.json", "package-lock.json", ".npmrc")
_DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "frontends.md"
_NODE = 18  # esbuild and npm refuse an older one


def modules() -> Path:
    """The node_modules of this lock file."""
    lock = sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()[:12]
    cache = Path(platformdirs.user_cache_dir("searchsvc-tests"))
    return cache / f"frontends-{lock}" / "node_modules"


def lacking() -> str:
    """Why no page can be bundled here, "" where one can."""
    if _node_version() < _NODE:
        return f"no Node.js {_NODE}: install nodejs and npm"
    if not modules().is_dir():
        return "no npm packages: run `python -m tests.support.frontends install`"
    return ""


def _node_version() -> int:
    """The major version of Node.js here, 0 where there is none."""
    node = shutil.which("node")
    if node is None:
        return 0
    asked = subprocess.run([node, "-v"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)", asked.stdout)
    return int(found.group(1)) if found else 0


def install() -> None:
    """Download the packages where they are not in the cache yet."""
    home = modules().parent
    if home.exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not there: install Node.js with npm")
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        for name in _DECLARED:
            shutil.copy(FOLDER / name, folder)
        # No package runs anything of its own here; esbuild's program lies in a package of its own.
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=folder, check=True)
        # Moved only when it is whole, so that a broken download is never used.
        Path(folder).rename(home)
        Path(folder).mkdir()


def bundle(
    entry: Path, into: Path, *, format: str = "esm", environment: str = "production"
) -> Path:
    """The script `entry` with all that it imports, as one file in the folder `into`.

    `format`: `esm`, or `iife` of what is no module; `environment`: also `development`.
    """
    target = into / f"{entry.stem}.js"
    command = [
        modules() / ".bin" / "esbuild", entry, "--bundle", f"--format={format}",
        "--log-level=error", f'--define:process.env.NODE_ENV="{environment}"', "--jsx=automatic",
        f"--outfile={target}",
    ]  # fmt: skip
    subprocess.run(command, env={**os.environ, "NODE_PATH": str(modules())}, check=True)
    return target


def example(language: str, of: str) -> str:
    """The one block of that language in a section of docs/frontends.md."""
    text = (_DOCUMENT).read_text(encoding="utf-8")
    section = text.partition(f"\n## {of}\n")[2].partition("\n## ")[0]
    (block,) = re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
    return str(block)


def type_errors(script: Path) -> str:
    """What TypeScript says against a script whose folder has all that it imports but packages."""
    packages = script.with_name("node_modules")
    packages.symlink_to(modules())
    command = [
        modules() / ".bin" / "tsc", script, "--noEmit", "--strict", "--skipLibCheck",
        "--module", "esnext", "--moduleResolution", "bundler", "--target", "es2022",
        "--lib", "es2022,dom,dom.iterable",
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit(__doc__)
    install()
