"""`pos-bridge doctor` where all is well, with one fault at a time, and after the line was run that it gave."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.hil.image import MACHINE_ID
from tests.hil.test_displays_and_printers import glass_at
from tests.hil.till import APPLY_RULES, CONFIGURATION, RULES, USUAL, Till

LINE, SIDE = "$(readlink -f /dev/pos/line)", "$(readlink -f /dev/pos/side)"
SOCKET = "/run/pos-bridge/pos.sock"
# A program that only sleeps, under the name that doctor knows its like by.
PRETEND = "cp /bin/sleep /var/tmp/{0} && systemd-run --quiet --collect --unit={0} /var/tmp/{0} 3600"
HOLD = f"systemd-run --quiet --collect --unit=holder sh -c 'exec 3<>{LINE}; exec sleep 3600'"
BRLTTY_RULES = "/etc/udev/rules.d/85-brltty.rules"
BRLTTY_RULE = 'SUBSYSTEM=="usb", ATTR{idVendor}=="0403", ENV{BRLTTY_BRAILLE_DRIVER}="bm"\n'
# An old log that has grown until the disk is full but for 100 MB, under a name that journalctl takes for its own.
OLD_LOG = f"/var/log/journal/{MACHINE_ID}/system@{1:032}-{1:016}-{1:016}.journal"
FILL = f"mkdir -p $(dirname {OLD_LOG}) && fallocate -l $(($(stat -fc '%a*%S' /) - 100000000)) {OLD_LOG}"
# All disks, as after an error of one of them.
READ_ONLY = "echo u > /proc/sysrq-trigger; until grep -q '^/dev/vda / .*ro,' /proc/mounts; do sleep 0.1; done"
LATIN = "abcdef\n"
SCANS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """made: the command that makes it. said: what doctor must say of it, and of which subject. after: tidies up."""

    name: str
    made: str
    subject: str
    said: str
    after: str = "true"


FAULTS = (
    Fault(
        "our rules are hidden",
        f"ln -sf /dev/null /etc/udev/rules.d/70-pos-bridge.rules && {APPLY_RULES}",
        "udev",
        "is another than ours",
        "rm -f /etc/udev/rules.d/70-pos-bridge.rules.old",
    ),
    Fault(
        "the rules of another configuration",
        f"sed -i s/LINE01/LINE02/ {RULES} && {APPLY_RULES}",
        "udev",
        "is not what the configuration says",
    ),
    Fault(
        "ModemManager",
        f"rm {RULES} && {APPLY_RULES} && {PRETEND.format('ModemManager')}",
        "node line",
        "ModemManager runs, and nothing keeps it from",
        "systemctl stop ModemManager",
    ),
    Fault(
        "brltty",
        f"rm {RULES} && echo '{BRLTTY_RULE}' > {BRLTTY_RULES} && {APPLY_RULES}",
        "node line",
        "brltty takes",
        f"rm {BRLTTY_RULES} && {APPLY_RULES}",
    ),
    Fault("the port is another's", HOLD, "node line", "is open in sleep"),
    Fault("rights of a node", f"chown root: {SIDE} && chmod 600 {SIDE}", "node side", "mode 0600: not for the daemon"),
    Fault(
        "sleep while idle",
        "echo auto | tee /sys/bus/usb/devices/*/power/control",
        "node gun",
        "power/control is auto",
    ),
    Fault("the group of the socket", f"chgrp root {SOCKET}", "socket", "not for the group pos"),
    Fault("a socket for everybody", f"chmod 666 {SOCKET}", "socket", "anybody may open it"),
    Fault("the disk is full", FILL, "journal", "MB are free for"),
    Fault("the disk is read-only", READ_ONLY, "journal", "is on a disk that is read-only"),
)


@pytest.fixture(scope="module", autouse=True)
def complete(till: Till) -> None:
    """Everything is plugged in, the display takes what it is sent, and nothing is wrong."""
    glass_at(till, till.plug("pole"))
    till.plug_everything()
    assert till.wrong() == []


@pytest.fixture
def cashier(till: Till) -> Iterator[str]:
    """A user of the till who is in no group of ours."""
    till.guest.run("useradd cashier")
    yield "cashier"
    till.guest.run("userdel cashier")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_is_found_and_its_line_mends_it(till: Till, fault: Fault) -> None:
    """The line is run as it stands. Nothing is left that is wrong, whatever else the fault had brought about."""
    till.guest.run(fault.made)
    try:
        found = till.wrong()
        (finding,) = (each for each in found if each["subject"] == fault.subject and fault.said in each["what"])
        assert [each for each in found if not each["why"] or not each["mend"]] == []
        till.guest.run(finding["mend"], is_checked=False)  # it says `apt clean` too, and here is no apt
        till.plug_everything()
        assert till.wrong() == []
    finally:
        till.guest.run(fault.after)


def test_stopped_daemon_is_started_by_its_line(till: Till) -> None:
    till.guest.run("systemctl stop pos-bridge.socket pos-bridge.service")
    till.guest.run(only(till, "daemon")["mend"])
    till.plug_everything()
    assert till.wrong() == []


def test_cashier_is_let_in_by_its_line(till: Till, cashier: str) -> None:
    refused = only(till, "daemon", cashier)
    assert "Permission denied" in refused["what"]
    till.guest.run(refused["mend"])
    assert "daemon" not in {finding["subject"] for finding in till.wrong(cashier)}


def test_unplugged_device_is_found_until_it_is_plugged_in(till: Till) -> None:
    """Which is for a person, as doctor says."""
    till.unplug("pole")
    assert only(till, "display pole")["mend"].startswith("plug it in")
    till.plug("pole")
    assert till.wrong() == []


def test_wrong_layout_is_found_until_it_is_set(till: Till) -> None:
    """As doctor says, by a person who knows what the scanner is programmed to."""
    till.configure(USUAL.replace('name = "gun"', 'name = "gun"\nlayout = "ru"'))
    type_latin(till)
    assert only(till, "scanner gun")["what"].startswith("Russian letters where a code has Latin ones: яx6")
    till.guest.put(CONFIGURATION, USUAL)
    till.guest.run("systemctl reload pos-bridge")
    for _ in range(SCANS_SHOWN):
        type_latin(till)
    assert till.wrong() == []


def type_latin(till: Till) -> None:
    node = till.plug("gun")
    till.guest.put("/run/latin", LATIN)
    till.scans_after(lambda: till.guest.run(f"python3 /opt/hil/keyboard.py {node} /run/latin"))


def only(till: Till, subject: str, user: str = "root") -> Mapping[str, Any]:
    """The one thing that is wrong with it."""
    (finding,) = (each for each in till.wrong(user) if each["subject"] == subject)
    return finding
