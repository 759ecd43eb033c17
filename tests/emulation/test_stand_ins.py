"""What is put in the place of what, for devices that only a later configuration may name as well."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bridge.config.model import Config, Display, Scanner, Till
from bridge.config.values import Endpoint, Forward
from bridge.emulation.stand_ins import NOBODY, Emulation
from bridge.providers import KINDS


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
        assert emulated.endpoint == f"input://{socket_dir}/scanner-front"


@pytest.mark.parametrize(
    ("configured", "setting"),
    [("serial:///dev/pos/pole?baud=19200&parity=odd", "?baud=19200"), ("serial:///dev/pos/pole", "")],
)
async def test_display_is_as_fast_as_its_line(socket_dir: Path, configured: str, setting: str) -> None:
    config = Config(till=Till(store="s", name="t"), displays=(Display(name="pole", endpoint=Endpoint(configured)),))
    async with AsyncExitStack() as stack:
        made = await Emulation(socket_dir, stack, NOBODY).of(config)
        assert made.config.displays[0].endpoint == f"serial://{socket_dir}/display-pole{setting}"


@pytest.mark.parametrize(
    ("configured", "instead"),
    [
        ("serial:///dev/pos/front", "serial://{folder}/scanner-front"),
        ("input://by-id/0c2e:0b61:17", "input://{folder}/scanner-front"),
        ("hidraw://by-port/1-4.3", "hidraw://{folder}/scanner-front"),
    ],
)
async def test_a_scanner_stays_what_it_is(socket_dir: Path, configured: str, instead: str) -> None:
    scanner = Scanner(name="front", endpoint=Endpoint(configured), forward=Forward("event"))
    async with AsyncExitStack() as stack:
        made = await Emulation(socket_dir, stack, NOBODY).of(
            Config(till=Till(store="s", name="t"), scanners=(scanner,))
        )
        assert made.config.scanners[0].endpoint == instead.format(folder=socket_dir)
