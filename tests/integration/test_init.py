"""`searchsvc init` on a real database: a project that is searched without an edit."""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import falcon.testing
import pymysql
import pytest
from pymysql.constants import CLIENT

from searchsvc.cli.main import run
from searchsvc.engines.embedded import EmbeddedEngine, EmbeddedStore
from searchsvc.settings import load
from tests.support.app import app_for

DATA = "SEARCHSVC_TEST_DATA"
PASSWORD = "s3cr:et@x"


@pytest.fixture(scope="module")
def chinook(mysql_url: str) -> Iterator[str]:
    """The URL of the Chinook catalogue, for an account that may only read it."""
    folder = os.environ.get(DATA)
    if not folder:
        pytest.skip(f"no catalogue: set {DATA} to a folder with mysql-chinook/Chinook_MySql.sql.gz")
    dump = gzip.decompress((Path(folder) / "mysql-chinook" / "Chinook_MySql.sql.gz").read_bytes())
    server = mysql_url.rpartition("@")[2]
    host, _, port = server.partition(":")
    with pymysql.connect(
        host=host, port=int(port.strip("/") or 3306), user="root", charset="utf8mb4",
        client_flag=CLIENT.MULTI_STATEMENTS, autocommit=True,
    ) as connection, connection.cursor() as cursor:  # fmt: skip
        cursor.execute(dump.decode("utf-8-sig"))
        while cursor.nextset():
            pass
        cursor.execute("CREATE OR REPLACE USER searcher@'%%' IDENTIFIED BY %s", (PASSWORD,))
        cursor.execute("GRANT SELECT ON Chinook.* TO searcher@'%'")
    yield f"mysql+pymysql://searcher:s3cr%3Aet%40x@{server.strip('/')}/Chinook"
    with pymysql.connect(host=host, port=int(port.strip("/") or 3306), user="root") as connection:
        connection.cursor().execute("DROP DATABASE Chinook")


def test_init_check_rebuild_search(chinook: str, tmp_path: Path, capsys) -> None:
    """init, check, rebuild and a search for "black sabbath", with no edit in between."""
    project = ["-C", str(tmp_path)]
    assert run([*project, "init", chinook]) == 0
    written = capsys.readouterr().out
    assert "wrote mappings/track/mapping.yaml" in written
    assert "PlaylistTrack: it only links tables" in written
    assert PASSWORD not in written
    assert run([*project, "check"]) == 0
    assert run([*project, "index", "rebuild", "--all"]) == 0

    found = {index: search(tmp_path, index) for index in ("artist", "album", "track")}
    assert found["artist"]["hits"][0]["doc"]["Name"] == "Black Sabbath"
    # The two that there are, ahead of those that have one of the words.
    assert [hit["doc"]["artist"] for hit in found["album"]["hits"][:2]] == ["Black Sabbath"] * 2
    assert found["album"]["applied"]["match"] == "any"
    assert found["track"]["total"]["value"] >= 17
    assert all("playlists" in hit["doc"] for hit in found["track"]["hits"])


def search(root: Path, index: str):
    """The API's answer for "black sabbath" from that project's index."""
    folder = load(root).data_dir / "indexes"
    engine = EmbeddedEngine(folder)
    live = engine.live(index)
    assert live is not None
    client = falcon.testing.TestClient(app_for(EmbeddedStore(folder), engine, live.definition))
    return client.simulate_get(f"/v1/indexes/{index}/search", params={"q": "black sabbath"}).json


def test_secrets_stay_out_of_the_project(chinook: str, tmp_path: Path) -> None:
    """The password goes to .env, readable by its owner alone and ignored by git."""
    assert run(["-C", str(tmp_path), "init", chinook]) == 0
    for path in tmp_path.rglob("*.yaml"):
        assert "s3cr" not in path.read_text()
    secret = tmp_path / ".env"
    assert "s3cr" in secret.read_text()
    assert secret.stat().st_mode & 0o077 == 0
    assert ".env" in (tmp_path / ".gitignore").read_text()


def test_init_overwrites_nothing(chinook: str, tmp_path: Path, capsys) -> None:
    """A file that exists stops init before it writes any."""
    (tmp_path / "mappings" / "track").mkdir(parents=True)
    (tmp_path / "mappings" / "track" / "mapping.yaml").write_text("mine")
    assert run(["-C", str(tmp_path), "init", chinook]) == 2
    assert "mappings/track/mapping.yaml" in capsys.readouterr().err
    assert not (tmp_path / "searchsvc.yaml").exists()


def test_one_table_can_be_chosen(chinook: str, tmp_path: Path, capsys) -> None:
    """--table writes that table's index; an unknown one names the nearest."""
    assert run(["-C", str(tmp_path), "init", chinook, "--table", "Artist"]) == 0
    assert [p.name for p in (tmp_path / "indexers").iterdir()] == ["artist.py"]
    assert run(["-C", str(tmp_path / "other"), "init", chinook, "--table", "Artst"]) == 2
    assert "did you mean 'Artist'?" in capsys.readouterr().err
