from devices.codecs.displays.layout import DisplaySettings
from devices.documents import Screen
from devices.registry import COMMAND_SETS, SCANNERS


def test_every_command_set_makes_bytes() -> None:
    for codec in COMMAND_SETS.values():
        assert codec.init(DisplaySettings())
        assert codec.encode(Screen(), DisplaySettings())


def test_every_scanner_runs() -> None:
    assert all(hasattr(driver, "run") for driver in SCANNERS.values())
