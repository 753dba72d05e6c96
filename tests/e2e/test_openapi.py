"""The API against its own description: generated requests, good and bad, with every check."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.python.asgi import ASGIClient, get_client

from searchsvc.api.app import create_app
from searchsvc.api.openapi.document import document
from searchsvc.domain.experiment import Experiment
from searchsvc.domain.judgment import Judgment
from tests.support.films import film_services

CHECKS = {
    # A schema cannot tell which filters and sorts an index has: a well-formed one may be refused.
    "positive_data_acceptance": {"enabled": False},
    # A text that is too long may already make the URL or the body too long; a file's text is
    # refused for what it says.
    "negative_data_rejection": {"expected-statuses": [400, 404, 405, 408, 413, 414, 415, 422]},
}
described = schemathesis.openapi.from_dict(
    document(), config=schemathesis.Config.from_dict({"checks": CHECKS})
)


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> Iterator[ASGIClient]:
    """A client of an app with a few dozen films, in this process."""
    services = film_services(tmp_path_factory.mktemp("films"))
    services.judgments.put("films", "default", [Judgment("night", "film/1", 2.0)])
    one = Experiment("films-1", "films", "default", "default", 9, datetime.now(UTC))
    services.experiments.start(one)
    with get_client(create_app(services)) as client:
        client.trust_env = False  # else each of the requests looks for proxies
        yield client


@schemathesis.serializer("application/x-ndjson")
def lines(_, value: object) -> bytes:
    """The text as it is: it is described as one."""
    return str(value).encode("utf-8", "replace")


@described.hook
def map_path_parameters(_, parameters: dict[str, object] | None) -> dict[str, object] | None:
    """Most requests are for what is there; made-up names end at once with 404 or 400."""
    there = {"index": "films", "field": "genre", "name": "films", "facet": "genre"}
    there |= {"set": "default", "experiment": "films-1"}
    return parameters and {name: there.get(name, value) for name, value in parameters.items()}


@described.parametrize()
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case: Case, client: ASGIClient) -> None:
    """No input is our fault; answers fit their schemas; bad input and methods are refused.

    Beside the cases that go through the bounds of each parameter, some thousands in all, so many
    of each operation are drawn, which takes ten times as long for each.
    """
    case.call_and_validate(session=client, base_url=client.base_url)
