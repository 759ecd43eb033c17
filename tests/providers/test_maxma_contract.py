"""MAXMA runs the contract of all providers against the emulator."""

import pytest

from bridge.emulation.maxma import MaxmaEmulator
from bridge.ports import LoyaltyProvider
from tests.providers.conftest import Connect
from tests.providers.contract import LoyaltyProviderContract


class TestMaxma(LoyaltyProviderContract):
    @pytest.fixture
    def provider(self, emulator: MaxmaEmulator, connect: Connect) -> LoyaltyProvider:
        return connect(emulator.base_url)
