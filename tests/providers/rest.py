"""An emulated system with three cards, and providers that speak to it by a profile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bridge.config.model import Provider
from bridge.config.profiles import EXAMPLE, load_profile, profile_file
from bridge.emulation.rest import EmulatedCard, RestEmulator
from bridge.providers.rest.profile import Profile
from bridge.providers.rest.provider import RestProvider
from bridge.providers.rest.settings import RestSettings
from tests.providers.contract import BLOCKED, CARD, PHONE

OTHER = "0290000000031"


def cards() -> list[EmulatedCard]:
    return [
        EmulatedCard(CARD.value, PHONE.value, points=500_00),
        EmulatedCard(BLOCKED.value, "+79160000000", status="blocked"),
        EmulatedCard(OTHER, "+79163333333", "Сидор", "Сидоров", kind="both", discount_percent=10, points=70_00),
    ]


def shipped(kind: str) -> Profile:
    """The profile that comes with a kind; of "rest", the worked example."""
    file = profile_file(Provider(name="club", kind=kind, profile=EXAMPLE if kind == "rest" else None))
    assert file is not None
    return load_profile(file)


@asynccontextmanager
async def connected(
    kind: str,
    emulator: RestEmulator,
    *,
    profile: Profile | None = None,
    base_url: str = "",
    timeout_ms: int = 30_000,
    write_timeout_ms: int = 30_000,
) -> AsyncIterator[RestProvider]:
    provider = RestProvider(
        RestSettings(
            name="club",
            kind=kind,
            base_url=base_url or emulator.base_url,
            profile=profile or shipped(kind),
            store="store-01",
            store_name="Магазин на Ленина",
            till="till-1",
            key=emulator.key,
            login=emulator.login,
            password=emulator.password,
            timeout_ms=timeout_ms,
            write_timeout_ms=write_timeout_ms,
        )
    )
    try:
        yield provider
    finally:
        await provider.aclose()
