"""Which providers a reload makes anew: those whose own settings changed, and no others."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.config.loading import load_text
from bridge.config.model import Config
from bridge.daemon.programmes import ProgrammeRoom
from bridge.domain.errors import ProviderRefused
from bridge.ports import Tap

TILL = '[till]\nstore = "s"\nname = "t"\n'
PROVIDER = """
[[providers]]
name = "{name}"
kind = "maxma"
base_url = "https://api.maxma.com"
key = {{ credential = "key" }}
timeout_ms = {timeout_ms}
max_redeem_percent = {percent}
"""


def config(*providers: str) -> Config:
    return load_text(Path("pos-bridge.toml"), TILL + "".join(providers))


def provider(name: str, timeout_ms: int = 1500, percent: int = 100) -> str:
    return PROVIDER.format(name=name, timeout_ms=timeout_ms, percent=percent)


@pytest.fixture
async def room() -> AsyncIterator[ProgrammeRoom]:
    room = ProgrammeRoom(config(provider("club"), provider("staff")), lambda _name: Tap())
    yield room
    await room.aclose()


def reload(room: ProgrammeRoom, *providers: str) -> tuple[list[str], list[str]]:
    """The names of those that are new, and of those that are out of use."""
    wanted = config(*providers)
    added, retired = room.apply(wanted, room.prepare(wanted))
    return [each.name for each in added], [each.name for each in retired]


async def test_other_rules_leave_the_provider_as_it_is(room: ProgrammeRoom) -> None:
    """With what it knows of itself: whether it is away, and who waits in line for it."""
    before = room.programmes.get("club")
    assert reload(room, provider("club", percent=30), provider("staff")) == ([], [])
    after = room.programmes.get("club")
    assert after.rules.max_redeem_percent == 30
    assert after.provider is before.provider


async def test_other_settings_make_it_anew(room: ProgrammeRoom) -> None:
    before = room.programmes.get("club")
    assert reload(room, provider("club", timeout_ms=900), provider("staff")) == (["club"], ["club"])
    assert room.programmes.get("club").provider is not before.provider
    await before.provider.aclose()


async def test_one_comes_and_one_goes_in_the_order_of_the_configuration(room: ProgrammeRoom) -> None:
    staff = room.programmes.get("staff")
    assert reload(room, provider("new"), provider("club")) == (["new"], ["staff"])
    assert [programme.name for programme in room.programmes] == ["new", "club"]
    with pytest.raises(ProviderRefused):
        room.programmes.get("staff")
    await staff.provider.aclose()


async def test_what_is_prepared_is_not_in_force(room: ProgrammeRoom) -> None:
    room.prepare(config(provider("new")))
    assert [programme.name for programme in room.programmes] == ["club", "staff"]
