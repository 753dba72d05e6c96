"""The way to a server for searches: HTTP/1.1 over kept connections of our own, not blocking.

The official asynchronous clients cost several times a search's own work in this process. What is
needed here is one POST and its answer, so it is spelt out: a status, a length or chunks, a body.
Whatever else comes is an error, and the connection is given up.
"""

import asyncio
import re
import socket
import ssl
from contextlib import suppress

from searchsvc.engines.elastic.access import Access, Host
from searchsvc.engines.elastic.failures import Reply, too_long, unreachable
from searchsvc.errors import EngineError, EngineTimeout, EngineUnreachable

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: |$)")
_MOST_HEAD = 1 << 16
_MOST_BODY = 64 << 20
_READ = 1 << 18
_MOST_IDLE = 64  # connections kept per process


class _Stale(Exception):
    """A kept connection had been closed by the server before it answered anything."""


class Transport:
    """Posts to the hosts of `access`, to the next where one does not answer."""

    def __init__(self, access: Access, most: int = _MOST_BODY) -> None:
        self._access = access
        self._most = most
        self._first = 0
        self._idle: list[_Connection] = []

    async def post(self, path: str, body: bytes, type: str) -> Reply:
        """Any answer, errors too. Raises EngineUnreachable, EngineTimeout or EngineError."""
        try:
            # A little longer than the server's own limit, so that its answer says what took long.
            async with asyncio.timeout(self._access.timeout + 1.0):
                return await self._post(path, body, type)
        except TimeoutError:
            raise EngineTimeout(
                f"the engine did not answer within {self._access.timeout:g} seconds",
                hint="see engine.timeout",
            ) from None

    def close(self) -> None:
        """End the connections."""
        while self._idle:
            self._idle.pop().close()

    async def _post(self, path: str, body: bytes, type: str) -> Reply:
        while self._idle:
            with suppress(_Stale):
                return await self._on(self._idle.pop(), path, body, type)
        for _ in self._access.hosts:
            connection = await self._connected()
            with suppress(_Stale):
                return await self._on(connection, path, body, type)
            self._first += 1  # it takes connections and does not answer: it is going down
        raise unreachable(ConnectionResetError("the connection was closed"))

    async def _on(self, connection: "_Connection", path: str, body: bytes, type: str) -> Reply:
        try:
            reply = await connection.post(path, body, type, self._most)
        except BaseException:
            connection.close()  # also when cancelled: the server then ends the search
            raise
        if connection.keeps and len(self._idle) < _MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.close()
        return reply

    async def _connected(self) -> "_Connection":
        hosts = self._access.hosts
        failed: EngineUnreachable | None = None
        for _ in hosts:
            host = hosts[self._first % len(hosts)]
            try:
                return await _connect(host, self._access)
            except OSError as error:
                self._first += 1
                failed = unreachable(error)
        raise failed or EngineUnreachable("no server is named", hint="see engine.hosts")


async def _connect(host: Host, access: Access) -> "_Connection":
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host.name, host.port, type=socket.SOCK_STREAM)
    error: OSError = ConnectionError(f"no address for {host.name}")
    for family, kind, proto, _, address in found:
        sock = socket.socket(family, kind, proto)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(sock, address)
            tls = await _handshake(sock, host, access) if host.secure else None
        except OSError as failed:
            sock.close()
            error = failed
        except BaseException:
            sock.close()
            raise
        else:
            return _Connection(sock, tls, host, access)
    raise error


async def _handshake(sock: socket.socket, host: Host, access: Access) -> "_Tls":
    tls = _Tls(access.tls, host.name)
    await tls.shake(sock)
    return tls


class _Tls:
    """TLS over a socket that does not block. (asyncio's own is bound to one event loop.)"""

    def __init__(self, context: ssl.SSLContext, name: str) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._ssl = context.wrap_bio(self._in, self._out, server_hostname=name)

    async def shake(self, sock: socket.socket) -> None:
        """Agree on keys and check the certificate. Raises ssl.SSLError, an OSError."""
        while True:
            try:
                self._ssl.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush(sock)
                await self._fill(sock)
            else:
                await self._flush(sock)
                return

    async def send(self, sock: socket.socket, data: bytes) -> None:
        """Encrypt and send."""
        self._ssl.write(data)
        await self._flush(sock)

    async def receive(self, sock: socket.socket) -> bytes:
        """What came, decrypted; nothing at the end."""
        while True:
            try:
                return self._ssl.read(_READ)
            except ssl.SSLWantReadError:
                await self._flush(sock)
                await self._fill(sock)
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    async def _flush(self, sock: socket.socket) -> None:
        if data := self._out.read():
            await asyncio.get_running_loop().sock_sendall(sock, data)

    async def _fill(self, sock: socket.socket) -> None:
        data = await asyncio.get_running_loop().sock_recv(sock, _READ)
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()


class _Connection:
    """One connection; `keeps` says whether another request may follow."""

    def __init__(self, sock: socket.socket, tls: _Tls | None, host: Host, access: Access) -> None:
        self._sock = sock
        self._tls = tls
        self._prefix = host.path
        name = f"[{host.name}]" if ":" in host.name else host.name
        lines = [f"host: {name}:{host.port}", "accept: application/json"]
        lines += [f"{header}: {value}" for header, value in access.headers.items()]
        self._head = "".join(f"{line}\r\n" for line in lines)
        self._held = bytearray()
        self.keeps = True

    def close(self) -> None:
        """End it."""
        self._sock.close()

    def __del__(self) -> None:
        self._sock.close()

    async def post(self, path: str, body: bytes, type: str, most: int) -> Reply:
        """One request. Raises _Stale, EngineUnreachable or EngineError."""
        head = f"POST {self._prefix}{path} HTTP/1.1\r\n{self._head}content-type: {type}\r\n"
        data = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
        try:
            if self._tls is None:
                await asyncio.get_running_loop().sock_sendall(self._sock, data)
            else:
                await self._tls.send(self._sock, data)
            return await self._reply(most)
        except (ConnectionError, ssl.SSLError) as error:
            if not self._held:
                raise _Stale from error
            raise unreachable(error) from error

    async def _reply(self, most: int) -> Reply:
        end = await self._until(b"\r\n\r\n", _MOST_HEAD)
        head, _, rest = bytes(self._held[:end]).partition(b"\r\n")
        del self._held[: end + 4]
        status = _STATUS.match(head)
        if status is None:
            raise _no_http()
        headers = _headers(rest)
        self.keeps = headers.get("connection", "").lower() != "close"
        if "chunked" in headers.get("transfer-encoding", "").lower():
            body = await self._chunks(most)
        else:
            length = headers.get("content-length", "")
            if not (length.isascii() and length.isdigit()):
                raise _no_http()
            body = await self._exactly(int(length), most)
        if self._held:
            raise _no_http()  # more than was announced
        return Reply(int(status.group(1)), body, headers)

    async def _chunks(self, most: int) -> bytes:
        body = bytearray()
        while True:
            end = await self._until(b"\r\n", _MOST_HEAD)
            size = bytes(self._held[:end]).partition(b";")[0].strip()
            del self._held[: end + 2]
            if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", size):
                raise _no_http()
            chunk = await self._exactly(int(size, 16) + 2, most - len(body) + 2)
            body += chunk[:-2]
            if len(chunk) == 2:
                return bytes(body)

    async def _until(self, mark: bytes, most: int) -> int:
        """Where `mark` begins in what is held."""
        while (end := self._held.find(mark)) < 0:
            if len(self._held) > most:
                raise _no_http()
            await self._more()
        return end

    async def _exactly(self, size: int, most: int) -> bytes:
        if size > most:
            raise too_long(most)
        while len(self._held) < size:
            await self._more()
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    async def _more(self) -> None:
        if self._tls is None:
            data = await asyncio.get_running_loop().sock_recv(self._sock, _READ)
        else:
            data = await self._tls.receive(self._sock)
        if not data:
            raise ConnectionResetError("the connection was closed within an answer")
        self._held += data


def _headers(lines: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines.decode("latin-1").split("\r\n"))
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _no_http() -> EngineError:
    return EngineError(
        "the engine's answer is not HTTP as a search server speaks it",
        hint="is it https behind an http:// address? see engine.hosts",
    )
