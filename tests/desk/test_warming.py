"""A connection to the provider is opened as a sale begins: its card does not wait for TCP and TLS."""

import asyncio
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bridge.daemon.supervisor import Supervisor
from bridge.desk.cards.warming import Warming
from bridge.desk.programme import Programme, Programmes
from bridge.desk.settling import gate as gates
from bridge.desk.settling.gate import COLD_AFTER_S, Gate
from bridge.domain import circuit
from bridge.domain.errors import ProviderUnavailable
from bridge.domain.limits import RedeemRules
from bridge.domain.personal import CardNumber
from bridge.domain.policy import Policy
from bridge.emulation.maxma import KEY, EmulatedClient, MaxmaEmulator
from bridge.providers import carrier
from bridge.providers.maxma import MaxmaProvider, MaxmaSettings
from tests.deadlines import within
from tests.devices.waiting import until
from tests.shop.shop import CARD, GOODS, READY_WITHIN_S, Shop

NUMBER = CardNumber(CARD)
A_LONG_TIME_S = 3600.0


class Till:
    """What of a till warms its provider, with a clock that stands until a test moves it."""

    def __init__(self, base_url: str, timeout_ms: int = 30_000) -> None:
        self.now = 0.0
        provider = MaxmaProvider(MaxmaSettings("club", base_url, KEY, "store-01", "Магазин", timeout_ms))
        self.gate = Gate(provider, lambda: self.now)
        self.begun: list[asyncio.Task[bool]] = []
        self._supervisor = Supervisor()
        self._warming = Warming(Programmes({"club": Programme(self.gate, RedeemRules(), Policy())}), self._spawn)

    def sells(self, articles: int = 10) -> None:
        for _ in range(articles):
            self._warming.sale_goes_on()

    async def is_warm(self) -> bool:
        """Once all that was begun has ended: that no task has failed."""
        return all(await asyncio.gather(*self.begun))

    async def aclose(self) -> None:
        await self._supervisor.stop()
        await self.gate.aclose()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self.begun.append(self._supervisor.spawn(work, name))


@asynccontextmanager
async def till_of(base_url: str) -> AsyncIterator[Till]:
    till = Till(base_url)
    try:
        yield till
    finally:
        await till.aclose()


@pytest.fixture
async def provider() -> AsyncIterator[MaxmaEmulator]:
    async with MaxmaEmulator([EmulatedClient(card=CARD, bonuses=350)]) as running:
        yield running


@pytest.fixture
async def till(provider: MaxmaEmulator) -> AsyncIterator[Till]:
    """As it is after its start: warm."""
    async with till_of(provider.base_url) as till:
        await till.gate.warm_up()
        yield till


async def test_after_a_pause_ten_articles_open_one_connection_and_the_card_goes_over_it(
    provider: MaxmaEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with till_of(provider.base_url) as till:
        with monkeypatch.context() as patched:
            patched.setattr(carrier, "KEEPALIVE_S", 0.0)
            await till.gate.warm_up()
            await provider.server.all_closed()
        till.now += COLD_AFTER_S
        asked = len(provider.requests)
        till.sells()
        assert await till.is_warm()
        await until(lambda: provider.server.accepted == 2)
        assert len(provider.requests) == asked
        assert await till.gate.find(NUMBER)
        assert provider.server.accepted == 2


async def test_nothing_is_opened_soon_after_the_provider_was_asked(till: Till) -> None:
    till.now += COLD_AFTER_S - 1
    await till.gate.find(NUMBER)
    till.now += COLD_AFTER_S - 1
    till.sells()
    assert till.begun == []


async def test_a_long_sale_finds_one_that_lasts_until_its_card(till: Till) -> None:
    for _ in range(10):
        till.now += COLD_AFTER_S / 3
        till.sells(1)
        assert await till.is_warm()
    assert len(till.begun) == 3


async def test_what_the_programme_allows_is_learnt_again_when_that_is_due(provider: MaxmaEmulator) -> None:
    """As at the start, and by the same connection."""
    async with till_of(provider.base_url) as till:
        till.sells()
        assert await till.is_warm()
        assert (len(provider.calls("get-settings")), provider.server.accepted) == (1, 1)


async def test_a_dead_provider_costs_an_attempt_now_and_then(provider: MaxmaEmulator, till: Till) -> None:
    await provider.server.aclose()
    till.now += COLD_AFTER_S
    for _ in range(10):
        till.sells()
        assert await till.is_warm()
    assert len(till.begun) == 1
    with pytest.raises(ProviderUnavailable):
        await till.gate.find(NUMBER)


async def test_a_provider_that_is_left_alone_is_left_alone(provider: MaxmaEmulator, till: Till) -> None:
    await provider.server.aclose()
    for _ in range(circuit.LIMIT):
        with pytest.raises(ProviderUnavailable):
            await till.gate.find(NUMBER)
    till.now += A_LONG_TIME_S
    till.sells()
    assert till.begun == []


async def test_while_an_attempt_is_under_way_there_is_no_other() -> None:
    """Of a peer whose kernel takes the connection and that never says a word of TLS."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        async with till_of(f"https://127.0.0.1:{mute.getsockname()[1]}") as till:
            till.sells()
            await asyncio.sleep(0)  # it has begun
            till.now += A_LONG_TIME_S
            till.sells()
            assert [task.done() for task in till.begun] == [False]


async def test_the_first_article_after_a_pause_opens_what_the_card_is_asked_about_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.kill()
    before, asked = shop.provider.server.accepted, len(shop.provider.requests)
    with monkeypatch.context() as patched:  # the pause: nothing that the start has warmed is left
        patched.setattr(carrier, "KEEPALIVE_S", 0.0)
        patched.setattr(gates, "COLD_AFTER_S", 0.0)
        await shop.start()
        await shop.provider.server.all_closed()
    async with await shop.cash_program("scan", "card") as cash:
        for _ in range(10):
            await shop.scanner.scan(GOODS)
        await until(lambda: shop.provider.server.accepted == before + 2)
        assert len(shop.provider.requests) == asked + 1  # of the start
        await shop.scanner.scan(CARD)
        assert (await cash.event("card"))["card"] == CARD
        assert shop.provider.server.accepted == before + 2


async def test_where_the_cash_program_has_scanners_of_its_own_its_calls_are_signs(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "COLD_AFTER_S", 0.0)
    await shop.kill()
    await shop.start()
    async with await shop.cash_program() as cash, within(READY_WITHIN_S):
        for method, params in (
            ("receipt.open", {"operation": "sale"}),
            ("receipt.limits", {"total": "10.00"}),
            ("receipt.select", {}),
        ):
            opened = shop.provider.server.accepted
            while shop.provider.server.accepted == opened:  # what the call before has begun may still be under way
                await cash.call(method, receipt_id="R-1", **params)
