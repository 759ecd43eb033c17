"""The least that asyncio and the standard library's json do with a scan; nothing is checked, kept or logged.

Modes and arguments are those of controls/till.c.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from typing import cast

COLUMNS = 20


class Provider(asyncio.Protocol):
    """Asked about one card at a time."""

    def __init__(self, answered: Callable[[int], None]) -> None:
        self._answered = answered
        self._transport: asyncio.Transport
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def ask(self, code: str) -> None:
        body = json.dumps({"card": code}).encode()
        head = b"POST /get-balance HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        self._transport.write(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body))

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, _, body = self._got.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if length and len(body) >= int(length):
            self._got = b""
            self._answered(json.loads(body)["client"]["bonuses"])


def read_scans(scanner: int, scanned: Callable[[str], None]) -> None:
    rest = b""

    def read() -> None:
        nonlocal rest
        *codes, rest = (rest + os.read(scanner, 4096)).split(b"\r")
        for code in codes:
            scanned(code.decode())

    asyncio.get_running_loop().add_reader(scanner, read)


def tell(client: int, code: str) -> None:
    params = {"topic": "scan", "data": {"device": "front", "data": code}}
    os.write(client, json.dumps({"jsonrpc": "2.0", "method": "event", "params": params}).encode() + b"\n")


def show(display: int, *rows: str) -> None:
    """Two rows of a display that speaks Epson's commands."""
    cells = (b"\x1f$\x01%c%b" % (row, text.ljust(COLUMNS).encode("cp866")) for row, text in enumerate(rows, 1))
    os.write(display, b"".join(cells))


async def main(mode: str, scanner: int, out: int, port: int | None) -> None:
    def searching(code: str) -> None:
        show(out, "Ищем карту...", "")
        if provider:
            provider.ask(code)

    def answered(points: int) -> None:
        show(out, "Здравствуйте!", f"Баллов: {points}")

    provider = None
    if port is not None:
        loop = asyncio.get_running_loop()
        _, provider = await loop.create_connection(lambda: Provider(answered), "127.0.0.1", port)
    read_scans(scanner, searching if mode != "event" else lambda code: tell(out, code))
    await asyncio.Event().wait()


mode, scanner, out, *port = sys.argv[1:]
asyncio.run(main(mode, int(scanner), int(out), int(port[0]) if mode == "card" else None))
