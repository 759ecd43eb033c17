"""The whole till in this process: the same daemon on the same socket, PTYs and HTTP, without the start of a Python."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bridge.emulation.rest import EmulatedCard, RestEmulator
from tests.shop.client import CashProgram
from tests.shop.near_shop import NearShop
from tests.shop.shop import CARD, OTHER_CARD, Club, Shop, open_shop

# Starts the daemon anew with a provider of a kind, and more lines of its entry; gives a cash program.
Opened = Callable[..., Awaitable[CashProgram]]


@pytest.fixture
async def shop(socket_dir: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    """A whole shop, its daemon running."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(socket_dir / "notify"))
    async with open_shop(socket_dir, NearShop) as opened:
        await opened.start()
        yield opened


@pytest.fixture
async def cash(shop: Shop) -> AsyncIterator[CashProgram]:
    """A cash program connected and told of everything."""
    async with await shop.cash_program("scan", "card", "receipt", "device", "queue") as client:
        yield client


@pytest.fixture
async def system() -> AsyncIterator[RestEmulator]:
    cards = [
        EmulatedCard(CARD, "+79161234567", points=350_00),
        EmulatedCard(OTHER_CARD, "+79167654321", "Пётр", "Петров", "Сотрудник", kind="both", discount_percent=10),
    ]
    cards[1].points = cards[1].opening = 1000_00
    async with RestEmulator(cards) as running:
        yield running
        running.ledger.check()


@pytest.fixture
async def opened(shop: Shop, system: RestEmulator) -> AsyncIterator[Opened]:
    """The shop's daemon anew with a provider of this kind; gives a cash program that is told of everything."""
    async with AsyncExitStack() as stack:

        async def start(kind: str, more: str = "") -> CashProgram:
            secrets = {"key": system.key, "login": system.login, "password": system.password}
            shop.club, shop.more_of_club = Club(kind, system.base_url, secrets), more
            await shop.kill()
            await shop.start()
            return await stack.enter_async_context(await shop.cash_program("card", "receipt", "queue"))

        yield start
