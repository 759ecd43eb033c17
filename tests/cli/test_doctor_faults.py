"""Faults put into a till's machine, one at a time: doctor finds each, says what it costs and what mends it."""

import asyncio
import json
import os
import socket
import ssl
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bridge.cli.doctor import stores
from bridge.cli.doctor.asking import check_printers
from bridge.cli.doctor.findings import Finding, Level
from bridge.cli.doctor.nodes import check_nodes
from bridge.cli.doctor.providers import check_providers
from bridge.cli.doctor.scans import check_scans, layout_trouble, shape
from bridge.cli.doctor.settings import check_code_pages
from bridge.cli.doctor.stores import check_journal, check_socket
from bridge.cli.doctor.strangers import check_strangers
from bridge.cli.doctor.udev import check_udev_rules
from bridge.cli.main import run
from devices.emulation.printer import EmulatedPrinter
from devices.emulation.pty import PtyLink
from tests.cli.conftest import Daemon
from tests.cli.doctor_bench import CONFIG, Till

DATA = Path(__file__).parents[1] / "providers/data"
ON_THE_MACHINE = (check_udev_rules, check_nodes, check_strangers, check_code_pages)


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(tmp_path)


def only(findings: list[Finding]) -> Finding:
    """The one finding; what is wrong always comes with its cost and its cure."""
    assert len(findings) == 1, findings
    assert findings[0].why
    assert findings[0].mend
    return findings[0]


def test_at_a_till_where_all_is_well_nothing_is_wrong(till: Till) -> None:
    till.process(77, "python3", till.node, command="python3\0/opt/pos-bridge/bin/pos-bridge\0run")
    assert [till.wrong(check) for check in ON_THE_MACHINE] == [[]] * len(ON_THE_MACHINE)


# --- udev -------------------------------------------------------------------------------------------


def test_the_packages_rules_are_missing(till: Till) -> None:
    (till.root / "usr/lib/udev/rules.d/70-pos-bridge.rules").unlink()
    found = only(till.wrong(check_udev_rules))
    assert found.what == "70-pos-bridge.rules is not installed"
    assert found.mend.startswith("apt install --reinstall pos-bridge")


@pytest.mark.parametrize("is_null", [True, False])
def test_a_file_in_etc_hides_the_packages(till: Till, is_null: bool) -> None:
    """A link to /dev/null is how udev is told to leave a file out."""
    other = till.write("etc/udev/rules.d/70-pos-bridge.rules", "# of an older version\n")
    if is_null:
        other.unlink()
        other.symlink_to("/dev/null")
    found = only(till.wrong(check_udev_rules))
    assert found.what == "/etc/udev/rules.d/70-pos-bridge.rules is another than ours"
    assert found.mend.startswith("mv /etc/udev/rules.d/70-pos-bridge.rules ")


def test_the_tills_rules_are_not_those_of_its_configuration(till: Till) -> None:
    till.file.write_text(CONFIG.replace("FT1", "FT2"))
    assert "is not what the configuration says" in only(till.wrong(check_udev_rules)).what
    (till.root / "etc/udev/rules.d/70-pos-bridge-till.rules").unlink()
    assert only(till.wrong(check_udev_rules)).what.endswith("which front needs")


# --- nodes ------------------------------------------------------------------------------------------


def test_the_daemon_may_not_open_it(till: Till) -> None:
    till.node.chmod(0o600)
    found = only(till.wrong(check_nodes))
    assert "mode 0600: not for the daemon" in found.what
    assert "udev-rules --till" in found.mend


def test_another_program_has_the_port(till: Till) -> None:
    till.process(1234, "minicom", till.node)
    found = only(till.wrong(check_nodes))
    assert found.what == f"{till.node} is open in minicom (1234)"
    assert "kill 1234" in found.mend
    assert "pty:" in found.mend


def test_systemd_keeps_lines_for_the_daemon(till: Till) -> None:
    """Its descriptor store holds a scanner's line over our restart."""
    till.process(1, "systemd", till.node)
    assert till.wrong(check_nodes) == []


def test_another_program_has_the_port_by_the_real_proc(tmp_path: Path) -> None:
    """A PTY that a process of its own has open, seen in this machine's /proc."""
    master, slave = os.openpty()
    path = os.ttyname(slave)
    till = Till(tmp_path)
    till.configure(CONFIG.replace("serial://by-id/0403:6001:FT1", f"serial://{path}"))
    (tmp_path / "proc").symlink_to("/proc")
    (tmp_path / "dev/pts").symlink_to("/dev/pts")
    with subprocess.Popen(  # noqa: S603 - this interpreter
        [sys.executable, "-c", "import sys; f = open(sys.argv[1]); print(flush=True); sys.stdin.read()", path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        close_fds=True,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        told = [found.what for found in till.wrong(check_nodes)]
        holder.communicate(b"")
    os.close(master)
    os.close(slave)
    assert any(f"({holder.pid})" in what for what in told), told


def test_it_is_not_plugged_in_and_its_like_is(till: Till) -> None:
    till.configure(CONFIG.replace("FT1", "FT2"))
    found = only(till.wrong(check_nodes))
    assert "by-id/0403:6001:FT2 is not there" in found.what
    assert "serial number FT1, at port 1-2" in found.what
    assert "pos-bridge learn front" in found.mend


def test_a_number_of_the_order_of_plugging_is_noted(till: Till) -> None:
    till.configure(CONFIG.replace("serial://by-id/0403:6001:FT1", "serial:///dev/ttyUSB0"))
    notes = [found for found in till.findings(check_nodes) if found.level is Level.NOTE]
    assert "tomorrow it may be another device" in only(notes).what


# --- strangers --------------------------------------------------------------------------------------


def test_modemmanager_is_not_kept_away(till: Till) -> None:
    till.process(500, "ModemManager")
    assert till.wrong(check_strangers) == []
    till.write("run/udev/data/c188:0", "")
    assert "ModemManager runs" in only(till.wrong(check_strangers)).what


def test_brltty_takes_the_converter(till: Till) -> None:
    till.write("run/udev/data/c189:1", "E:BRLTTY_BRAILLE_DRIVER=bm\n")
    assert "pos-bridge udev-rules --till > " in only(till.wrong(check_strangers)).mend


def test_the_kernel_may_switch_it_off(till: Till) -> None:
    till.write("sys/devices/usb1/1-2/power/control", "auto\n")
    assert "power/control is auto" in only(till.wrong(check_strangers)).what


@pytest.fixture
def printing(till: Till) -> Till:
    till.sysfs.plug("1-3", (0x04B8, 0x0E15), "P1")
    till.sysfs.node("usbmisc", "lp0", "1-3", "usb/lp0")
    till.write("dev/usb/lp0", "")
    return till


RECEIPT = '[till]\nstore = "s"\nname = "t"\n[[printers]]\nname = "receipt"\nendpoint = "{}"\n'


def test_cups_has_the_printer_too(printing: Till) -> None:
    printing.configure(RECEIPT.format("lp://by-id/04b8:0e15:P1"))
    printing.process(600, "cupsd")
    printing.write(
        "etc/cups/printers.conf", "<Printer TM-T20>\nDeviceURI usb://EPSON/TM-T20?serial=P1\nState Idle\n</Printer>\n"
    )
    found = only(printing.wrong(check_strangers))
    assert (found.what, found.mend) == ("CUPS has this printer too, as TM-T20", "lpadmin -x TM-T20")


def test_usblp_serves_what_is_configured_for_libusb(printing: Till) -> None:
    printing.configure(RECEIPT.format("usb://04b8:0e15:P1"))
    (note,) = (found for found in printing.findings(check_strangers) if found.level is Level.NOTE)
    assert note.mend == 'endpoint = "lp://by-id/04b8:0e15:P1"'


# --- settings, scans --------------------------------------------------------------------------------


def test_nothing_chooses_the_displays_code_page(till: Till) -> None:
    till.configure(CONFIG + '[[displays]]\nname = "pole"\nendpoint = "serial:///dev/ttyS0"\nencoding = "cp1251"\n')
    found = [each for each in till.findings(check_code_pages) if each.level is Level.NOTE]
    assert "cp1251, and nothing is sent that chooses it" in only(found).what


def scanned(daemon: Daemon, *texts: str, **counters: int) -> None:
    scans = [{"data": {"device": "front", "data": text, "symbology": "EAN-13", "card": None}} for text in texts]
    front = {"name": "front", "role": "scanner", "counters": counters, "last_error": None, "state": "online"}
    daemon.answers["bridge.status"] = {"result": {"devices": [front], "providers": []}}
    daemon.in_turn["events.poll"] = [{"result": {"events": scans, "seq": 1}}]
    daemon.answers["events.poll"] = {"result": {"events": [], "seq": 1}}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Фы12345", "Russian letters where a code has Latin ones: Яx1 яx1 9x5"),
        ("ç&àà&éçà", "signs of the digit row instead of digits"),
    ],
)
def test_a_scanner_speaks_another_layout(till: Till, daemon: Daemon, text: str, what: str) -> None:
    scanned(daemon, text)
    found = only(till.wrong(check_scans, str(daemon.path)))
    assert found.what.startswith(what)
    assert text not in found.what


def test_keys_that_the_layout_does_not_have(till: Till, daemon: Daemon) -> None:
    scanned(daemon, "4600051000057", unknown_keys=3)
    assert only(till.wrong(check_scans, str(daemon.path))).what == "3 keys that its layout does not have: 9x13 EAN-13"


def test_scans_are_told_by_their_shape() -> None:
    assert shape("4600051000057") == "9x13"
    assert shape("]d2Ab\x1d1\r") == ".x1 ax1 9x1 Ax1 ax1 GSx1 9x1 CRx1"
    assert layout_trouble(["https://пример.рф/1", "4600"]) == ""


# --- printers ---------------------------------------------------------------------------------------


async def test_dle_eot_is_told_in_words_where_no_daemon_runs(till: Till) -> None:
    link = PtyLink(till.root / "lp")
    async with EmulatedPrinter(link) as printer:
        till.configure(RECEIPT.format(f"serial://{till.root}/lp"))
        (well,) = await asyncio.to_thread(till.findings, check_printers)
        assert well.what == "DLE EOT: 12 12 12 12: it can print"
        await printer.change(cover_open=True)
        found = only(await asyncio.to_thread(till.wrong, check_printers))
        assert found.what.endswith("the cover is open")
        assert found.mend.startswith("close the cover")


# --- providers --------------------------------------------------------------------------------------

MAXMA = '[[providers]]\nname = "club"\nkind = "maxma"\nbase_url = "{}"\nkey = {{ credential = "not-there" }}\n'


class _Clocked(BaseHTTPRequestHandler):
    date = "Thu, 01 Jan 2026 10:00:00 GMT"

    def do_HEAD(self) -> None:
        self.send_response_only(404)
        self.send_header("Date", self.date)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Not to the tests' output."""


class _Server(HTTPServer):
    def handle_error(self, *_arguments: object) -> None:
        """A client that hangs up is what some tests are about."""


@contextmanager
def served(*, tls: bool = False) -> Iterator[str]:
    server = _Server(("127.0.0.1", 0), _Clocked)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(DATA / "cert.pem", DATA / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_clock_is_wrong(till: Till) -> None:
    with served() as url:
        till.file.write_text(CONFIG + MAXMA.format(url))
        found = only(till.wrong(check_providers))
    assert "ahead of the provider's" in found.what
    assert found.mend == "timedatectl set-ntp true"


def test_the_providers_certificate_does_not_hold(till: Till) -> None:
    with served(tls=True) as url:
        till.file.write_text(CONFIG + MAXMA.format(url))
        assert "its certificate does not hold" in only(till.wrong(check_providers)).what


def test_the_provider_cannot_be_reached(till: Till) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        till.file.write_text(CONFIG + MAXMA.format(f"http://127.0.0.1:{closed.getsockname()[1]}"))
        assert "Connection refused" in only(till.wrong(check_providers)).what


def test_the_provider_refuses_our_key(till: Till, daemon: Daemon) -> None:
    daemon.answers["bridge.status"] = {"result": {"devices": [], "providers": [{"name": "club", "state": "refused"}]}}
    with served() as url:
        till.file.write_text(CONFIG + MAXMA.format(url))
        told = [found.what for found in till.wrong(check_providers, str(daemon.path))]
    assert "it answers, and refuses us" in told


# --- the till's own files ---------------------------------------------------------------------------


def test_what_is_not_settled_has_waited_for_days(till: Till, daemon: Daemon) -> None:
    till.write("var/lib/pos-bridge/journal.db", "")
    daemon.answers["bridge.status"] = {"result": {"devices": [], "queue": {"oldest_s": 3 * 86400, "tasks": 1}}}
    assert only(till.wrong(check_journal, str(daemon.path))).mend == "pos-bridge queue list"


def test_the_disk_is_full(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    till.write("var/lib/pos-bridge/journal.db", "")
    monkeypatch.setattr(stores, "LEAST_FREE_BYTES", 1 << 62)
    found = only(till.wrong(check_journal))
    assert "MB are free for" in found.what


def test_the_disk_is_read_only(till: Till, tiny_disk: Path) -> None:
    """As Linux makes it after an error of the disk."""
    journal = tiny_disk / "journal.db"
    journal.touch()
    till.configure(f'{CONFIG}[journal]\npath = "{journal}"\n')
    (till.root / tiny_disk.relative_to("/")).parent.mkdir(parents=True)
    (till.root / tiny_disk.relative_to("/")).symlink_to(tiny_disk)
    subprocess.run(["/bin/mount", "-o", "remount,ro", str(tiny_disk)], check=True)  # noqa: S603 - a literal command
    found = only(till.wrong(check_journal))
    assert found.what.endswith("journal.db is on a disk that is read-only")
    assert f"remount,rw {tiny_disk} " in found.mend
    subprocess.run(["/bin/sh", "-c", found.mend], check=True)  # noqa: S603 - what doctor says
    assert "MB are free for" in only(till.wrong(check_journal)).what


def test_anybody_may_open_the_socket(till: Till, daemon: Daemon) -> None:
    daemon.path.chmod(0o666)
    assert "mode 0666: anybody may open it" in only(till.wrong(check_socket, str(daemon.path))).what


def test_the_socket_is_another_groups(till: Till, daemon: Daemon) -> None:
    daemon.path.chmod(0o600)
    text = CONFIG + '[socket]\ngroup = "daemon"\n'
    till.file.write_text(text)
    found = only(till.wrong(check_socket, str(daemon.path)))
    assert "not for the group daemon of the configuration" in found.what


# --- for support ------------------------------------------------------------------------------------


def test_the_bundle_holds_what_support_asks_for_and_no_card(till: Till, daemon: Daemon, tmp_path: Path) -> None:
    card = "2900000000018"
    daemon.answers["bridge.status"] = {"result": {"version": "1", "uptime_s": 1, "devices": [], "note": card}}
    daemon.answers["device.list"] = {"result": {"devices": []}}
    till.file.write_text(f"# {card}\n{CONFIG}")
    bundle = tmp_path / "bundle.tar.gz"
    options = ["--root", str(till.root), "--config", str(till.file), "--socket", str(daemon.path)]
    run(["doctor", "--json", "--bundle", str(bundle), *options])
    assert bundle.stat().st_mode & 0o077 == 0
    with tarfile.open(bundle) as archive:
        texts = {member.name: archive.extractfile(member) for member in archive.getmembers()}
        told = {name: opened.read().decode() for name, opened in texts.items() if opened is not None}
    assert {name.removeprefix("pos-bridge/") for name in told} >= {
        "doctor.txt",
        "doctor.json",
        "machine.txt",
        "pos-bridge.toml",
        "bridge.status.json",
        "device.list.json",
        "plugged.txt",
        "70-pos-bridge-till.rules",
        "70-pos-bridge-till.rules.wanted",
    }
    assert card not in "".join(told.values())
    assert json.loads(told["pos-bridge/doctor.json"])["findings"]
