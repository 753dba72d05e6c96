"""A client that a program has made of /openapi.json, used against a real server."""

import importlib
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.support.server import film_server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The films on granian."""
    with film_server(tmp_path_factory.mktemp("films")) as running:
        yield running


@pytest.fixture(scope="module")
def package(server, tmp_path_factory):
    """The name of the package that was made of what the server describes."""
    folder = tmp_path_factory.mktemp("generated")
    described = folder / "openapi.json"
    described.write_bytes(httpx.get(f"{server.url}/openapi.json").content)
    made = folder / "made"
    program = Path(sys.executable).with_name("openapi-python-client")
    asked = ["generate", "--path", described, "--output-path", made, "--meta", "none"]
    done = subprocess.run(
        [program, *asked], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # It makes nothing of bodies that are text: a file of synonyms or rules.
    left_out = [line for line in done.stdout.splitlines() if "will not be generated" in line]
    assert all(" PUT " in line for line in left_out), done.stdout
    sys.path.insert(0, str(folder))
    yield "made"
    sys.path.remove(str(folder))


def part(package: str, name: str):
    """A module of the client."""
    return importlib.import_module(f"{package}.{name}")


@pytest.fixture
def client(server, package):
    """The client, whose connections are closed with the test."""
    with part(package, "client").Client(base_url=server.url) as client:
        yield client


def test_it_searches(package, client) -> None:
    """With parameters and answers as objects with types."""
    search = part(package, "api.search.search")
    answer = search.sync("films", client=client, q="winter", per_page=2)
    assert answer.index == "films"
    assert len(answer.hits) == 2
    assert answer.hits[0].id


def test_it_sends_a_body_with_a_filter(package, client) -> None:
    """A filter as an object that holds others."""
    models = part(package, "models")
    drama = models.FilterCondition(field="genre", eq="Drama")
    recent = models.FilterCondition(field="year", gte=1990)
    body = models.SearchByBodyJsonBody(q="", filter_=models.FilterAnd(and_=[drama, recent]))
    by_body = part(package, "api.search.search_by_body")
    answer = by_body.sync("films", client=client, body=body)
    assert 0 < answer.total.value < 48


def test_a_problem_is_an_object_of_its_own(package, client) -> None:
    """With the code that programs decide by."""
    search = part(package, "api.search.search")
    problem = search.sync("film", client=client)
    assert (problem.code, problem.status) == ("unknown_index", 404)
