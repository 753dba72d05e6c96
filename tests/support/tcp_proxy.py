"""A TCP proxy on this host that cuts, stalls or refuses the connections of a server behind it."""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from threading import Event, Thread
from types import TracebackType
from typing import Self

_CHUNK = 65_536
_SECONDS = 10.0  # for the proxy's own thread to do what it is told
_HOST = "127.0.0.1"


class Kind(StrEnum):
    """What becomes of a connection: reset, ended in order, or open and silent for ever."""

    RESET = "reset"
    END = "end"
    STALL = "stall"


@dataclass(frozen=True, slots=True)
class Fault:
    """Strikes once the server's answers have come to `after` bytes, all connections together.

    `lasting` ones strike every later connection too, at its first byte; others strike one.
    """

    kind: Kind
    after: int = 0
    lasting: bool = False


class TcpProxy:
    """Forwards a port of its own to `upstream` while it is entered.

    `passed` counts the bytes of the server's answers since the last fault was set or healed;
    `struck` is set once the fault has happened.
    """

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="tcp-proxy")
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._stalled: set[asyncio.StreamWriter] = set()
        self._fault: Fault | None = None
        self.port = 0
        self.passed = 0
        self.struck = Event()

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._listen)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._do(self._close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_SECONDS)
        self._loop.close()

    # --- from any thread -------------------------------------------------------------------------

    def inject(self, fault: Fault) -> None:
        """From now on `fault` waits for its moment."""
        self._do(lambda: self._set(fault))

    def heal(self) -> None:
        """No fault any more; connections that it has stalled are reset."""
        self._do(lambda: self._set(None))

    def down(self) -> None:
        """Refuse new connections and reset those that are open, as a server that has died."""
        self._do(self._stop_listening)

    def up(self) -> None:
        """Listen again, on the same port."""
        self._do(self._listen)

    def _do(self, work: Callable[[], object]) -> None:
        """Carry out `work` in the proxy's thread, and wait until it is done."""

        async def run() -> None:
            done = work()
            if asyncio.iscoroutine(done):
                await done

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(_SECONDS)

    # --- in the proxy's thread -------------------------------------------------------------------

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, _HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._open):
            _reset(writer)

    async def _close(self) -> None:
        self._stop_listening()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _set(self, fault: Fault | None) -> None:
        for writer in self._stalled:
            _reset(writer)
        self._fault, self.passed = fault, 0
        self._stalled.clear()
        self.struck.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from both its ends."""
        self._open.add(writer)
        try:
            from_server, to_server = await asyncio.open_connection(_HOST, self._upstream)
            try:
                await self._forward(reader, writer, from_server, to_server)
            finally:
                to_server.close()
        except (OSError, asyncio.CancelledError):
            _reset(writer)
        finally:
            self._open.discard(writer)
            self._stalled.discard(writer)
            writer.close()

    async def _forward(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        from_server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> None:
        """Both ways until either end closes, or a fault strikes."""
        ways = [
            asyncio.create_task(_pump(reader, to_server)),
            asyncio.create_task(self._answers(from_server, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The server's bytes, up to the one at which the fault strikes."""
        while data := await reader.read(_CHUNK):
            fault = self._fault
            left = len(data) if fault is None else max(0, fault.after - self.passed)
            self.passed += min(len(data), left)
            writer.write(data[:left])
            with suppress(ConnectionError):
                await writer.drain()
            if fault is not None and left < len(data):
                await self._strike(fault, writer)
                return

    async def _strike(self, fault: Fault, writer: asyncio.StreamWriter) -> None:
        if not fault.lasting:
            self._fault = None
        self.struck.set()
        if fault.kind is Kind.STALL:
            self._stalled.add(writer)
            await asyncio.Event().wait()
        elif fault.kind is Kind.RESET:
            _reset(writer)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close at once, so that the peer sees a reset and not an orderly end."""
    linger = struct.pack("ii", 1, 0)
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()
