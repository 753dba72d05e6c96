"""An engine that gives every search a recorded answer after so many seconds, for bench/serving.py.

    python bench/slow_engine.py PORT REAL_PORT SECONDS FILE

Whatever is no search is passed on to the real server.
"""

import asyncio
import sys
from pathlib import Path


async def main(port: int, real: int, seconds: float, recorded: bytes) -> None:
    """Serve until the process is ended."""
    found = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
    answer = found % (len(recorded), recorded)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await _read(reader)
                if request.startswith(b"GET /readyz "):
                    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                elif b"/_search" in request.split(b" ", 2)[1]:
                    await asyncio.sleep(seconds)
                    writer.write(answer)
                else:
                    writer.write(await _passed_on(request, real))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    await server.serve_forever()


async def _read(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    return head + await reader.readexactly(_length(head))


async def _passed_on(request: bytes, real: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", real)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    body = b"" if request.startswith(b"HEAD") else await reader.readexactly(_length(head))
    writer.close()
    return head + body


def _length(head: bytes) -> int:
    told = head.lower().partition(b"content-length:")[2].split()
    return int(told[0]) if told else 0


if __name__ == "__main__":
    asyncio.run(
        main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]).read_bytes())
    )
