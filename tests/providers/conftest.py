"""An emulated MAXMA with three clients, and an adapter that talks to it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

from bridge.emulation.maxma import KEY, EmulatedClient, MaxmaEmulator
from bridge.providers import transport  # noqa: F401 - imported late by the product: not on a short deadline's time here
from bridge.providers.maxma import MaxmaProvider, MaxmaSettings
from tests.providers.contract import BLOCKED, CARD, PHONE

Connect = Callable[..., MaxmaProvider]


def clients() -> list[EmulatedClient]:
    return [
        EmulatedClient(
            card=CARD.value,
            phone=PHONE.value,
            bonuses=500,
            pending=30,
            burning=((datetime(2026, 12, 31, tzinfo=UTC), 120),),
        ),
        EmulatedClient(card=BLOCKED.value, phone="+79160000000", suspended=True),
        EmulatedClient(phone="+79163333333", surname="Сидоров", name="Сидор", bonuses=70),
    ]


@pytest.fixture
async def emulator() -> AsyncIterator[MaxmaEmulator]:
    async with MaxmaEmulator(clients()) as running:
        yield running


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Makes adapters and closes them."""
    made: list[MaxmaProvider] = []

    def make(
        base_url: str, *, timeout_ms: int = 30_000, write_timeout_ms: int = 30_000, key: str = KEY
    ) -> MaxmaProvider:
        made.append(
            MaxmaProvider(
                MaxmaSettings(
                    "club",
                    base_url,
                    key,
                    "store-01",
                    "Магазин на Ленина",
                    timeout_ms,
                    write_timeout_ms,
                )
            )
        )
        return made[-1]

    yield make
    for provider in made:
        await provider.aclose()
