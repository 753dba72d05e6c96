"""The files for containers: their form, and that what they set is there to be set."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from searchsvc.settings import load

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSED = sorted(DEPLOY.glob("compose.*.yaml"))


@pytest.fixture(params=COMPOSED, ids=lambda path: path.name)
def services(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The services of one file."""
    return dict(yaml.safe_load(request.param.read_text(encoding="utf-8"))["services"])


def test_there_is_a_file_for_each_kind_of_server() -> None:
    """One for OpenSearch, one for Elasticsearch."""
    assert [path.name for path in COMPOSED] == [
        "compose.elasticsearch.yaml",
        "compose.opensearch.yaml",
    ]


def test_every_service_is_healthy_before_it_is_used(services) -> None:
    """Each has a health check, and searchsvc waits for both servers."""
    assert len(services) == 3
    assert all(service["healthcheck"]["test"] for service in services.values())
    waits = services["searchsvc"]["depends_on"]
    assert set(waits) == set(services) - {"searchsvc"}
    assert {how["condition"] for how in waits.values()} == {"service_healthy"}


def test_nothing_listens_beyond_this_host(services) -> None:
    """Every published port is bound to the loopback address."""
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_what_is_set_is_a_setting(services, tmp_path: Path) -> None:
    """The environment of searchsvc is understood, and leads to the server beside it."""
    environment = services["searchsvc"]["environment"]
    engine = load(tmp_path, environment).settings.engine
    assert engine.kind in services
    (host,) = engine.hosts
    published = services[engine.kind]["ports"][0].rpartition(":")[0]
    assert host == f"http://{published}"


def test_the_image_is_built_of_what_is_there() -> None:
    """The files that the image copies by name exist."""
    for name in ("requirements/run.lock", "requirements/fast.lock"):
        assert name in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
        assert (DEPLOY.parent / name).exists()
