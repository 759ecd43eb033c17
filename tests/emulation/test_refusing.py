"""A till that says it is emulated has nothing real: a provider off loopback, a device, a journal."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from bridge.config.loading import load
from bridge.config.model import Config, JournalSettings
from bridge.config.values import Forward
from bridge.emulation.refusing import RealThing, refuse_real
from bridge.emulation.till import DEFAULT_TILL, emulatable
from devices.emulation.pty import PtyLink

FILE = Path("till.toml")


def harmless(folder: Path) -> Config:
    """The till of `make emulate` with nothing real in it."""
    text = DEFAULT_TILL.read_text("utf-8")
    for real in ("/dev/pos", "/run/pos-bridge", "/var/lib/pos-bridge"):
        text = text.replace(real, str(folder))
    config = folder / "till.toml"
    config.write_text(text.replace("https://api-test.maxma.com", "http://127.0.0.1:9"), "utf-8")
    return load(config, {"POS_BRIDGE_CREDENTIAL_MAXMA_KEY": "key"})


def with_endpoint(config: Config, section: str, endpoint: str) -> Config:
    first, *others = getattr(config, section)
    return msgspec.structs.replace(config, **{section: (msgspec.structs.replace(first, endpoint=endpoint), *others)})


def test_a_till_without_anything_real_is_let_be(tmp_path: Path) -> None:
    refuse_real(harmless(tmp_path), FILE)


@pytest.mark.parametrize(
    ("section", "endpoint"),
    [
        ("scanners", "serial:///dev/ttyUSB0"),
        ("scanners", "serial:///dev/pos/front?baud=9600"),
        ("scanners", "serial://by-id/0c2e:0b61:17"),
        ("scanners", "input:///dev/input/event3"),
        ("scanners", "hidraw://by-port/1-4.3"),
        ("displays", "serial:///dev/../dev/ttyS0"),
        ("printers", "lp:///dev/usb/lp0"),
        ("printers", "usb://04b8:0e15:J4TK"),
        ("printers", "tcp://192.168.1.7:9100"),
        ("printers", "tcp://printer.invalid:9100"),
    ],
)
def test_a_real_device_is_refused(tmp_path: Path, section: str, endpoint: str) -> None:
    config = with_endpoint(harmless(tmp_path), section, endpoint)
    with pytest.raises(RealThing, match="a real device") as refusal:
        refuse_real(config, FILE)
    assert refusal.value.key_path == f"{section}[0].endpoint"


@pytest.mark.parametrize("endpoint", ["tcp://127.0.0.1:9100", "tcp://[::1]:9100", "tcp://localhost:9100"])
def test_a_printer_on_loopback_is_let_be(tmp_path: Path, endpoint: str) -> None:
    refuse_real(with_endpoint(harmless(tmp_path), "printers", endpoint), FILE)


def test_a_link_to_a_real_node_is_one(tmp_path: Path) -> None:
    (tmp_path / "front").symlink_to("/dev/null")
    with pytest.raises(RealThing, match=r"scanners\[0\]\.endpoint"):
        refuse_real(harmless(tmp_path), FILE)


async def test_a_link_to_a_pty_is_none(tmp_path: Path) -> None:
    link = PtyLink(tmp_path / "front")
    await link.plug()
    try:
        refuse_real(harmless(tmp_path), FILE)
    finally:
        await link.unplug()


def test_a_wedge_types_on_a_real_keyboard(tmp_path: Path) -> None:
    config = harmless(tmp_path)
    scanners = tuple(msgspec.structs.replace(row, forward=Forward("wedge")) for row in config.scanners)
    with pytest.raises(RealThing, match=r"scanners\[0\]\.forward"):
        refuse_real(msgspec.structs.replace(config, scanners=scanners), FILE)


def test_a_provider_off_loopback_is_refused() -> None:
    with pytest.raises(RealThing, match=r"till.toml: providers\[0\].base_url: .*https://api-test.maxma.com"):
        refuse_real(emulatable(None), FILE)


def test_the_real_journal_is_refused_wherever_it_is(tmp_path: Path) -> None:
    config = harmless(tmp_path)
    usual = msgspec.structs.replace(config, journal=JournalSettings())
    for emulated, real in ((usual, None), (config, config)):
        with pytest.raises(RealThing, match="the real journal"):
            refuse_real(emulated, FILE, real)


def test_the_daemon_refuses_with_exit_code_2(tmp_path: Path) -> None:
    ran = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "bridge", "run", "--emulated-elsewhere", "--config", str(DEFAULT_TILL)],
        env={**os.environ, "POS_BRIDGE_CREDENTIAL_MAXMA_KEY": "key"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"{DEFAULT_TILL}: providers[0].base_url: an emulated till must not have")
    assert ran.stderr.count("\n") == 1
