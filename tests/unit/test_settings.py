"""searchsvc.yaml and the environment: precedence, expansion and faults."""

import pytest

from searchsvc.errors import SettingsError
from searchsvc.settings import load

SHOP = """\
sources:
  shop: {url: "mysql+pymysql://reader:${SHOP_PASSWORD}@db/shop"}
api:
  port: 9000
"""


def project(tmp_path, text: str, **environ: str):
    """The project of a folder with that searchsvc.yaml."""
    (tmp_path / "searchsvc.yaml").write_text(text)
    return load(tmp_path, environ)


def test_defaults_without_a_file(tmp_path) -> None:
    """A folder without searchsvc.yaml is a project with the defaults."""
    found = load(tmp_path, {})
    assert found.settings.api.host == "127.0.0.1"
    assert found.mappings == tmp_path.resolve() / "mappings"
    assert found.state_url.startswith("sqlite:///")


def test_environment_over_file_over_default(tmp_path) -> None:
    """A variable wins over the file, the file over the default."""
    found = project(tmp_path, SHOP, SHOP_PASSWORD="x", SEARCHSVC_API__PORT="9001").settings
    assert found.api.port == 9001
    assert project(tmp_path, SHOP, SHOP_PASSWORD="x").settings.api.port == 9000
    assert found.api.workers == 1


def test_secrets_are_expanded_and_never_shown(tmp_path) -> None:
    """`${NAME}` comes from the environment or .env; a source's repr hides its URL."""
    (tmp_path / ".env").write_text("# local\nSHOP_PASSWORD='s3cret'\n")
    found = project(tmp_path, SHOP).settings
    assert "s3cret" in found.sources["shop"].url
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    ("text", "environ", "words"),
    [
        ("prot: 1", {}, "searchsvc.yaml:1: prot: unknown setting 'prot'"),
        (
            "api:\n  prot: 1",
            {},
            "searchsvc.yaml:2: api.prot: unknown setting 'prot'; did you mean 'port'?",
        ),
        ("api:\n  port: many", {}, "searchsvc.yaml:2: api.port: expected `int`"),
        ("api: 5", {}, "api: must be a mapping of settings"),
        ("sources: 5", {}, "sources: must be a mapping of sources"),
        ("sources:\n  a: {}", {}, "url"),
        ("sources:\n  a: {url: '${NOPE}'}", {}, "the variable NOPE is not set"),
        (
            "",
            {"SEARCHSVC_API__PROT": "1"},
            "unknown setting 'prot' in the variable SEARCHSVC_API__PROT",
        ),
        ("", {"SEARCHSVC_API__PORT": "x"}, "SEARCHSVC_API__PORT is not usable"),
        ("", {"SEARCHSVC_API": "x"}, "names a group"),
        ("", {"SEARCHSVC_DATA_DIR__X": "x"}, "goes below the setting"),
        ("a: [", {}, "not valid YAML"),
        ("api: {origins: ['*']}", {}, "an origin is a scheme, a host and a port"),
        ("", {"SEARCHSVC_API__ORIGINS": "*"}, "not usable: an origin is a scheme, a host and"),
    ],
)
def test_faults_name_the_place(tmp_path, text: str, environ: dict[str, str], words: str) -> None:
    """A bad setting ends with its file, line, key or variable, and the nearest name."""
    with pytest.raises(SettingsError) as caught:
        project(tmp_path, text, **environ)
    assert words in str(caught.value)


def test_a_torn_dotenv_names_its_line(tmp_path) -> None:
    """A line of .env that is no NAME=value is pointed at."""
    (tmp_path / ".env").write_text("A=1\noops\n")
    with pytest.raises(SettingsError, match=r"\.env:2: expected NAME=value"):
        load(tmp_path, {})
