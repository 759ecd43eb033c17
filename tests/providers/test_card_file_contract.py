"""The card file runs the contract of all providers."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bridge.ports import LoyaltyProvider
from bridge.providers import build
from bridge.providers.card_file import CardFileSettings
from tests.providers.contract import BLOCKED, CARD, PHONE, LoyaltyProviderContract

MEMBERS = f"""
[[members]]
card = "{CARD.value}"
holder = "Иванова Мария"
phone = "{PHONE.value}"
balance = "500.00"

[[members]]
card = "{BLOCKED.value}"
holder = "Петров Пётр"
state = "blocked"
balance = 10
"""


class TestCardFile(LoyaltyProviderContract):
    @pytest.fixture
    async def provider(self, tmp_path: Path) -> AsyncIterator[LoyaltyProvider]:
        members = tmp_path / "members.toml"
        members.write_text(MEMBERS, encoding="utf-8")
        provider = build("card-file", CardFileSettings("club", members, tmp_path / "points.db", Decimal(5)))
        yield provider
        await provider.aclose()
