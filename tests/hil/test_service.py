"""The service as systemd runs it: within its sandbox, killed, with another configuration."""

import re
from collections.abc import Callable

from tests.hil.test_scanners import GOODS, connected
from tests.hil.till import CONFIGURATION, DEVICES, MAIN_PROCESS, USUAL, Till, until

EXPOSURE = re.compile(r"Overall exposure level for pos-bridge.service: (\S+)")
MOST_EXPOSED = 2.0


def plug_everything(till: Till) -> None:
    for name in DEVICES:
        till.plug(name)


def test_sandboxed_service_has_every_class_of_device(till: Till, figure: Callable[[str], None]) -> None:
    plug_everything(till)
    told = till.guest.run("systemd-analyze security --no-pager pos-bridge.service | tail -1")
    found = EXPOSURE.search(told)
    assert found, told
    figure(f"systemd-analyze security: {found[1]}, with all of {', '.join(DEVICES)} in use")
    assert float(found[1]) <= MOST_EXPOSED


def test_killed_it_comes_back_with_its_devices_and_its_port_stays_open(till: Till) -> None:
    plug_everything(till)
    port = till.guest.start("python3 /opt/hil/port.py /run/pos-bridge/line")
    port.until("OPEN")
    before = restarts(till)
    till.guest.run("systemctl kill --signal=KILL pos-bridge.service")
    until(lambda: restarts(till), lambda now: now > before)
    plug_everything(till)
    with connected(till) as line:
        line.sendall(f"{GOODS}\r".encode())
        assert port.until(GOODS).count("LINE") == 1


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
