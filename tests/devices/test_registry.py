from typing import get_args

from bridge.config.model import Layout
from devices.codecs.keys import LAYOUTS
from devices.endpoints import HidrawEndpoint, InputEndpoint, SerialEndpoint
from devices.registry import COMMAND_SETS, SCANNERS


def test_command_sets_go_by_their_names() -> None:
    assert [command_set.name for command_set in COMMAND_SETS.values()] == list(COMMAND_SETS)


def test_every_node_that_a_scanner_may_be_at_is_opened() -> None:
    assert set(SCANNERS) == {SerialEndpoint, InputEndpoint, HidrawEndpoint}


def test_every_layout_can_be_configured() -> None:
    assert set(get_args(Layout)) == set(LAYOUTS)
