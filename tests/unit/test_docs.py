"""The docs name everything there is: error codes, settings, parameters, commands, routes, files."""

import re
from pathlib import Path

import click
import msgspec
import pytest

from searchsvc import errors
from searchsvc.cli.main import cli
from searchsvc.search.parameters import SEARCH_PARAMETERS, SUGGEST_PARAMETERS
from searchsvc.settings import Settings, Source

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
    assert set(re.findall(r"^\| `(\w+)`", text("errors.md"), re.MULTILINE)) == codes
    tree = errors.__doc__ or ""
    assert all(re.search(rf"\b{code}\b", tree) for code in codes - {"internal"})


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
    """docs/http.md names each parameter of search and suggest."""
    for parameter in (*SEARCH_PARAMETERS, *SUGGEST_PARAMETERS):
        assert f"`{parameter.name}`" in text("http.md")


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
