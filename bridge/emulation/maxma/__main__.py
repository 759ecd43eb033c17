"""`python -m bridge.emulation.maxma --port N`: an emulated MAXMA to point a till or a curl at. Ends by Ctrl-C."""

import argparse
import asyncio
import contextlib
import sys

from bridge.emulation.maxma import KEY, EmulatedClient, MaxmaEmulator

MEMBERS = (
    EmulatedClient(card="2900000000018", phone="+79161234567", bonuses=350),
    EmulatedClient(card="2900000000024", phone="+79167654321", surname="Петров", name="Пётр", suspended=True),
)


async def _serve(port: int) -> None:
    async with MaxmaEmulator(MEMBERS, port=port) as emulator:
        sys.stdout.write(f"{emulator.base_url}  key {KEY}  cards {', '.join(m.card for m in MEMBERS)}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bridge.emulation.maxma", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0 = any free one")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
