"""The installation's secret: made once, read by everybody, by nobody else."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from searchsvc.errors import StateError
from searchsvc.stores.secret import installation_secret


def test_it_is_made_once_and_stays(tmp_path) -> None:
    """The first to ask makes it, in a folder that may not exist yet; only its owner reads it."""
    made = installation_secret(tmp_path / "data")
    assert len(made) == 32
    assert installation_secret(tmp_path / "data") == made
    (file,) = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert installation_secret(tmp_path / "other") != made


def test_a_secret_that_is_none(tmp_path) -> None:
    """One cut short, or a file that is no file, is named."""
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(StateError, match="too short"):
        installation_secret(tmp_path)
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StateError, match="cannot be read or made"):
        installation_secret(tmp_path / "data")


def test_many_workers_agree(tmp_path) -> None:
    """Those that start at once all read the same one."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: installation_secret(tmp_path / "data"), range(40)))
    assert len(set(found)) == 1
