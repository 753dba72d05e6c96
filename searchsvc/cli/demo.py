"""`searchsvc demo`: the main job on real text, from nothing to a search box."""

import sys
import threading
import time
import urllib.request
import webbrowser
from pathlib import Path
from subprocess import CalledProcessError, run

import click
import platformdirs

from searchsvc import __version__
from searchsvc.bootstrap import Services, build, check_address, serve, shipped_folder
from searchsvc.cli.up import bring_up
from searchsvc.errors import SourceError
from searchsvc.settings import FILE_NAME, Project, load

_DATABASE = "pydocs.db"
_SETTINGS = """\
# Written by `searchsvc demo` at every start. The definitions are the shipped ones.
mappings: "{shipped}/mappings"
indexers: "{shipped}/indexers"
sources:
  pydocs: {{url: "sqlite:///pydocs.db"}}
logging: {{level: WARNING}}
"""


@click.command
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port.",
)  # fmt: skip
@click.option("--no-open", is_flag=True, help="Do not open the page in a browser.")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path),
    help="Where the demo's data belongs (default: this user's cache).",
)  # fmt: skip
def command(port: int, no_open: bool, folder: Path | None) -> None:
    """Index this Python's own documentation, serve it, and open the page.

    Builds a SQLite database of modules, objects and language topics from the running interpreter,
    indexes it as any project's tables are, then serves API and page on 127.0.0.1 and follows the
    database. Nothing is downloaded. A second start reuses the data. Ctrl-C ends it.
    """
    folder = folder or platformdirs.user_cache_path("searchsvc") / f"demo-{_python_name()}"
    project = _make_project(folder)
    check_address(project, port)
    _build_source(folder / _DATABASE)
    built = build(project)
    try:
        built.log_to_console()
        _start(built, port, no_open)
    finally:
        built.close()


def _python_name() -> str:
    """Another Python has another documentation, another searchsvc perhaps other tables."""
    return f"{__version__}-py{sys.version_info.major}.{sys.version_info.minor}"


def _make_project(folder: Path) -> Project:
    folder.mkdir(parents=True, exist_ok=True)
    text = _SETTINGS.format(shipped=shipped_folder().as_posix())
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    return load(folder)


def _build_source(database: Path) -> None:
    """The database, made once; it appears when it is complete."""
    if database.exists():
        click.echo(f"reusing {database}")
        return
    for unfinished in database.parent.glob(f".{database.name}.*"):
        unfinished.unlink()
    click.echo(f"reading this Python's documentation into {database} …")
    # In a process of its own: it imports the whole standard library. Ctrl-C reaches us alone,
    # and ends it through us.
    builder = [sys.executable, "-m", "searchsvc.sources.pydocs", str(database)]
    try:
        run(builder, check=True, start_new_session=True)  # noqa: S603 - our own module
    except CalledProcessError as error:
        raise SourceError("the demo's database could not be built", hint="see above") from error


def _start(built: Services, port: int, no_open: bool) -> None:
    bring_up(built)
    schedule = built.schedule()

    def started() -> None:
        schedule.start()
        threading.Thread(target=_announce, args=(built, port, no_open), daemon=True).start()

    serve(built.project, port=port, on_started=started, on_stop=schedule.stop)


def _announce(built: Services, port: int, no_open: bool) -> None:
    """Say where it is, once it answers."""
    base = f"http://127.0.0.1:{port}"
    if not _wait(f"{base}/readyz"):
        return
    api = f"{base}/v1/indexes/pydocs"
    click.echo(
        f"\nthe page   {base}/ui"
        f"\nthe data   {built.project.root / _DATABASE}   (change a row: it is found in seconds)"
        f"\n\ntry:"
        f"\n  curl '{api}/search?q=thred+pool&facets=kind'"
        f"\n  curl '{api}/suggest?q=asyn'"
        f"\n  curl '{base}/v1/latency'"
        f"\n\nCtrl-C ends it."
    )
    if not no_open:
        webbrowser.open(f"{base}/ui")


def _wait(url: str) -> bool:
    """Whether the server got ready within a minute."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with direct.open(url, timeout=2):
                return True
        except OSError:
            time.sleep(0.1)
    return False
