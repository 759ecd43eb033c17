"""One virtual till: QEMU, a disk that forgets what was not flushed, a USB bus where things come and go, a cord."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

from tests.hil.dialogue import Dialogue, Refused
from tests.hil.guest import PATIENCE_S, Guest
from tests.hil.image import Image
from tests.hil.needs import has_kvm

KERNEL_ARGUMENTS = (
    "root=/dev/vda console=ttyS0 quiet panic=-1 no_timer_check mitigations=off random.trust_cpu=on net.ifnames=0"
)
# This machine, behind 10.0.2.2, and nothing else: the guest has no route that leads on.
NETWORK = "user,model=virtio-net-pci,ipv6=off"
# QEMU's USB keyboard holds 16 events: a press and a release at a time, and then time for the guest to take them.
KEY_PAUSE_S = 0.05
# Longer than a nap takes, and what an agent may take that is awake.
NAP_S = 30.0
PORTS = "12345678"
QCODES = {"\n": "ret", " ": "spc", "\t": "tab"}


class Machine:
    """`boot` it, `cut` it, `boot` it again: the disk stays. `with` ends it and removes the disk."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self._folder = Path(tempfile.mkdtemp(prefix="pos-hil-"))  # short: sockets lie in it
        self._processes: list[subprocess.Popen[bytes]] = []
        # nbdkit asks the kernel to end it with the thread that started it: not with one that a test boots from.
        self._starter = ThreadPoolExecutor(max_workers=1)
        self._monitor: Dialogue | None = None
        self._agent: Dialogue | None = None
        self._ports: dict[str, str] = {}
        self._make_disk()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.cut()
        self._starter.shutdown()
        shutil.rmtree(self._folder)

    @property
    def guest(self) -> Guest:
        assert self._agent is not None, "not booted"
        return Guest(self._agent)

    def boot(self) -> None:
        """Until commands can be run in the guest; its services may be still starting.

        Tried twice: QEMU 7.2 itself has been seen to end in the middle of a boot where it emulates the processor.
        """
        try:
            self._boot()
        except (OSError, Refused):
            self.cut()
            self._boot()

    def _boot(self) -> None:
        self._start_disk()
        self._start("qemu-system-x86_64", *self._arguments())
        self._monitor = self._dialogue("monitor", PATIENCE_S)
        self._monitor.greeting()
        self._connect_agent(PATIENCE_S)

    def cut(self) -> None:
        """The power cord is pulled: nobody gets to write anything, and the disk is the first to be gone."""
        for process in self._processes:
            process.kill()
            process.wait()
        self._processes.clear()
        self._ports.clear()
        for dialogue in (self._monitor, self._agent):
            if dialogue is not None:
                dialogue.close()
        self._monitor = self._agent = None
        for name in ("monitor", "agent", "disk.nbd"):  # what is killed leaves its sockets behind
            (self._folder / name).unlink(missing_ok=True)

    def nap(self) -> None:
        """All drivers are put to sleep and woken after 5 s: the kernel's pm_test, which leaves the platform on.

        (Documentation/power/basic-pm-debugging.rst.) What the agent had in hand is lost, so it is spoken to anew.
        """
        self.guest.run("echo devices > /sys/power/pm_test; rm -f /run/slept")
        nap = "echo mem > /sys/power/state && cp /sys/power/suspend_stats/success /run/slept"
        self.guest.run(f"systemd-run --quiet --on-active=1 sh -c '{nap}'")
        deadline = time.monotonic() + PATIENCE_S
        while not self._has_slept():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not asleep and awake within {PATIENCE_S:g} s")
        self._connect_agent(PATIENCE_S)

    def _has_slept(self) -> bool:
        try:
            self._connect_agent(NAP_S)
            return self.guest.result("test -e /run/slept").status == 0
        except (TimeoutError, Refused):
            return False

    def ask(self, command: str, **arguments: object) -> Any:  # noqa: ANN401 - JSON
        """Any QMP command."""
        assert self._monitor is not None, "not booted"
        return self._monitor.ask(command, **arguments)

    def plug(self, driver: str, name: str, **properties: object) -> None:
        """A USB device of QEMU's own, such as usb-kbd, at `port` or at the first that is free.

        QEMU by itself takes the one that has been free for longest: after some coming and going, any.
        """
        port = properties.pop("port", None) or min(set(PORTS) - set(self._ports.values()))
        self.ask("device_add", driver=driver, id=name, bus="xhci.0", port=port, **properties)
        self._ports[name] = str(port)

    def plug_serial(self, name: str, serial: str, **properties: object) -> Path:
        """A USB-to-serial converter (0403:6001); the other end of its line is a Unix socket at the path given back."""
        path = self._folder / name
        address = {"type": "unix", "data": {"path": str(path)}}
        backend = {"type": "socket", "data": {"addr": address, "server": True, "wait": False}}
        self.ask("chardev-add", id=name, backend=backend)
        self.plug("usb-serial", name, chardev=name, serial=serial, **{"always-plugged": True, **properties})
        return path

    def unplug(self, name: str) -> None:
        """Until QEMU has let go of it, and of the line that hangs on it."""
        self.ask("device_del", id=name)
        deadline = time.monotonic() + PATIENCE_S
        while not self._is_gone(name) and time.monotonic() < deadline:
            time.sleep(0.05)
        del self._ports[name]

    def type(self, text: str) -> None:
        """Keys of the keyboard that was plugged in last, lower case and digits."""
        for character in text:
            key = {"type": "qcode", "data": QCODES.get(character, character)}
            events = [{"type": "key", "data": {"down": down, "key": key}} for down in (True, False)]
            self.ask("input-send-event", events=events)
            time.sleep(KEY_PAUSE_S)

    def _is_gone(self, name: str) -> bool:
        peripherals = self.ask("qom-list", path="/machine/peripheral")
        if name in {peripheral["name"] for peripheral in peripherals}:
            return False
        if name not in {line["label"] for line in self.ask("query-chardev")}:
            return True
        try:
            self.ask("chardev-remove", id=name)
        except Refused:
            return False  # the device is being taken apart
        return True

    def _make_disk(self) -> None:
        subprocess.run(["cp", "--sparse=always", str(self._image.disk), str(self._folder / "disk")], check=True)

    def _start_disk(self) -> None:
        """As a drive with a cache: nbdkit keeps writes in a file that is gone with it, until they are flushed."""
        file = ("file", str(self._folder / "disk"), "cache=writeback")
        self._start("nbdkit", "--foreground", "--unix", str(self._folder / "disk.nbd"), "--filter=cache", *file)
        _wait_for(self._folder / "disk.nbd")

    def _arguments(self) -> list[str]:
        accelerator = ("kvm", "host") if has_kvm() else ("tcg,thread=multi,tb-size=512", "qemu64,+rdrand,-svm")
        return [
            *("-machine", "q35,smm=off", "-accel", accelerator[0], "-cpu", accelerator[1], "-smp", "2", "-m", "768"),
            *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-nic", NETWORK),
            *("-kernel", str(self._image.kernel), "-initrd", str(self._image.initramfs), "-append", KERNEL_ARGUMENTS),
            *("-blockdev", json.dumps(self._block_device()), "-device", "virtio-blk-pci,drive=root"),
            *("-device", f"qemu-xhci,id=xhci,p2={len(PORTS)},p3={len(PORTS)}"),
            *("-device", "virtio-rng-pci", "-device", "virtio-serial-pci"),
            *("-chardev", f"socket,id=agent,path={self._folder}/agent,server=on,wait=off"),
            *("-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"),
            *("-qmp", f"unix:{self._folder}/monitor,server=on,wait=off", "-serial", f"file:{self._folder}/console"),
        ]

    def _block_device(self) -> Mapping[str, object]:
        server = {"type": "unix", "path": str(self._folder / "disk.nbd")}
        return {"driver": "nbd", "node-name": "root", "server": server}

    def _start(self, *command: str) -> None:
        log = (self._folder / f"{command[0]}.log").open("wb")

        def start() -> "subprocess.Popen[bytes]":
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        with log:
            self._processes.append(self._starter.submit(start).result())

    def _connect_agent(self, patience_s: float) -> None:
        if self._agent is not None:
            self._agent.close()
        self._agent = self._dialogue("agent", patience_s)
        self._agent.synchronize(time.monotonic_ns() % 2**31)

    def _dialogue(self, name: str, patience_s: float) -> Dialogue:
        path = self._folder / name
        _wait_for(path)
        return Dialogue(path, patience_s)


def _wait_for(path: Path) -> None:
    """Until a program that was started has made its socket."""
    deadline = time.monotonic() + PATIENCE_S
    while not path.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{path}: not there within {PATIENCE_S:g} s")
        time.sleep(0.02)
