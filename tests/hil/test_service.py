"""The service as systemd runs it: within its sandbox, killed, restarted, asleep, with another configuration."""

import re
from collections.abc import Callable

import pytest

from tests.hil.test_displays_and_printers import DeviceEnd, glass_at
from tests.hil.test_scanners import CARD, GOODS, connected, number, opened_port, report_card
from tests.hil.till import CONFIGURATION, DEVICES, MAIN_PROCESS, USUAL, Till, until

EXPOSURE = re.compile(r"Overall exposure level for pos-bridge.service: (\S+)")
MOST_EXPOSED = 2.0
# Each port of the gadgets' hubs: the kernel switches its power (Linux, Documentation/ABI/testing/sysfs-bus-usb).
PORTS = "/sys/devices/platform/dummy_hcd.*/usb*/*-0:1.0/*-port*/disable"
GUN_NAME = "HIL keyboard"  # as gadget.py calls it
CORES = "/var/lib/pos-bridge/core"  # where the service may write
# A program that keeps the number of a node taken, also after its line has hung up.
HOLD = """systemd-run --quiet --collect --unit=holder sh -c 'trap "" HUP; exec 3<>{node}; exec sleep 3600'"""


def test_sandboxed_service_has_every_class_of_device(till: Till, figure: Callable[[str], None]) -> None:
    till.plug_everything()
    told = till.guest.run("systemd-analyze security --no-pager pos-bridge.service | tail -1")
    found = EXPOSURE.search(told)
    assert found, told
    figure(f"systemd-analyze security: {found[1]}, with all of {', '.join(DEVICES)} in use")
    assert float(found[1]) <= MOST_EXPOSED


def test_killed_it_comes_back_with_its_devices_and_its_port_stays_open(till: Till) -> None:
    till.plug_everything()
    with opened_port(till) as port:
        before = restarts(till)
        till.guest.run("systemctl kill --signal=KILL pos-bridge.service")
        until(lambda: restarts(till), lambda now: now > before)
        till.plug_everything()
        with connected(till) as line:
            line.sendall(f"{GOODS}\r".encode())
            assert port.until(GOODS).count("LINE") == 1


def test_restart_refuses_nobody_hangs_nobody_up_and_loses_no_scan(till: Till) -> None:
    """What is scanned before it, while no daemon runs, and after it comes out of the port, once and in order."""
    with connected(till) as line, opened_port(till) as port:
        calls = till.guest.start("python3 /opt/hil/knocking.py")
        calls.until("ANSWERED")
        line.sendall(f"{GOODS}\r".encode())
        till.guest.run("systemctl restart --no-block pos-bridge.service")
        till.guest.until("test $(systemctl is-active pos-bridge.service) != active")
        line.sendall(b"4008\r")
        till.guest.until("systemctl is-active pos-bridge.service")
        line.sendall(b"4009\r")
        lines = [each for each in port.until("4009").splitlines() if each.startswith("LINE")]
    assert lines == [f"LINE '{each}\\r'" for each in (GOODS, "4008", "4009")]
    till.guest.run("touch /run/enough")
    calls.until("CALLS")


@pytest.mark.parametrize(
    "pattern", [f"{CORES}.file", f"|/usr/bin/tee {CORES}.piped"], ids=["to a file", "to a handler"]
)
def test_a_crash_leaves_no_memory_anywhere(till: Till, pattern: str) -> None:
    """Cards and keys are in it; and who runs as the daemon's user cannot have it otherwise."""
    till.guest.put("/proc/sys/kernel/core_pattern", pattern)
    till.guest.result("runuser -u pos-bridge -- sh -c 'cd /; ulimit -c unlimited; kill -SEGV $$'")
    till.guest.until(f"test -s {CORES}.*")  # so that it is known to come where it may
    till.guest.run(f"rm {CORES}.*")
    raised = till.guest.result(f"runuser -u pos-bridge -- prlimit --core=unlimited --pid $({MAIN_PROCESS})")
    assert "Operation not permitted" in raised.errors
    before = restarts(till)
    till.guest.run("systemctl kill --signal=SEGV --kill-who=main pos-bridge.service")
    until(lambda: restarts(till), lambda now: now > before)
    assert till.guest.run(f"ls -d {CORES}* 2>&1", is_checked=False).endswith("No such file or directory\n")
    till.guest.until("systemctl is-active pos-bridge")


@pytest.mark.parametrize("then", ["true", "while kill -0 $before; do sleep 0.05; done"], ids=["stops", "is gone"])
def test_half_a_code_that_a_keyboard_types_around_a_restart_is_no_article(till: Till, then: str) -> None:
    """Its rest comes while the daemon stops, or when there is none: the cash program gets the whole of it, once.

    A pause within it is no end of it here, as it is by default after 60 ms.
    """
    till.configure(USUAL.replace('GUN01"', 'GUN01"\nidle_gap_ms = 5000'))
    node = till.plug("gun")
    desktop = till.guest.start(f"python3 /opt/hil/desktop.py 'pos-bridge gun' '{GUN_NAME}'")
    for name in ("pos-bridge gun", GUN_NAME):
        desktop.until(f"READS {name}")
    till.guest.put("/run/code", f"{GOODS[:5]}\0{GOODS[5:]}\n")
    restart = f"before=$({MAIN_PROCESS}); systemctl restart --no-block pos-bridge; {then}"
    till.guest.run(f"python3 /opt/hil/keyboard.py {node} /run/code '{restart}'")
    desktop.until("TYPED")
    till.until_state("gun", "online")
    scans = till.call("events.poll", topics=["scan"], after=0, wait_ms=0)["events"]
    assert [line.split()[1] for line in desktop.output().splitlines() if line.startswith("TYPED")] == [GOODS]
    assert scans == []  # the daemon of before has told it, or nobody
    till.guest.run("pkill -f /opt/hil/[d]esktop.py")
    till.configure()


def test_all_devices_work_after_sleep(till: Till) -> None:
    till.plug_everything()
    process = till.guest.run(MAIN_PROCESS)
    till.machine.nap()
    everything_works(till, "После сна")
    assert till.guest.run(MAIN_PROCESS) == process


def test_all_devices_work_after_a_loss_of_power_and_under_another_number(till: Till) -> None:
    """Ports of QEMU's own do not lose theirs whatever the kernel tells them, so what hangs there is pulled out."""
    till.plug_everything()
    process, node = till.guest.run(MAIN_PROCESS), number(till)
    till.guest.run(HOLD.format(node=node))
    till.guest.run(f"for port in {PORTS}; do echo 1 > $port; done")
    till.unplug("desk")
    till.unplug("line")
    till.until_all("absent")
    till.guest.run(f"for port in {PORTS}; do echo 0 > $port; done")
    till.plug_everything()
    assert number(till) != node
    everything_works(till, "Снова под током")
    assert till.guest.run(MAIN_PROCESS) == process
    till.guest.run("systemctl stop holder")


def everything_works(till: Till, text: str) -> None:
    """A card from each scanner; a screen and a paper of each printer that say so."""
    till.plug_everything()
    assert scanned(till, lambda: till.machine.type(f"{CARD}\n")) == ("desk", CARD)
    till.guest.put("/run/card", f"{CARD}\n")
    type_card = f"python3 /opt/hil/keyboard.py {till.plug('gun')} /run/card"
    assert scanned(till, lambda: till.guest.run(type_card)) == ("gun", CARD)
    with connected(till) as line:
        assert scanned(till, lambda: line.sendall(f"{CARD}\r".encode())) == ("line", CARD)
    assert scanned(till, lambda: report_card(till)) == ("side", CARD)
    glass = glass_at(till, till.plug("pole"))
    till.call("display.show", device="pole", rows=[text, ""])
    glass.until(text)
    for name in ("receipt", "kitchen"):
        end = DeviceEnd(till, till.plug(name))
        till.call("printer.print", device=name, lines=[text, {"cut": True}])
        end.until(text)


def scanned(till: Till, act: Callable[[], object]) -> tuple[str, str]:
    """The device and the card of the one scan that `act` brings about."""
    (scan,) = till.scans_after(act)
    return scan["device"], scan["card"]


def test_reload_takes_a_changed_configuration_and_refuses_a_broken_one(till: Till) -> None:
    """Nobody is hung up and no receipt is lost by either."""
    till.plug("pole")
    till.call("receipt.open", receipt_id="RELOAD-1", operation="sale")
    process = till.guest.run(MAIN_PROCESS)
    till.guest.put(CONFIGURATION, USUAL + '[[displays]]\nname = "second"\nendpoint = "serial:///dev/ttyS1"\n')
    till.guest.run("systemctl reload pos-bridge.service")
    until(lambda: till.call("device.list")["devices"], lambda devices: "second" in {each["name"] for each in devices})
    till.guest.put(CONFIGURATION, USUAL + "[nonsense]\n")
    till.guest.result("systemctl reload pos-bridge.service")
    assert till.device("pole")["state"] == "online"
    till.guest.put(CONFIGURATION, USUAL)
    till.guest.run("systemctl reload pos-bridge.service")
    until(lambda: till.call("device.list")["devices"], lambda devices: len(devices) == len(DEVICES))
    assert till.call("receipt.get", receipt_id="RELOAD-1")["state"] == "open"
    till.call("receipt.cancel", receipt_id="RELOAD-1")
    assert till.guest.run(MAIN_PROCESS) == process


def restarts(till: Till) -> int:
    """How often systemd had to start it again."""
    return int(till.guest.run("systemctl show --property=NRestarts --value pos-bridge.service"))
