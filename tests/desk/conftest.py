"""The whole till in this process: the same daemon on the same socket, PTYs and HTTP, without the start of a Python."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.shop.client import CashProgram
from tests.shop.near_shop import NearShop
from tests.shop.shop import Shop, open_shop


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
