"""The product as an installer leaves it, on a virtual till: its package, a configuration, udev rules."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tests.hil.guest import PATIENCE_S, Failed, Guest, Running
from tests.hil.machine import Machine

HERE = Path(__file__).parent
USUAL = (HERE / "till.toml").read_text("utf-8")
CONFIGURATION = "/etc/pos-bridge/pos-bridge.toml"
RULES = "/etc/udev/rules.d/70-pos-bridge-till.rules"
APPLY_RULES = "udevadm control --reload && udevadm trigger && udevadm settle"
MAIN_PROCESS = "systemctl show --property=MainPID --value pos-bridge.service"
LOOK_EVERY_S = 0.3
# Devices of till.toml that the guest's kernel makes of itself: what kind, its ids, its serial number.
GADGETS = {
    "gun": ("keyboard", "05e0:1200", "GUN01"),
    "side": ("hidpos", "05e0:1300", "SIDE01"),
    "pole": ("acm", "05f9:4204", "POLE01"),
    "receipt": ("printer", "04b8:0e15", "PRN01"),
    "kitchen": ("printer", "04b8:0202", "PRN02"),
}
DEVICES = ("desk", "line", *GADGETS)
# Of a printer that does not tell how it is, nothing is known but that it is there.
WORKING = ("online", "unknown")
Seen = TypeVar("Seen")


class Till:
    """Devices by their names in the configuration, calls as a cash program makes them."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._ends: dict[str, str] = {}
        self._plugged: set[str] = set()

    @property
    def guest(self) -> Guest:
        return self.machine.guest

    def install(self, package: Path) -> None:
        """As docs/install.md says it, without a network."""
        for script in sorted((HERE / "guest").glob("*.py")):
            self.guest.put(f"/opt/hil/{script.name}", script.read_bytes())
        self.guest.put("/opt/hil/pos-bridge.deb", package.read_bytes())
        self.guest.run("dpkg --install /opt/hil/pos-bridge.deb")

    def configure(self, configuration: str = USUAL) -> None:
        self.guest.put(CONFIGURATION, configuration)
        self.guest.put("/etc/pos-bridge/members.csv", (HERE / "members.csv").read_bytes())
        self.guest.run(f"pos-bridge check-config {CONFIGURATION}")
        self.guest.run(f"pos-bridge udev-rules --till > {RULES} && {APPLY_RULES}")
        self.guest.result("systemctl restart pos-bridge")  # in too slow a guest it times out, and is started once more
        self.guest.until("systemctl is-active pos-bridge")

    def power_cut(self) -> None:
        """Off without a warning and on again, with nothing plugged in."""
        self.machine.cut()
        self._plugged.clear()
        self._ends.clear()
        self.machine.boot()
        self.guest.until("systemctl is-active pos-bridge")

    def ask(self, method: str, **params: object) -> Mapping[str, Any]:
        """The whole reply."""
        told = json.dumps(params).encode()
        reply: Mapping[str, Any] = json.loads(self.guest.run(f"python3 /opt/hil/call.py {method}", told))
        return reply

    def call(self, method: str, **params: object) -> Any:  # noqa: ANN401 - JSON
        reply = self.ask(method, **params)
        if "error" in reply:
            raise Failed(f"{method}: {reply['error']}")
        return reply["result"]

    def wrong(self, user: str = "root") -> Sequence[Mapping[str, Any]]:
        """What doctor finds wrong when `user` runs it."""
        told = self.guest.run(f"udevadm settle; runuser -u {user} -- pos-bridge doctor --json", is_checked=False)
        return [finding for finding in json.loads(told)["findings"] if finding["level"] == "wrong"]

    # --- devices ---

    def device(self, name: str) -> Mapping[str, Any]:
        devices = {device["name"]: device for device in self.call("device.list")["devices"]}
        found: Mapping[str, Any] = devices[name]
        return found

    def until_state(self, name: str, *states: str) -> Mapping[str, Any]:
        return until(lambda: self.device(name), lambda device: device["state"] in states)

    def plug(self, name: str) -> str:
        """The device `name` of the configuration is plugged in from now on, and the till has it: the device's own end.

        "line": a Unix socket of this machine. Gadgets: a node in the guest. "desk" has none: Machine.type.
        """
        self._plug_in(name)
        self.until_state(name, *WORKING)
        return self._ends[name]

    def plug_everything(self) -> None:
        for name in DEVICES:
            self._plug_in(name)
        self.until_all(*WORKING)

    def until_all(self, *states: str) -> None:
        """All devices of till.toml are in one of these states."""

        def look() -> Sequence[Mapping[str, Any]]:
            found: Sequence[Mapping[str, Any]] = self.call("device.list")["devices"]
            return found

        until(look, lambda devices: {device["state"] for device in devices} <= {*states})

    def unplug(self, name: str) -> None:
        """Until the till has noticed."""
        self._plugged.remove(name)
        if name in GADGETS:
            self.guest.run(f"python3 /opt/hil/gadget.py unplug {name}")
        else:
            self.machine.unplug(name)
        self.until_state(name, "absent")

    def _plug_in(self, name: str) -> None:
        if name in self._plugged:
            return
        self._plugged.add(name)
        if name == "line":
            self._ends[name] = str(self.machine.plug_serial(name, "LINE01"))
        elif name == "desk":
            self.machine.plug("usb-kbd", name, serial="SCAN01")
            self._ends[name] = ""
        elif name in self._ends:
            self.guest.run(f"python3 /opt/hil/gadget.py plug {name}")
            self.guest.until(f"test -c {self._ends[name]}")
        else:
            self._ends[name] = self.add_gadget(name, *GADGETS[name])

    def add_gadget(self, name: str, kind: str, ids: str, serial: str) -> str:
        """Plug in a device that the guest's kernel makes of itself; its own end of it."""
        return self.guest.run(f"python3 /opt/hil/gadget.py add {kind} {name} {ids} {serial}").strip()

    # --- scans ---

    def scans_after(self, act: Callable[[], object], count: int = 1) -> Sequence[Mapping[str, Any]]:
        """The data of the first `count` events of scans that `act` brings about."""
        mark = self.call("events.poll", topics=["scan"], wait_ms=0)
        act()

        def scans() -> Sequence[Mapping[str, Any]]:
            told = self.call("events.poll", topics=["scan"], after=mark["seq"], stream=mark["stream"], wait_ms=500)
            return [event["data"] for event in told["events"]]

        return until(scans, lambda found: len(found) >= count)

    def cash_program(self, device: str) -> Running:
        """One that takes what is typed for the scanner `device`."""
        running = self.guest.start(f"python3 /opt/hil/cash_program.py 'pos-bridge {device}'")
        running.until("READS")
        return running


def until(look: Callable[[], Seen], is_right: Callable[[Seen], bool]) -> Seen:
    """What `look` sees once it is right."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_right(seen := look()):
        if time.monotonic() > deadline:
            raise Failed(f"after {PATIENCE_S:g} s: {seen}")
        time.sleep(LOOK_EVERY_S)
    return seen
