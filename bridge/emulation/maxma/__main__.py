"""`python -m bridge.emulation.maxma --port N`: an emulated MAXMA to point a till or a curl at. Ends by Ctrl-C."""

import argparse
import asyncio
import contextlib
import sys

from bridge.emulation.maxma import KEY, EmulatedClient, MaxmaEmulator, Rules

MEMBERS = (
    EmulatedClient(card="2900000000018", phone="+79161234567", bonuses=350),
    EmulatedClient(card="2900000000025", phone="+79167654321", surname="Петров", name="Пётр", suspended=True),
)


async def _serve(port: int, *, confirm: bool) -> None:
    async with MaxmaEmulator(MEMBERS, port=port, rules=Rules(confirmation=confirm)) as emulator:
        emulator.methods.on_code = _tell_code
        _tell(f"{emulator.base_url}  key {KEY}  cards {', '.join(m.card for m in MEMBERS)}")
        await asyncio.Event().wait()


def _tell_code(client: EmulatedClient, code: str) -> None:
    """What the customer's telephone would show."""
    _tell(f"message to {client.phone}: code {code}")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bridge.emulation.maxma", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0 = any free one")
    parser.add_argument("--confirm", action="store_true", help="spending points must be confirmed by a code")
    told = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(told.port, confirm=told.confirm))


if __name__ == "__main__":
    main()
