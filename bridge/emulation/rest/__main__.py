"""`python -m bridge.emulation.rest --port N`: an emulated system to point a till or a curl at. Ends by Ctrl-C."""

import argparse
import asyncio
import contextlib
import sys

from bridge.emulation.rest.emulator import KEY, LOGIN, NOTICE, PASSWORD, RestEmulator
from bridge.emulation.rest.ledger import EmulatedCard

CARDS = (
    EmulatedCard("2900000000018", "+79161234567", points=350_00),
    EmulatedCard("2900000000025", "+79167654321", "Пётр", "Петров", status="blocked"),
)


async def _serve(port: int) -> None:
    async with RestEmulator(CARDS, port=port) as emulator:
        cards = ", ".join(card.number for card in CARDS)
        sys.stdout.write(
            f"{NOTICE}\n{emulator.base_url}  key {KEY}  login {LOGIN}  password {PASSWORD}  cards {cards}\n"
        )
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bridge.emulation.rest", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0 = any free one")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
