"""`pos-bridge udev-rules`: of the package, and of this till's configuration."""

from pathlib import Path

import pytest

from bridge.cli.main import run
from devices.udev.packaged import rules

CONFIG = """
till = { store = "s", name = "t" }
scanners = [
    { name = "desk", endpoint = "input://by-id/05e0:1200:S1", forward = "event" },
    { name = "hand", endpoint = "input://by-port/1-2", forward = "wedge" },
]
displays = [{ name = "pole", endpoint = "serial:///dev/pos/pole" }]
providers = [{ name = "club", kind = "maxma", base_url = "https://api.maxma.com", key = { credential = "not-there" } }]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "pos-bridge.toml"
    file.write_text(CONFIG)
    return file


def test_only_a_scanner_that_types_to_nobody_is_hidden(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And the provider's secret, which is missing, is of no interest here."""
    assert run(["udev-rules", "--till", "--config", str(config)]) == 0
    text = capsys.readouterr().out
    hidden = [line for line in text.splitlines() if "LIBINPUT_IGNORE_DEVICE" in line]
    assert [line.count("05e0") for line in hidden] == [1]
    assert 'KERNELS=="1-2"' in text
    assert "a name that is not bound to a device yet: pos-bridge suggest, and change its endpoint" in text
    assert rules() not in text


def test_the_packages_rules_come_first(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["udev-rules", "--config", str(config)]) == 0
    text = capsys.readouterr().out
    assert text.startswith(rules())
    assert 'SYMLINK+="pos/desk"' in text


def test_a_configuration_that_is_wrong_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["udev-rules", "--config", str(tmp_path / "none.toml")]) == 2
    assert "none.toml: cannot be read" in capsys.readouterr().err
