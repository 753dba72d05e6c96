"""Peak memory of a rebuild, as the command line runs it, on the way and at its end.

    python3 dev.py run python bench/memory.py [--rows 200000] [--source sqlite|pymysql|mysqldb]

MySQL is a MariaDB started for it. Anonymous memory is what the process has made for itself; the
rest of what is resident are pages of files, most of all the embedded engine's index, which the
system takes back when it needs them. With --engine the documents go to an OpenSearch or
Elasticsearch, so that only our own memory counts.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from indexing import write_project
from reading import COLUMNS, TABLE, make_table, server
from rows import MAPPING, SQL, make_products

ENGINES = ("embedded", "opensearch", "elasticsearch")
MYSQL_MAPPING = """\
fields:
  name:        text^8, suggest, highlight
  brand_id:    number, facet
  price:       number, facet, sort
  weight:      number
  status:      keyword, facet
  in_stock:    bool, facet
  description: text, snippet(30)
  released:    date
  updated_at:  date, sort
"""
_ROWS = re.compile(r"([\d,]+)/[\d,]+ rows")
_MARKS = (0.1, 0.5, 1.0)
_MADE = 20_000  # rows that are made one by one; the others are copies of them


def main() -> None:
    """Memory of one `searchsvc index rebuild` at a tenth, a half and all of the rows."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=200_000)
    options.add_argument("--source", choices=("sqlite", "pymysql", "mysqldb"), default="sqlite")
    options.add_argument("--engine", choices=ENGINES, default="embedded")
    options.add_argument("--engine-url", help="a server of your own; else one is started")
    chosen = options.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        engine = _engine(chosen.engine, chosen.engine_url, stack)
        if chosen.source == "sqlite":
            make_products(folder / "products.db", chosen.rows)
            write_project(folder, engine=engine, mapping=MAPPING, sql=SQL)
        else:
            url = stack.enter_context(server(None))
            make_large_table(url, chosen.rows)
            url = url.replace("mysql:", f"mysql+{chosen.source}:") + "/searchsvc_bench"
            sql = f"SELECT {', '.join(COLUMNS)} FROM {TABLE}"
            write_project(folder, url, engine=engine, mapping=MYSQL_MAPPING, sql=sql)
        report(folder, chosen.rows)


def _engine(kind: str, url: str | None, stack: ExitStack) -> str:
    """The settings of the engine; its server is started where none is given."""
    if kind == "embedded":
        return ""
    if not url:
        sys.path.insert(0, str(Path(__file__).parent.parent))
        from tests.support.servers import DISTRIBUTIONS, Server

        started = Server(DISTRIBUTIONS[kind])
        stack.callback(started.stop)
        started.start()
        url = started.url
    return f"engine: {{kind: {kind}, hosts: ['{url}'], allow_http: true, replicas: 0}}\n"


def make_large_table(url: str, count: int) -> None:
    """So many rows: the first ones made, the others copied from them by the server."""
    from sqlalchemy import create_engine

    make_table(url, min(count, _MADE))
    names = ", ".join(name for name in COLUMNS if name != "id")
    engine = create_engine(url.replace("mysql:", "mysql+pymysql:"))
    with engine.begin() as connection:
        made = min(count, _MADE)
        while made < count:
            some = min(made, count - made)
            connection.exec_driver_sql(
                f"INSERT INTO {TABLE} (id, {names}) SELECT id + {made}, {names} FROM {TABLE}"
                f" WHERE id < {some}"
            )
            made += some
        connection.exec_driver_sql(f"CREATE INDEX changed ON {TABLE} (updated_at, id)")
        connection.exec_driver_sql(f"ANALYZE TABLE {TABLE}")
    engine.dispose()


def report(folder: Path, rows: int) -> None:
    """Run the rebuild and print what it holds on the way."""
    started = time.perf_counter()
    process = subprocess.Popen(
        ["searchsvc", "-C", str(folder), "index", "rebuild", "products"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    held = Held(process.pid)
    held.start()
    marks = list(_MARKS)
    with process:
        for line in process.stdout:
            found = _ROWS.search(line)
            share = int(found[1].replace(",", "")) / rows if found else 0.0
            while marks and share >= marks[0]:
                print(f"{marks.pop(0):5.0%} of {rows:,} rows: {held}", flush=True)
    if process.returncode:
        sys.exit(process.returncode)
    held.join()
    print(f"  end of the rebuild: {held}")
    print(f"{rows:,} rows in {time.perf_counter() - started:.1f} s")


class Held(threading.Thread):
    """Looks at a process's memory until it ends, and remembers the most, in MiB."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._path = Path(f"/proc/{pid}/status")
        self._most: dict[str, float] = {}

    def run(self) -> None:
        """Every twentieth of a second, by the system's own figures."""
        while status := self._status():
            for name, kib in re.findall(r"(VmRSS|RssAnon|RssFile):\s+(\d+) kB", status):
                self._most[name] = max(self._most.get(name, 0.0), int(kib) / 1024)
            time.sleep(0.05)

    def _status(self) -> str:
        """Without memory where the process has ended."""
        try:
            status = self._path.read_text(encoding="utf-8")
        except OSError:
            return ""
        return status if "VmRSS" in status else ""

    def __str__(self) -> str:
        most = {name: f"{mib:.0f} MiB" for name, mib in self._most.items()}
        return (
            f"anonymous {most['RssAnon']}, pages of files {most['RssFile']}, at once"
            f" {most['VmRSS']} at most"
        )


if __name__ == "__main__":
    main()
