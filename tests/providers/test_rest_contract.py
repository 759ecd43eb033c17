"""The profiles that come with the product run the contract of all providers against the emulator of their format."""

from collections.abc import AsyncIterator

import pytest

from bridge.emulation.rest import RestEmulator
from bridge.ports import LoyaltyProvider
from tests.providers.contract import LoyaltyProviderContract
from tests.providers.rest import cards, connected


class TestLocards(LoyaltyProviderContract):
    takes_parts = False

    @pytest.fixture
    async def provider(self) -> AsyncIterator[LoyaltyProvider]:
        async with RestEmulator(cards()) as emulator, connected("locards", emulator) as provider:
            yield provider
            emulator.ledger.check()


class TestCardlab(LoyaltyProviderContract):
    @pytest.fixture
    async def provider(self) -> AsyncIterator[LoyaltyProvider]:
        async with RestEmulator(cards()) as emulator, connected("cardlab", emulator) as provider:
            yield provider
            emulator.ledger.check()


class TestExample(LoyaltyProviderContract):
    @pytest.fixture
    async def provider(self) -> AsyncIterator[LoyaltyProvider]:
        async with RestEmulator(cards()) as emulator, connected("rest", emulator) as provider:
            yield provider
            emulator.ledger.check()
