"""What is put in the place of what, for devices that only a later configuration may name as well."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bridge.config.model import Config, Display, Scanner, Till
from bridge.config.values import Endpoint, Forward
from bridge.emulation.stand_ins import Audience, Emulation
from bridge.providers import KINDS

NOBODY = Audience(lambda _name, _rows: None, lambda _name, _profile, _paper: None)


def test_every_kind_of_provider_has_its_stand_in(tmp_path: Path) -> None:
    emulation = Emulation(tmp_path, AsyncExitStack(), NOBODY)
    assert emulation._providers.keys() == KINDS.keys()


@pytest.mark.parametrize(
    ("forward", "instead"),
    [("event", "event"), ("wedge", "event"), ("pty:/run/pos-bridge/front", "pty:{folder}/goods-front")],
)
async def test_goods_are_forwarded_to_nothing_real(socket_dir: Path, forward: str, instead: str) -> None:
    scanner = Scanner(name="front", endpoint=Endpoint("input:///dev/input/event0"), forward=Forward(forward))
    config = Config(till=Till(store="s", name="t"), scanners=(scanner,))
    async with AsyncExitStack() as stack:
        made = await Emulation(socket_dir, stack, NOBODY).of(config)
        (emulated,) = made.config.scanners
        assert emulated.forward == instead.format(folder=socket_dir)
        assert emulated.endpoint == f"serial://{socket_dir}/scanner-front"


@pytest.mark.parametrize(
    ("configured", "setting"),
    [("serial:///dev/pos/pole?baud=19200&parity=odd", "?baud=19200"), ("serial:///dev/pos/pole", "")],
)
async def test_display_is_as_fast_as_its_line(socket_dir: Path, configured: str, setting: str) -> None:
    config = Config(till=Till(store="s", name="t"), displays=(Display(name="pole", endpoint=Endpoint(configured)),))
    async with AsyncExitStack() as stack:
        made = await Emulation(socket_dir, stack, NOBODY).of(config)
        assert made.config.displays[0].endpoint == f"serial://{socket_dir}/display-pole{setting}"
