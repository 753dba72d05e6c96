"""A server that takes bulk requests and keeps nothing, for what a client costs by itself.

It says what OpenSearch would say to a writer: of every item all its fields, or with `filter_path`
its status; and of the index, that it is as it was created.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_INFO = b'{"version":{"distribution":"opensearch","number":"3.8.0"}}'
_SHORT = b'{"index":{"status":201}}'
_FULL = (
    b'{"index":{"_index":"products","_id":"100000","_version":1,"result":"created","_shards":'
    b'{"total":1,"successful":1,"failed":0},"_seq_no":1,"_primary_term":1,"status":201}}'
)


@contextmanager
def sink() -> Iterator[str]:
    """The url of a sink in a process of its own."""
    process = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE)
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()


class Sink:
    """Answers requests; `mappings` are those of the index that was created last."""

    def __init__(self) -> None:
        self.mappings: object = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                method, path = head.split(" ", 2)[:2]
                length = head.lower().partition("content-length:")[2].partition("\r")[0]
                answer = self.answer(method, path, await reader.readexactly(int(length or 0)))
                status = "404 Not Found" if answer is None else "200 OK"
                writer.write(
                    f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n"
                    f"content-length: {len(answer or b'{}')}\r\n\r\n".encode()
                )
                writer.write(answer or b"{}")
        except asyncio.IncompleteReadError:
            writer.close()

    def answer(self, method: str, path: str, body: bytes) -> bytes | None:
        """The body of an answer; None for what is not found."""
        if "_bulk" in path:
            item = _SHORT if "filter_path" in path else _FULL
            count = body.count(b"\n") // 2
            return b'{"took":1,"errors":false,"items":[%b]}' % b",".join([item] * count)
        if method == "PUT":
            self.mappings = json.loads(body)["mappings"]
        if "_meta" in path:
            return json.dumps({path[1:].partition("?")[0]: {"mappings": self.mappings}}).encode()
        if "_alias" in path:
            return None
        return b"[]" if "_cat" in path else _INFO


async def _main() -> None:
    server = await asyncio.start_server(Sink().serve, "127.0.0.1", limit=1 << 24)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
