"""The OpenAPI document: valid, of every route and method that answers JSON, with true examples."""

from collections.abc import Iterator, Mapping
from typing import Any

import falcon.inspect
import jsonschema
import pytest

from searchsvc.api.openapi.document import document
from searchsvc.api.routes import NEEDS
from searchsvc.engines.memory import MemoryEngine, MemoryStore
from tests.support.app import app_for

DOCUMENT = document()
METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH"}


def operations() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every operation, with its method and path."""
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield f"{method.upper()} {path}", operation


OPERATIONS = dict(operations())


def described(path: str) -> str:
    """A route's template as OpenAPI writes it."""
    return path.replace(":path}", "}")


def test_every_route_and_method_is_described() -> None:
    """All that the app serves but the files of pages, and nothing that it does not serve."""
    routes = falcon.inspect.inspect_routes(app_for(MemoryStore(), MemoryEngine()))
    pages = {described(route.path) for route in routes if route.class_name == "Page"}
    served = {
        f"{method.method} {described(route.path)}"
        for route in routes
        if route.class_name != "Page"
        for method in route.methods
        if method.method in METHODS and not method.internal
    }
    assert set(OPERATIONS) == served
    paths = {key.partition(" ")[2] for key in OPERATIONS}
    assert paths == set(map(described, NEEDS)) - pages


def test_every_operation_stands_under_one_declared_tag() -> None:
    """So that a page can group them; each has a name of its own, by which clients call it."""
    declared = {tag["name"] for tag in DOCUMENT["tags"]}
    assert {tag for one in OPERATIONS.values() for tag in one["tags"]} == declared
    assert all(len(one["tags"]) == 1 for one in OPERATIONS.values())
    names = [one["operationId"] for one in OPERATIONS.values()]
    assert len(set(names)) == len(names)


def test_every_schema_is_a_valid_one_and_no_reference_leads_nowhere() -> None:
    """By the meta-schema of JSON Schema 2020-12, which is OpenAPI 3.1's."""
    for schema in schemas():
        jsonschema.Draft202012Validator.check_schema(schema)
    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    found = set(references(DOCUMENT))
    assert found == known


def test_every_refusal_is_described_in_the_shape_of_its_wire() -> None:
    """problem+json, or what Algolia's clients read."""
    for key, operation in OPERATIONS.items():
        is_algolia = " /compat/algolia/" in key
        for status, answer in operation["responses"].items():
            if status.startswith("4"):
                ((media_type, content),) = answer["content"].items()
                wanted = "AlgoliaProblem" if is_algolia else "Problem"
                assert content["schema"]["$ref"].endswith(f"/{wanted}"), (key, status)
                assert media_type == f"application/{'' if is_algolia else 'problem+'}json"


@pytest.mark.parametrize("key", OPERATIONS)
def test_examples_fit_their_schemas(key: str) -> None:
    """What is shown could be sent, and could be the answer; whatever takes a body shows one."""
    operation = OPERATIONS[key]
    body = operation.get("requestBody", {}).get("content", {})
    if "application/json" in body:
        assert "example" in body["application/json"], key
    for content in (*body.values(), *contents(operation["responses"])):
        if "example" in content:
            validate(content["example"], content["schema"])
        for example in content["schema"].get("examples", ()):
            validate(example, content["schema"])


@pytest.mark.parametrize("name", ["Problem", "AlgoliaProblem"])
def test_the_examples_of_refusals(name: str) -> None:
    """Each is one."""
    schema = DOCUMENT["components"]["schemas"][name]
    assert schema["examples"]
    for example in schema["examples"]:
        validate(example, schema)


def schemas() -> Iterator[Mapping[str, Any]]:
    """Those with names, and those of parameters, bodies and answers."""
    yield from DOCUMENT["components"]["schemas"].values()
    for operation in OPERATIONS.values():
        yield from (one["schema"] for one in operation.get("parameters", ()))
        body = operation.get("requestBody", {}).get("content", {})
        for content in (*body.values(), *contents(operation["responses"])):
            yield content["schema"]


def contents(responses: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What each answer may hold."""
    for answer in responses.values():
        yield from answer["content"].values()


def references(value: Any) -> Iterator[str]:
    """Every `$ref` in the document."""
    if isinstance(value, Mapping):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from references(one)


def validate(example: Any, schema: Mapping[str, Any]) -> None:
    """Raises unless the example fits."""
    jsonschema.validate(example, {**schema, "components": DOCUMENT["components"]})
