"""`pos-bridge suggest`: what is plugged in, as configuration that loads."""

import tomllib
from pathlib import Path

import pytest

from bridge.cli.main import run
from bridge.config.loading import load_text
from tests.devices.sysfs import FakeSysfs
from tests.devices.test_plugged import CH340, KEYBOARD, LOGITECH, XPRINTER, ZEBRA

TILL = '[till]\nstore = "s"\nname = "t"\n\n'


@pytest.fixture
def sysfs(tmp_path: Path) -> FakeSysfs:
    return FakeSysfs(tmp_path / "sys")


def suggested(sysfs: FakeSysfs, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    sysfs.root.mkdir(exist_ok=True)
    assert run(["suggest", "--root", str(sysfs.root.parent), *options]) == 0
    return capsys.readouterr().out


def plug_a_till(sysfs: FakeSysfs) -> None:
    sysfs.plug("1-1", ZEBRA, "S1", "Symbol Bar Code Scanner")
    sysfs.keyboard("event5", "1-1", KEYBOARD)
    sysfs.plug("1-2", LOGITECH, "", "USB Keyboard")
    sysfs.keyboard("event6", "1-2", KEYBOARD)
    sysfs.plug("1-3", XPRINTER, "", "USB Printing Support")
    sysfs.node("usbmisc", "lp0", "1-3", "usb/lp0")
    sysfs.plug("1-4", CH340, "", "USB Serial")
    sysfs.node("tty", "ttyUSB0", "1-4")
    sysfs.plug("1-5", (0x1EAB, 0x1306), "N7", "Newland POS")
    sysfs.node("tty", "ttyACM0", "1-5")


def test_it_is_a_configuration_that_loads(sysfs: FakeSysfs, capsys: pytest.CaptureFixture[str]) -> None:
    plug_a_till(sysfs)
    config = load_text(sysfs.root / "x.toml", TILL + suggested(sysfs, capsys))
    assert [(row.name, str(row.endpoint), str(row.forward)) for row in config.scanners] == [
        ("scanner", "input://by-id/05e0:1200:S1", "wedge"),
        ("scanner-2", "serial://by-id/1eab:1306:N7", "pty:/run/pos-bridge/scanner-2"),
    ]
    (printer,) = config.printers
    assert (printer.name, printer.endpoint, printer.profile) == ("receipt", "lp://by-id/0483:5743", "xprinter-80")
    assert config.displays == ()


def test_what_is_not_certain_stands_in_comments(sysfs: FakeSysfs, capsys: pytest.CaptureFixture[str]) -> None:
    plug_a_till(sysfs)
    lines = suggested(sysfs, capsys).splitlines()
    after_keyboard = lines[lines.index("# 046d:c31c USB Keyboard, at port 1-2") + 1]
    assert after_keyboard.startswith("# a keyboard, perhaps the cashier's")
    assert '# endpoint = "serial://by-port/1-4"' in lines
    assert "046d" not in "".join(line for line in lines if not line.startswith("#"))


def test_the_udev_lines_are_there(sysfs: FakeSysfs, capsys: pytest.CaptureFixture[str]) -> None:
    plug_a_till(sysfs)
    text = suggested(sysfs, capsys)
    for name in ("scanner", "scanner-2", "receipt"):
        assert f'SYMLINK+="pos/{name}"' in text
    assert "LIBINPUT_IGNORE_DEVICE" not in text
    assert "do not change it here" not in text  # the file's own head


def test_what_is_configured_is_only_named(sysfs: FakeSysfs, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    plug_a_till(sysfs)
    file = tmp_path / "pos-bridge.toml"
    file.write_text(f'{TILL}[[scanners]]\nname = "scanner"\nendpoint = "input://by-port/1-1"\nforward = "wedge"\n')
    text = suggested(sysfs, capsys, "--config", str(file))
    assert "# is configured: scanner" in text
    assert [row["name"] for row in tomllib.loads(text)["scanners"]] == ["scanner-2"]


@pytest.mark.parametrize(
    ("says", "is_receipt_printer"),
    [
        ("MFG:NoName;CMD:ESC/POS;MDL:POS-80;", True),
        ("", True),
        ("MFG:HP;CMD:PJL,PCL,PDF;MDL:LaserJet;", False),
        ("MFG:EPSON;CMD:ESCPL2,PJL,PCL,PDF;MDL:L800;", False),
    ],
)
def test_an_office_printer_is_no_receipt_printer(
    sysfs: FakeSysfs, capsys: pytest.CaptureFixture[str], says: str, is_receipt_printer: bool
) -> None:
    sysfs.plug("1-3", (0x1234, 0x5678), "P1")
    sysfs.printer("lp0", "1-3", says)
    text = suggested(sysfs, capsys)
    assert ("[[printers]]" in text) is is_receipt_printer
    assert ("PJL,PCL,PDF: no receipt printer" in text) is not is_receipt_printer


def test_nothing_plugged_in_is_said(sysfs: FakeSysfs, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nothing is plugged in" in suggested(sysfs, capsys)


def test_a_configuration_that_was_named_and_is_wrong_is_told(
    sysfs: FakeSysfs, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sysfs.root.mkdir()
    assert run(["suggest", "--root", str(tmp_path), "--config", str(tmp_path / "none.toml")]) == 2
    assert "none.toml: cannot be read" in capsys.readouterr().err
