"""The docs name everything there is: error codes, settings, parameters, commands, routes, files."""

import contextlib
import io
import json
import re
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import click
import falcon.testing
import jsonschema
import msgspec
import pytest
from falcon.inspect import inspect_routes

from searchsvc import errors
from searchsvc.api.errors import HTTP_PROBLEMS, problem_of
from searchsvc.api.openapi.document import SCHEMAS, document
from searchsvc.api.parameters import LATENCY_PARAMETERS, RUNS_PARAMETERS
from searchsvc.api.routes import NEEDS, Need
from searchsvc.cli.main import cli
from searchsvc.definitions.mappings import read_mapping
from searchsvc.domain.access import Role
from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.engines.memory import MemoryEngine, MemoryStore
from searchsvc.search.parameters import (
    FACET_PARAMETERS,
    SEARCH_PARAMETERS,
    SIMILAR_PARAMETERS,
    SUGGEST_PARAMETERS,
)
from searchsvc.settings import Settings, Source
from tests.support.app import app_for
from tests.support.keys import key_case

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def text(name: str) -> str:
    """A page of docs/."""
    return (DOCS / name).read_text(encoding="utf-8")


def subclasses(kind: type) -> list[type]:
    """`kind` and everything below it."""
    return [kind, *(inner for child in kind.__subclasses__() for inner in subclasses(child))]


def test_every_error_code_is_documented() -> None:
    """docs/errors.md and the tree at the top of errors.py name each code, and no other."""
    codes = {kind.code for kind in subclasses(errors.SearchsvcError)}
    of_http = {code for code, _ in HTTP_PROBLEMS.values()} | {"http_error"}
    assert set(re.findall(r"^\| `(\w+)`", text("errors.md"), re.MULTILINE)) == codes | of_http
    tree = errors.__doc__ or ""
    assert all(re.search(rf"\b{code}\b", tree) for code in codes - {"internal"})


def test_the_documented_statuses_are_those_of_the_api() -> None:
    """Each row of docs/errors.md has the status that the API answers, or none."""
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d*) *\|", text("errors.md"), re.MULTILINE))
    of_http = {code: status for status, (code, _) in HTTP_PROBLEMS.items()}
    ours = {kind.code: problem_of(kind).status for kind in subclasses(errors.SearchsvcError)}
    for code, status in rows.items():
        assert status in ("", str((of_http | ours).get(code))), code


def examples(name: str) -> list[dict[str, object]]:
    """The JSON blocks of a page of docs/."""
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text(name), re.DOTALL)]


def test_the_example_of_an_error_is_what_the_api_says() -> None:
    """All but the request's id."""
    definition = read_mapping(ROOT / "tests/scenarios/products/mapping.yaml")
    store = MemoryStore()
    version = IndexVersion.new(definition.name, datetime(2026, 8, 23, tzinfo=UTC), 1)
    store.create(version, Recipe(definition))
    store.swap(version)
    client = falcon.testing.TestClient(app_for(store, MemoryEngine(store), definition))
    (example,) = examples("errors.md")
    filter = {"filter": "price>10 AND prise<3"}
    answer = client.simulate_get(f"/v1/indexes/{definition.name}/search", params=filter).json
    assert {**example, "request_id": ""} == {**answer, "request_id": ""}


def test_the_guides_say_an_index_that_their_pages_can_use(tmp_path: Path) -> None:
    """Every widget's field is a facet, and each order a sort of the mapping."""
    (mapping,) = re.findall(r"```yaml\n(.*?)```", text("frontends.md"), re.DOTALL)
    folder = tmp_path / "mappings" / "products"
    folder.mkdir(parents=True)
    (folder / "mapping.yaml").write_text(mapping, encoding="utf-8")
    definition = read_mapping(folder / "mapping.yaml")
    refined = re.findall(r'container: "#\w+", attribute: "(\w+)"', text("frontends.md"))
    assert {*refined, "categories"} == {field.name for field in definition.fields if field.facet}
    assert [name for name, _ in definition.sorts] == ["cheapest"]


def test_the_example_of_an_answer_has_its_published_shape() -> None:
    """Every property of an answer, its facets and hits, and no other, as /openapi.json has them."""
    answer, steps, facets, grouped = examples("http.md")
    answer["explain"] = steps
    parts = (("Hit", grouped), *(("Facet", facet) for facet in facets.values()))
    for name, example in (("SearchAnswer", answer), *parts):
        schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
        jsonschema.validate(example, schema)


def setting_names(kind: type = Settings, prefix: str = "") -> set[str]:
    """The dotted name of every setting."""
    names = set()
    for field in msgspec.structs.fields(kind):
        name = prefix + field.name
        if field.type == dict[str, Source]:
            names |= setting_names(Source, f"{name}.<name>.")
        elif isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            names |= setting_names(field.type, f"{name}.")
        else:
            names.add(name)
    return names


def test_every_setting_is_documented() -> None:
    """docs/settings.md has a row for each setting, and no other."""
    rows = set(re.findall(r"^\| `([\w.<>]+)` \|", text("settings.md"), re.MULTILINE))
    assert rows == setting_names()


def test_every_parameter_is_documented() -> None:
    """docs/http.md names each parameter of search, suggest and runs, and each window of latency."""
    tables = (
        SEARCH_PARAMETERS, SIMILAR_PARAMETERS, FACET_PARAMETERS, SUGGEST_PARAMETERS,
        RUNS_PARAMETERS,
    )  # fmt: skip
    for parameter in chain(*tables):
        assert f"`{parameter.name}`" in text("http.md")
    latency = text("http.md").partition("## Latency")[2]
    for window in LATENCY_PARAMETERS[0].choices:
        assert re.search(rf"\b{window}\b", latency)


def test_every_route_has_its_row_of_roles() -> None:
    """docs/access.md has what each route takes, as the API's table has it; none is left out."""
    rows = re.findall(r"^\| `(/[^`]*)` \|(.*)\|$", text("access.md"), re.MULTILINE)
    documented = {path: [cell.strip() for cell in cells.split("|")] for path, cells in rows}
    told = {path.replace(":path}", "}"): _row(path, need) for path, need in NEEDS.items()}
    assert documented == told
    app = app_for(MemoryStore(), MemoryEngine(MemoryStore()))
    routes = {route.path for route in inspect_routes(app)}
    assert routes == set(NEEDS)


def _row(path: str, need: Need) -> list[str]:
    """The cells of a route: its role, whether a token reaches it, of which indexes it tells."""
    if need.role is None:
        return ["none", "", ""]
    verb = "POST" if "post" in document()["paths"].get(path, {}) else "PUT"
    role = f"{need.role}; {verb} {need.put}" if need.put else str(need.role)
    is_search = path.endswith("/search") and "/ui/" not in path
    role += f"; `explain` {Role.ANALYST}" if is_search else ""
    return [role, "yes" if need.tokens else "no", "no" if need.every_index else "its indexes"]


def test_the_recipe_of_a_token_works(tmp_path: Path) -> None:
    """As it stands in docs/access.md, run with the secret of a key."""
    (recipe,) = re.findall(r"```python\n(.*?)```", text("access.md"), re.DOTALL)
    with key_case(tmp_path) as case:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(recipe.replace("ssk_search_…", case.secret("shop")), {})  # noqa: S102 - of ours
        grant = case.keyring.grant(printed.getvalue().strip())
    assert (grant.is_token, grant.restriction.filter) == (True, "customer:7")


def commands(group: click.Group, prefix: str = "") -> dict[str, click.Command]:
    """Every command by its full name."""
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found[f"{prefix}{name}"] = command
        if isinstance(command, click.Group):
            found |= commands(command, f"{prefix}{name} ")
    return found


def test_every_command_and_option_is_documented() -> None:
    """docs/cli.md has a heading for each command and names its options."""
    sections = dict(
        re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text("cli.md"), re.MULTILINE | re.DOTALL)
    )
    for name, command in commands(cli).items():  # type: ignore[arg-type]
        assert name in sections, f"docs/cli.md has no heading '## {name}'"
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.opts[-1] in sections[name], f"{name} {option.opts[-1]}"


def pages() -> list[Path]:
    """Every Markdown file of the repository's own."""
    return [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        *DOCS.rglob("*.md"),
        *ROOT.glob("bench/*.md"),
    ]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Each link and each named file of the project exists."""
    body = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", body)
    for target in targets:
        assert (page.parent / target).exists(), target
    for named in re.findall(
        r"`((?:searchsvc|tests|loadtests|bench|indexers|docs)/[\w./-]+)`", body
    ):
        assert (ROOT / named).exists() or named.startswith(("docs/page", "indexers/products")), (
            named
        )


def test_every_decision_is_listed() -> None:
    """docs/decisions/README.md lists each decision."""
    listing = text("decisions/README.md")
    for page in (DOCS / "decisions").glob("0*.md"):
        assert page.name in listing
