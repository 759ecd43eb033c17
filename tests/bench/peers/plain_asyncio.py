"""The least that asyncio and the standard library's json can do for the same question; nothing is checked. PATH"""

import asyncio
import json
import sys

BALANCES = {"R-1": 350.0}
POINTS = {"multiple": "1.00", "rate": "1.00", "confirmation": False, "restore": None}
LIMITS = {
    "discount": {"percent": "0.00", "amount": "0.00"},
    "accrual_preview": "19.00",
    "source": "online",
    "as_of": "2026-11-22T09:30:00.125Z",
    "reasons": [],
}


class Client(asyncio.Protocol):
    """One connection: a line in, a line out."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.rest = b""

    def data_received(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\n")
        self.transport.write(b"".join(map(answer, lines)))  # type: ignore[attr-defined] # a stream's


def answer(line: bytes) -> bytes:
    request = json.loads(line)
    params = request["params"]
    balance = BALANCES[params["receipt_id"]]
    most = min(balance, float(params["total"]))
    points = {**POINTS, "balance": f"{balance:.2f}", "max_redeem": f"{most:.2f}"}
    reply = {"jsonrpc": "2.0", "result": {**LIMITS, "points": points}, "id": request["id"]}
    return json.dumps(reply).encode() + b"\n"


async def main() -> None:
    server = await asyncio.get_running_loop().create_unix_server(Client, sys.argv[1])
    await server.serve_forever()


asyncio.run(main())
