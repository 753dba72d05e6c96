"""The connections of searches: every answer that a server, a proxy or a cut cable can give."""

import asyncio
import ssl
import subprocess

import pytest

from searchsvc.engines.elastic.access import Access, parse_hosts
from searchsvc.engines.elastic.transport import Transport
from searchsvc.errors import EngineError, EngineTimeout, EngineUnreachable
from tests.support.stub import reply, slowly, stub


def access(*urls: str, **options) -> Access:
    """Those servers, with a short patience."""
    return Access("opensearch", parse_hosts(urls, allow_http=False), timeout=1.0, **options)


def post(transport: Transport, path: str = "/x", body: bytes = b"{}"):
    """One request, in an event loop of its own."""
    return asyncio.run(transport.post(path, body, "application/json"))


def ask(say, **options):
    """The reply of a server that says so, or what is raised."""
    with stub(say) as server:
        transport = Transport(access(server.url, **options))
        try:
            return post(transport)
        finally:
            transport.close()


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
GOOD = {
    "a length": (reply(b'{"a":1}'), 200, b'{"a":1}'),
    "no body": (reply(b""), 200, b""),
    "an error": (reply(b"{}", 503), 503, b"{}"),
    "chunks": (CHUNKED + b'4\r\n{"a"\r\n3;x=y\r\n:1}\r\n0\r\n\r\n', 200, b'{"a":1}'),
    "no reason": (b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n{}", 200, b"{}"),
    "odd headers": (b"HTTP/1.1 200 OK\r\nX\r\ncontent-LENGTH:  2 \r\n\r\n{}", 200, b"{}"),
    "a megabyte": (reply(b"x" * (1 << 20)), 200, b"x" * (1 << 20)),
}


@pytest.mark.parametrize(("answer", "status", "body"), GOOD.values(), ids=GOOD)
def test_answers_are_read_whole(answer, status, body) -> None:
    """By length or in chunks, whatever the status says."""
    got = ask(lambda _: answer)
    assert (got.status, got.body) == (status, body)


BAD = {
    "no HTTP": b"hello\r\n\r\n",
    "another protocol": b"\x15\x03\x03\x00\x02\x02\x50\r\n\r\n",
    "no length": b"HTTP/1.1 200 OK\r\n\r\n{}",
    "a bad length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
    "a word for a length": "HTTP/1.1 200 OK\r\nContent-Length: ²\r\n\r\n{}".encode(),
    "a bad chunk": CHUNKED + b"zz\r\n",
    "a huge chunk": CHUNKED + b"ffffffff\r\n",
    "more than announced": reply(b"{}") + b"more",
    "an endless head": b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000,
    "too large": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{}",
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
def test_what_is_no_answer_is_an_error(answer) -> None:
    """At once, and the connection is not used again."""
    with pytest.raises(EngineError):
        ask(lambda _: answer)


CUT = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-",
    "half a body": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\n{}",
    "half a chunk": CHUNKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + b"9\r\n{}",
}


@pytest.mark.parametrize("answer", CUT.values(), ids=CUT)
def test_a_cut_answer_is_unreachable_or_too_late(answer) -> None:
    """Never half a document."""
    with pytest.raises((EngineUnreachable, EngineTimeout)):
        ask(lambda _: answer)


def test_a_silent_server_is_given_up_in_time() -> None:
    """The deadline holds from the connection to the last byte."""
    with pytest.raises(EngineTimeout, match=r"1 seconds; see engine\.timeout"):
        ask(slowly(4.0, reply(b"{}")))


def test_connections_are_kept_across_event_loops() -> None:
    """A second request needs no second connection; concurrent ones have one each."""
    with stub(lambda _: reply(b"{}")) as server:
        transport = Transport(access(server.url))
        for _ in range(3):
            post(transport)
        assert server.connections == 1
        server.say = slowly(0.1, reply(b"{}"))

        async def both() -> None:
            await asyncio.gather(*(transport.post("/", b"", "x/y") for _ in range(4)))

        asyncio.run(both())
        assert 1 < server.connections <= 4
        transport.close()


def test_a_connection_that_the_server_closed_is_replaced() -> None:
    """Silently: a kept connection may end at any time."""
    with stub(lambda _: reply(b"{}")) as server:
        transport = Transport(access(server.url))
        post(transport)
    with pytest.raises(EngineUnreachable):
        post(transport)
    with stub(lambda _: reply(b"{}", close=True)) as server:
        transport = Transport(access(server.url))
        assert [post(transport).status for _ in range(3)] == [200] * 3
        assert server.connections == 3
        transport.close()


def test_the_next_host_answers_for_one_that_is_down() -> None:
    """Also after the first has failed before."""
    with stub(lambda _: b"") as gone:
        address = gone.url
    with stub(lambda _: reply(b"{}")) as server:
        transport = Transport(access(address, server.url))
        assert [post(transport).status for _ in range(2)] == [200, 200]
        transport.close()
    with pytest.raises(EngineUnreachable, match=r"is it up\? see engine\.hosts"):
        post(Transport(access(address)))


def test_credentials_go_with_each_request() -> None:
    """As a header, whichever kind they are."""
    with stub(lambda _: reply(b"{}")) as server:
        for options in ({"api_key": "k3y"}, {"username": "me", "password": "s3cret"}):
            transport = Transport(access(server.url, **options))
            post(transport)
            transport.close()
    sent = [asked.headers["authorization"] for asked in server.asked]
    assert sent == ["ApiKey k3y", "Basic bWU6czNjcmV0"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of 127.0.0.1 and its key, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    files = str(folder / "cert.pem"), str(folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += [
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=stub",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    try:
        subprocess.run(
            [*command, "-out", files[0], "-keyout", files[1]], check=True, capture_output=True
        )
    except FileNotFoundError:
        pytest.skip("no openssl to make a certificate with")
    return files


def test_certificates_are_checked(certificate) -> None:
    """An unknown one is refused; a known one, or none that is asked for, is not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    body = b"x" * 300_000
    with stub(lambda _: reply(body), context) as server:
        with pytest.raises(EngineUnreachable, match=r"(?i)certificate"):
            post(Transport(access(server.url)))
        for options in ({"ca_certs": certificate[0]}, {"verify": False}):
            transport = Transport(access(server.url, **options))
            assert [len(post(transport, body=body).body) for _ in range(2)] == [300_000] * 2
            transport.close()


def test_plain_http_behind_https_is_unreachable() -> None:
    """And the other way round is no HTTP."""
    with stub(lambda _: reply(b"{}")) as server:
        address = server.url.replace("http", "https")
        with pytest.raises((EngineUnreachable, EngineTimeout)):
            post(Transport(access(address)))
