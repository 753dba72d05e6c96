"""What each part of our bulk lines costs OpenSearch: kinds of lines and mappings, side by side.

    python3 dev.py run python bench/lines.py [--rows 30000] [--rounds 3] [--mapping words]

Bare requests of 4 MiB, two at a time, and a refresh, in turn on one server: ours as they are, ours
with less in them or another way to keep the JSON, and the rows as the obvious stack sends them.
Prints the best wall time, the server's CPU time, and the size of the index.
"""

import argparse
import copy
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import orjson
from rebuild import _ask, _plain, posted, prepare
from shop import MAPPINGS, make_project, make_shop, mariadb, opensearch

Kind = tuple[dict[str, Any], Path]  # an index body, and a file of bulk lines


def main() -> None:
    """Every kind in each round, after one that warms the server."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=30_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--mapping", choices=MAPPINGS, default="words")
    chosen = options.parse_args()
    with mariadb() as server, opensearch() as engine, tempfile.TemporaryDirectory() as folder:
        kinds = _kinds(make_shop(server, chosen.rows), engine, Path(folder), chosen.mapping)
        rounds = [
            {name: _measured(engine, *kind) for name, kind in kinds.items()}
            for _ in range(chosen.rounds + 1)
        ][1:]
    for name in kinds:
        wall, cpu, size = (min(figures) for figures in zip(*(r[name] for r in rounds), strict=True))
        print(f"{name:30} {wall:6.2f} s {cpu:6.2f} CPU-s {size >> 20:5} MiB")


def _kinds(url: str, engine: str, folder: Path, mapping: str) -> dict[str, Kind]:
    from searchsvc.bootstrap import native_body

    services = make_project(folder, mapping, url, engine)
    lines = folder / "lines"
    prepare(services, lines)
    body = native_body(services.definitions["products"])
    services.close()
    rows = _changed(lines, "rows", lambda line: orjson.loads(line)["_json"].encode() + b"\n")
    settings = {"index": {"refresh_interval": "-1", "number_of_replicas": 0}}
    plain = {"settings": settings, "mappings": {"properties": _plain(mapping)}}
    return {
        "ours": (body, lines),
        "JSON stored, no _source": (_stored(body, {"enabled": False}), lines),
        "and no recovery source": (
            _stored(body, {"enabled": False, "recovery_source_enabled": False}),
            lines,
        ),
        "ours, no recovery source": (
            _with_source(body, {"includes": ["_json"], "recovery_source_enabled": False}),
            lines,
        ),
        "without stems": (body, _without(lines, ".stems")),
        "without whole values": (body, _without(lines, ".whole")),
        "without the JSON": (body, _without(lines, "_json")),
        "as the obvious stack": (plain, rows),
    }


def _with_source(body: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    return {**body, "mappings": {**body["mappings"], "_source": source}}


def _stored(body: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    """The JSON in a stored field, and `_source` as given."""
    changed = copy.deepcopy(_with_source(body, source))
    changed["mappings"]["properties"]["_json"]["store"] = True
    return changed


def _without(lines: Path, end: str) -> Path:
    """The lines less the native fields whose names end so."""

    def kept(line: bytes) -> bytes:
        document = {k: v for k, v in orjson.loads(line).items() if not k.endswith(end)}
        return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)

    return _changed(lines, f"without{end}", kept)


def _changed(lines: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """A file beside `lines` in which every document is changed."""
    changed = lines.with_name(name)
    with lines.open("rb") as given, changed.open("wb") as file:
        for action in given:
            file.write(action + change(next(given)))
    return changed


def _measured(engine: str, body: dict[str, Any], lines: Path) -> tuple[float, float, int]:
    """Seconds of wall and of the server's CPU, and bytes, of an index made of these lines."""
    cpu = _cpu(engine)
    wall = posted(engine, "products-lines", body, lines, 4 << 20)
    cpu = _cpu(engine) - cpu
    size = _told(f"{engine}/products-lines/_stats/store")["_all"]["primaries"]["store"]
    _ask(engine, "DELETE", "/products-lines")
    return wall, cpu, size["size_in_bytes"]


def _cpu(engine: str) -> float:
    nodes = _told(f"{engine}/_nodes/stats/process")["nodes"]
    return sum(node["process"]["cpu"]["total_in_millis"] for node in nodes.values()) / 1000


def _told(url: str) -> dict[str, Any]:
    with urlopen(url, timeout=60) as answer:  # noqa: S310 - the server that the bench started
        return orjson.loads(answer.read())


if __name__ == "__main__":
    main()
