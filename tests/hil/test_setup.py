"""An installer before a new till: what is plugged in, and which of two that look alike is which."""

import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

import pytest

from tests.hil.test_scanners import CARD, GOODS
from tests.hil.till import CONFIGURATION, DEVICES, GADGETS, RULES, USUAL, Till, until

# All but the devices.
SHOP = (
    USUAL.partition("# QEMU's own keyboard")[0] + USUAL[USUAL.index("[[card_formats]]") : USUAL.index("[[displays]]")]
)
SHOP += USUAL[USUAL.index("[[providers]]") :]
LEFT, RIGHT = "left", "right"
# Two of one model; what the maker numbered, and what he gave the same number to.
TWIN_KEYBOARD = ("keyboard", "0c2e:0b61")
TWIN_SERIALS = {LEFT: "TWIN01", RIGHT: "TWIN02"}
SERIAL_OF_ALL = "123456"
TWIN_PORTS = {LEFT: "6", RIGHT: "7"}


@pytest.fixture
def shop(till: Till) -> Iterator[Till]:
    """Everything is plugged in and nothing is configured."""
    for name in DEVICES:
        till.plug(name)
    till.configure(SHOP)
    yield till
    till.configure()


def test_what_suggest_prints_works_as_it_stands(shop: Till) -> None:
    """What nobody can know by itself, a keyboard and a converter, is asked of the installer."""
    told = shop.guest.run("pos-bridge suggest")
    shop.configure(f"{SHOP}\n{told}")
    devices = until(
        lambda: shop.call("device.list")["devices"],
        lambda found: all(device["state"] in {"online", "unknown"} for device in found),
    )
    places = " ".join(device["endpoint"] for device in devices)
    assert [serial for _, _, serial in GADGETS.values() if serial not in places] == []
    assert len(devices) == len(GADGETS)
    assert "a keyboard, perhaps the cashier's. If it is a scanner: pos-bridge learn" in told
    assert "a serial line, and nobody can say what hangs on it" in told
    rules = shop.guest.run(f"cat {RULES}").splitlines()
    promised = [line.removeprefix("#   ") for line in told.splitlines() if line.startswith("#   SUBSYSTEM")]
    assert len(promised) >= len(GADGETS)
    assert set(promised) <= set(rules)
    assert shop.guest.run("pos-bridge suggest").count("# is configured: ") == len(GADGETS)


def test_of_two_keyboards_the_one_that_scanned_is_bound_by_its_number(shop: Till) -> None:
    """Plugged in again the other way round, each at the other's port."""
    ends = {side: shop.add_gadget(side, *TWIN_KEYBOARD, serial) for side, serial in TWIN_SERIALS.items()}
    shop.guest.put("/run/goods", f"{GOODS}\n")
    shop.guest.put("/run/card", f"{CARD}\n")
    scans = {side: f"python3 /opt/hil/keyboard.py {end} /run" for side, end in ends.items()}
    learn(shop, "front", lambda: shop.guest.run(f"{scans[LEFT]}/goods"))
    assert f'endpoint = "input://by-id/0c2e:0b61:{TWIN_SERIALS[LEFT]}"' in shop.guest.run(f"cat {CONFIGURATION}")
    for side in ends:
        shop.guest.run(f"python3 /opt/hil/gadget.py unplug {side}")
    shop.until_state("front", "absent")
    for side in (RIGHT, LEFT):
        shop.guest.run(f"python3 /opt/hil/gadget.py plug {side}")
        shop.guest.until(f"test -c {ends[side]}")
    shop.until_state("front", "online")
    assert TWIN_SERIALS[LEFT] in shop.guest.until("udevadm info --query=property /dev/pos/front")
    answers_alone(shop, "front", lambda: shop.guest.run(f"{scans[RIGHT]}/goods; {scans[LEFT]}/card"))
    for side in ends:
        shop.guest.run(f"python3 /opt/hil/gadget.py remove {side}")


def test_of_two_converters_with_one_number_the_one_that_scanned_is_bound_by_its_port(shop: Till) -> None:
    """Plugged in again the other way round, each under the other's name."""
    with twin_lines(shop, LEFT, RIGHT) as lines:
        learn(shop, "back", lambda: lines[LEFT].sendall(f"{GOODS}\r".encode()))
        bound = re.search(r'endpoint = "serial://by-port/([^"]*)"', shop.guest.run(f"cat {CONFIGURATION}"))
        assert bound
        assert bound[1].endswith(f"-{TWIN_PORTS[LEFT]}")
        assert f'KERNELS=="{bound[1]}"' in shop.guest.run(f"cat {RULES}")
        before = shop.guest.run("readlink /dev/pos/back")
    shop.until_state("back", "absent")
    with twin_lines(shop, RIGHT, LEFT) as lines:
        shop.until_state("back", "online")
        assert shop.guest.run("readlink /dev/pos/back") != before
        lines[RIGHT].sendall(f"{GOODS}\r".encode())
        answers_alone(shop, "back", lambda: lines[LEFT].sendall(f"{CARD}\r".encode()))


def learn(till: Till, name: str, scan: Callable[[], object]) -> None:
    """As docs/install.md says it, up to the line that it ends with."""
    learning = till.guest.start(f"pos-bridge learn {name} --yes")
    learning.until("scan anything")
    scan()
    till.guest.run(learning.until("now: ").partition("now: ")[2].splitlines()[0])
    until(
        lambda: {device["name"]: device["state"] for device in till.call("device.list")["devices"]},
        lambda states: states.get(name) == "online",
    )


def answers_alone(till: Till, name: str, scan: Callable[[], object]) -> None:
    """scan: goods by the other one, and a card by this."""
    (heard,) = till.scans_after(scan)
    assert (heard["device"], heard["data"]) == (name, CARD)


@contextmanager
def twin_lines(till: Till, *order: str) -> Iterator[Mapping[str, socket.socket]]:
    """Each at its own port; the kernel numbers them in this order."""
    with ExitStack() as stack:
        lines = {}
        for side in order:
            path = till.machine.plug_serial(side, SERIAL_OF_ALL, port=TWIN_PORTS[side])
            stack.callback(till.machine.unplug, side)
            till.guest.until(f"ls /dev/serial/by-path/*-usb-0:{TWIN_PORTS[side]}:*")
            lines[side] = stack.enter_context(socket.socket(socket.AF_UNIX))
            lines[side].connect(str(path))
        yield lines
