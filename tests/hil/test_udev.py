"""What udev makes of our rules and of the hardware database: names, rights, and who keeps his hands off."""

from collections.abc import Iterator, Mapping

import pytest

from tests.hil.till import APPLY_RULES, CONFIGURATION, DEVICES, GADGETS, RULES, USUAL, Till

KEYBOARDS = ("desk", "gun")
# The node that each device is reached by: its link, or for libusb the node of the USB device.
LINKED = tuple(name for name in DEVICES if name != "kitchen")
SERIALS = {"desk": "SCAN01", "line": "LINE01", **{name: serial for name, (_, _, serial) in GADGETS.items()}}
GROUPS = {"desk": "input", "gun": "input", "side": "input", "line": "dialout", "pole": "dialout", "receipt": "lp"}
# Known by their ids alone: no configuration names them. A Newland scanner as a keyboard, a Bixolon printer.
KNOWN = {"newland": ("keyboard", "1eab:0403", "KNOWN01"), "bixolon": ("printer", "1504:001f", "KNOWN02")}
# Where nodes of a till's devices are.
OF_DEVICES = "/dev/bus/usb /dev/input /dev/usb /dev/hidraw* /dev/ttyUSB* /dev/ttyACM* /dev/uinput"
POWER_SWITCH = ":power-switch:"
# What brltty's and system-config-printer's own rules say (85-brltty.rules, 70-printers.rules), of two of our devices.
STRANGERS = """
SUBSYSTEM=="usb", ATTR{idVendor}=="0403", ENV{BRLTTY_BRAILLE_DRIVER}="bm", ENV{SYSTEMD_WANTS}="brltty.service"
SUBSYSTEM=="usb", ATTR{idVendor}=="04b8", TAG+="systemd", ENV{SYSTEMD_WANTS}="configure-printer@%k.service"
"""
STRANGERS_FILE = "/run/udev/rules.d/85-strangers.rules"


@pytest.fixture
def plugged(till: Till) -> Till:
    for name in DEVICES:
        till.plug(name)
    till.guest.run("udevadm settle")
    return till


@pytest.fixture
def known(till: Till) -> Iterator[Mapping[str, str]]:
    """Their device nodes, as the host sees them."""
    for name, told in KNOWN.items():
        till.add_gadget(name, *told)
    till.guest.run("udevadm settle")
    yield {
        "newland": till.guest.until("ls /dev/input/by-id/*KNOWN01-event-kbd").strip(),
        "bixolon": till.guest.until("grep -l KNOWN02 /sys/bus/usb/devices/*/serial | xargs dirname").strip(),
    }
    for name in KNOWN:
        till.guest.run(f"python3 /opt/hil/gadget.py remove {name}")


def test_each_device_has_its_name_and_is_for_its_group_alone(plugged: Till) -> None:
    shown = plugged.guest.run(f"cd /dev/pos && stat --dereference --format='%n %G %a' {' '.join(LINKED)}")
    assert shown.splitlines() == [f"{name} {GROUPS[name]} 660" for name in LINKED]
    assert plugged.guest.run("stat --format='%G %a' /dev/uinput").strip() == "input 660"
    assert usb_node(plugged, "kitchen") == "lp 660"


def test_no_device_is_for_everybody(plugged: Till) -> None:
    assert plugged.guest.run(f"find {OF_DEVICES} -type c -perm -o+w") == ""


def test_systemd_knows_them_by_their_names(plugged: Till) -> None:
    for name in LINKED:
        plugged.guest.run(f"systemctl is-active dev-pos-{name}.device")


def test_others_keep_off_and_none_is_put_to_sleep(plugged: Till) -> None:
    """As if brltty and CUPS's helper were installed: both claim devices by their ids."""
    plugged.guest.put(STRANGERS_FILE, STRANGERS)
    try:
        plugged.guest.run(
            f"for each in /sys/bus/usb/devices/*-*/power/control; do echo auto > $each; done; {APPLY_RULES}"
        )
        for name in DEVICES:
            usb = properties(plugged, usb_device(plugged, name))
            assert usb["ID_MM_DEVICE_IGNORE"] == "1", name
            assert not usb.get("BRLTTY_BRAILLE_DRIVER"), name
            assert usb.get("SYSTEMD_WANTS", "") in {"", "printer.target"}, (
                name
            )  # which systemd itself wants at any printer
            assert plugged.guest.run(f"cat {usb_device(plugged, name)}/power/control").strip() == "on", name
        for name in ("line", "pole"):
            assert properties(plugged, f"/dev/pos/{name}")["ID_MM_DEVICE_IGNORE"] == "1"
    finally:
        plugged.guest.run(f"rm {STRANGERS_FILE} && {APPLY_RULES}")


def test_a_scanner_switches_nothing_off_and_is_hidden_only_where_it_types_to_nobody(plugged: Till) -> None:
    """The cashier's own keyboard beside them is left as it is."""
    plugged.machine.plug("usb-kbd", "cashiers", serial="CASHIER1")
    own = plugged.guest.until("ls /dev/input/by-id/*CASHIER1-event-kbd").strip()
    plugged.guest.run("udevadm settle")
    try:
        assert POWER_SWITCH in properties(plugged, own)["CURRENT_TAGS"]
        for name in KEYBOARDS:
            assert POWER_SWITCH not in properties(plugged, f"/dev/pos/{name}").get("CURRENT_TAGS", "")
            assert properties(plugged, f"/dev/pos/{name}")["ID_INPUT_KEYBOARD"] == "1"
        assert [name for name in KEYBOARDS if is_hidden(plugged, name)] == []
        plugged.guest.put(CONFIGURATION, USUAL.replace('GUN01"\nforward = "wedge"', 'GUN01"\nforward = "event"'))
        plugged.guest.run(f"pos-bridge udev-rules --till > {RULES} && {APPLY_RULES}")
        assert [name for name in KEYBOARDS if is_hidden(plugged, name)] == ["gun"]
        assert "LIBINPUT_IGNORE_DEVICE" not in properties(plugged, own)
    finally:
        plugged.machine.unplug("cashiers")
        plugged.configure()


def test_a_known_model_is_cared_for_before_anybody_configures_it(till: Till, known: Mapping[str, str]) -> None:
    asked = till.guest.run("systemd-hwdb query usb:v1EABp0403d0100; systemd-hwdb query usb:v0403p6001d0600")
    assert "POS_BRIDGE_ROLE=scanner" in asked
    assert asked.count("POS_BRIDGE_ROLE") == 1  # none of a chip's id
    scanner = properties(till, known["newland"])
    assert scanner["POS_BRIDGE_ROLE"] == "scanner"
    assert POWER_SWITCH not in scanner.get("CURRENT_TAGS", "")
    printer = properties(till, known["bixolon"])
    assert (printer["POS_BRIDGE_ROLE"], printer["ID_MM_DEVICE_IGNORE"]) == ("printer", "1")
    assert till.guest.run(f"cat {known['bixolon']}/power/control").strip() == "on"
    assert till.guest.run(f"stat --format='%G %a' {printer['DEVNAME']}").strip() == "lp 660"


def properties(till: Till, device: str) -> Mapping[str, str]:
    """As udev has them. device: a node, or a folder of /sys."""
    shown = till.guest.run(f"udevadm info --query=property {device}")
    return dict(line.split("=", 1) for line in shown.splitlines())


def usb_device(till: Till, name: str) -> str:
    """Its folder in /sys."""
    return till.guest.run(f"grep -lx {SERIALS[name]} /sys/bus/usb/devices/*/serial | xargs dirname").strip()


def usb_node(till: Till, name: str) -> str:
    """Group and mode of the node that libusb opens."""
    node = properties(till, usb_device(till, name))["DEVNAME"]
    return till.guest.run(f"stat --format='%G %a' {node}").strip()


def is_hidden(till: Till, name: str) -> bool:
    return properties(till, f"/dev/pos/{name}").get("LIBINPUT_IGNORE_DEVICE") == "1"
