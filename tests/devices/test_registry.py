from typing import get_args

from bridge.config.model import Layout
from devices.codecs.displays.layout import DisplaySettings
from devices.codecs.keys import LAYOUTS
from devices.documents import Screen
from devices.endpoints import HidrawEndpoint, InputEndpoint, SerialEndpoint
from devices.registry import COMMAND_SETS, SCANNERS


def test_every_command_set_makes_bytes() -> None:
    for codec in COMMAND_SETS.values():
        assert codec.init(DisplaySettings())
        assert codec.encode(Screen(), DisplaySettings())


def test_every_node_that_a_scanner_may_be_at_is_opened() -> None:
    assert set(SCANNERS) == {SerialEndpoint, InputEndpoint, HidrawEndpoint}


def test_every_layout_can_be_configured() -> None:
    assert set(get_args(Layout)) == set(LAYOUTS)
