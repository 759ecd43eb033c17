from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.shop.client import CashProgram
from tests.shop.shop import Shop, open_shop


@pytest.fixture
async def shop(socket_dir: Path) -> AsyncIterator[Shop]:
    """A whole shop, its daemon running."""
    async with open_shop(socket_dir) as opened:
        await opened.start()
        yield opened


@pytest.fixture
async def cash(shop: Shop) -> AsyncIterator[CashProgram]:
    """A cash program connected and told of everything."""
    async with await shop.cash_program("scan", "card", "receipt", "device", "queue") as client:
        yield client
