"""Both official clients behind one function: kinds, failures, and settings that must not pass."""

import pytest

from searchsvc.engines.elastic.access import Access, parse_hosts
from searchsvc.engines.elastic.client import Client
from searchsvc.engines.elastic.connect import connect
from searchsvc.errors import (
    EngineError,
    EngineTimeout,
    EngineUnreachable,
    SearchsvcError,
    SettingsError,
    UnknownVersion,
)
from searchsvc.settings import Engine
from tests.support.stub import ROOT, reply, slowly, stub

KINDS = ("opensearch", "elasticsearch")


def client(kind: str, *urls: str, **options) -> Client:
    """A client of that kind."""
    return Client(Access(kind, parse_hosts(urls, allow_http=False), **options))


def server_of(kind: str, say):
    """What a server of that kind says: itself at the root, and then `say`."""
    if kind == "opensearch":
        return lambda asked: reply(ROOT) if asked.path == "/" else say(asked)
    # Some builds of Elasticsearch refuse the root, and name themselves all the same.
    refused = reply({"error": "method not allowed", "status": 405}, 405, product=True)
    return lambda asked: refused if asked.path == "/" else say(asked)


@pytest.fixture(params=KINDS)
def asking(request):
    """Asks a server of each kind that answers with what it is given."""

    def ask(answer: bytes, **options):
        with stub(server_of(request.param, lambda _: answer)) as server:
            made = client(request.param, server.url, **options)
            try:
                return made.json("GET", "/x", doing="trying")
            finally:
                made.close()

    return ask


def test_json_comes_back(asking) -> None:
    """As it is, integers of 63 bits too."""
    assert asking(reply({"a": 2**63 - 1})) == {"a": 2**63 - 1}


def failure(kind: str, reason: str = "because") -> dict:
    """An error as a server says it."""
    inner = {"type": "illegal_argument", "reason": f"the cause\nof {reason}"}
    return {"error": {"type": kind, "reason": "x", "caused_by": inner}, "status": 0}


FAILURES = {
    "401": (reply(failure("security_exception"), 401), EngineError, "not allowed: the cause of"),
    "403": (reply(failure("security_exception"), 403), EngineError, r"check engine\.api_key"),
    "403 without JSON": (reply(b"<html>", 403), EngineError, "not allowed"),
    "a block": (reply(failure("cluster_block_exception"), 403), EngineError, "read-only"),
    "no index": (reply(failure("index_not_found_exception"), 404), UnknownVersion, "versions"),
    "busy": (reply(failure("es_rejected_execution_exception"), 429), EngineError, "busy"),
    "not ready": (reply(failure("unavailable"), 503), EngineUnreachable, "not ready"),
    "a gateway": (reply(b"<html>Bad gateway</html>", 502), EngineUnreachable, "not ready"),
    "too long": (reply(failure("timeout_exception"), 504), EngineTimeout, "trying"),
    "bad": (reply(failure("parsing_exception"), 400), EngineError, "trying: the cause of because"),
    "bad HTML": (reply(b"<html>", 404), EngineError, "is not the JSON of a search server"),
    "HTML": (reply(b"<html>hello</html>"), EngineError, "is it a proxy"),
    "nothing": (reply(b""), EngineError, "0 bytes"),
    "half": (reply(b'{"a":'), EngineError, "not the JSON"),
    "deep": (reply(b"[" * 100_000), EngineError, "not the JSON"),
    "cut off": (
        reply(b'{"a":1}', close=True).replace(b"Length: 7", b"Length: 9"),
        EngineUnreachable, "does not answer",
    ),
    "64 MiB": (reply(b'"' + b"x" * (64 << 20) + b'"'), EngineError, "more than 32 MiB"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "kind", "words"), FAILURES.values(), ids=FAILURES)
def test_every_failure_has_its_error(asking, answer, kind, words) -> None:
    """By what the server says first, by its status else."""
    with pytest.raises(kind, match=words):
        asking(answer)


@pytest.mark.parametrize("kind", KINDS)
def test_silence_and_absence(kind) -> None:
    """A slow server is too late, one that is gone unreachable, and the next host is asked."""
    with stub(server_of(kind, slowly(2.0, reply({})))) as server:
        made = client(kind, server.url, write_timeout=0.3)
        with pytest.raises(EngineTimeout, match=r"engine\.write_timeout"):
            made.json("GET", "/x", doing="trying")
        made.close()
    with pytest.raises(EngineUnreachable, match=r"engine\.hosts"):
        client(kind, server.url).json("GET", "/x", doing="trying")
    with stub(server_of(kind, lambda _: reply({"ok": 1}))) as up:
        made = client(kind, server.url, up.url)
        assert made.json("GET", "/x", doing="trying") == {"ok": 1}
        made.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_of_the_other_kind_is_refused(kind) -> None:
    """By its name, with the setting to change; what is no search server is refused as well."""
    (other,) = set(KINDS) - {kind}
    with (
        stub(server_of(other, lambda _: reply({}))) as server,
        pytest.raises(SettingsError, match=f"is {other}, not {kind}; set engine.kind to '{other}'"),
    ):
        client(kind, server.url).ask("GET", "/x")
    for answer in (reply({"hello": 1}), reply(b"<html>"), reply([1]), reply({}, 404)):
        with stub(lambda _, said=answer: said) as server, pytest.raises(SearchsvcError):
            client(kind, server.url).ask("GET", "/x")


HOSTS = {
    "none": ((), "no server is named"),
    "no scheme": (("search:9200",), "no https"),
    "another scheme": (("ftp://search",), "no https"),
    "in the clear": (("http://search.internal:9200",), "use https"),
    "credentials": (("https://me:s3cret@search:9200",), "engine.username"),
    "a bad port": (("https://search:port",), "cannot be read"),
}


@pytest.mark.parametrize(("urls", "words"), HOSTS.values(), ids=HOSTS)
def test_addresses_that_must_not_be_used(urls, words) -> None:
    """Each with the next step, and without a secret."""
    with pytest.raises(SettingsError, match=words) as caught:
        parse_hosts(urls, allow_http=False)
    assert "s3cret" not in str(caught.value)


def test_addresses_that_may_be_used() -> None:
    """Encrypted anywhere, plain to this host, and elsewhere where it is allowed."""
    good = ("https://search", "http://localhost:9200", "http://[::1]:9200/path/")
    assert [host.url for host in parse_hosts(good, allow_http=False)] == [
        "https://search:443", "http://localhost:9200", "http://[::1]:9200/path",
    ]  # fmt: skip
    assert parse_hosts(("http://search",), allow_http=True)[0].port == 80


def test_secrets_come_from_files_and_show_nowhere(tmp_path) -> None:
    """Not in a repr, not in an error."""
    (tmp_path / "key").write_text("s3cret\n")
    settings = Engine(kind="opensearch", hosts=("https://search",), api_key_file="key")
    store, _ = connect(settings, tmp_path)
    access = store._client.access
    assert access.headers == {"authorization": "ApiKey s3cret"}
    assert "s3cret" not in repr(access) + repr(Engine(api_key="s3cret", password="s3cret"))


BAD_SECRETS = {
    "a file that is not there": ({"api_key_file": "nothing"}, "cannot read"),
    "two keys": ({"api_key": "s3cret", "api_key_file": "key"}, "both set"),
    "a key and an account": (
        {"api_key": "s3cret", "username": "me", "password": "s3cret"}, "keep one",
    ),
    "no password": ({"username": "me"}, "set both"),
    "a line break": ({"api_key": "s3cret\r\nx: y"}, "control characters"),
    "no certificates": ({"ca_certs": "nothing.pem"}, "cannot read the certificates"),
}  # fmt: skip


@pytest.mark.parametrize(("options", "words"), BAD_SECRETS.values(), ids=BAD_SECRETS)
def test_credentials_that_cannot_be_used(tmp_path, options, words) -> None:
    """An error that names the setting and no secret."""
    (tmp_path / "key").write_text("s3cret")
    settings = Engine(kind="opensearch", hosts=("https://127.0.0.1:9",), **options)
    with pytest.raises(SettingsError, match=words) as caught:
        connect(settings, tmp_path)[0].live("products")
    assert "s3cret" not in str(caught.value)
