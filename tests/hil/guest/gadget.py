"""USB devices that the kernel makes of itself: dummy_hcd is both ends of the cable, configfs says what hangs on it.

    gadget.py add KIND NAME VID:PID SERIAL     printer | keyboard | hidpos | acm; prints the device's end
    gadget.py unplug NAME | plug NAME          its end is then the same
    gadget.py remove NAME                      its end is gone; four of keyboard and hidpos is what the kernel has

Linux, Documentation/usb/gadget_configfs.rst and Documentation/ABI/testing/configfs-usb-gadget*.
"""

import subprocess
import sys
import time
from pathlib import Path

GADGETS = Path("/sys/kernel/config/usb_gadget")
CONTROLLERS = Path("/sys/class/udc")
ENGLISH = "strings/0x409"
DEVICE_ENDS = ("g_printer", "hidg", "ttyGS")
# A boot keyboard, as HID 1.11 appendix B.1 has it: modifiers, a reserved byte, six keys.
KEYBOARD = bytes.fromhex("05010906a101050719e029e71500250175019508810295017508810395067508150025650507190029658100c0")
# HID POS 1.02: bar code scanner (usage page 8C, usage 2), report 2 of 63 bytes of data.
HID_POS = bytes.fromhex("058c0902a101850209fe150026ff007508953f8102c0")


def main() -> None:
    action, *rest = sys.argv[1:]
    if action == "add":
        before = ends()
        add(*rest)
        show_end(before)
    elif action == "plug":
        bind(GADGETS / rest[0])
    elif action == "unplug":
        unbind(GADGETS / rest[0])
    else:
        remove(GADGETS / rest[0])


def show_end(before: set[str]) -> None:
    deadline = time.monotonic() + 20
    while not (fresh := ends() - before) and time.monotonic() < deadline:
        time.sleep(0.05)
    sys.stdout.write(f"/dev/{fresh.pop()}\n")


def ends() -> set[str]:
    return {path.name for path in Path("/dev").iterdir() if path.name.startswith(DEVICE_ENDS)}


def add(kind: str, name: str, ids: str, serial: str) -> None:
    if not GADGETS.exists():
        subprocess.run(["modprobe", "libcomposite"], check=True)
        subprocess.run(["modprobe", "dummy_hcd", "num=8"], check=True)
    gadget = GADGETS / name
    vendor, product = ids.split(":")
    told = {
        "idVendor": f"0x{vendor}",
        "idProduct": f"0x{product}",
        f"{ENGLISH}/serialnumber": serial,
        f"{ENGLISH}/manufacturer": "HIL",
        f"{ENGLISH}/product": kind,
    }
    (gadget / ENGLISH).mkdir(parents=True)
    for path, value in told.items():
        (gadget / path).write_text(value)
    configuration = gadget / "configs/c.1"
    configuration.mkdir()
    (configuration / "f").symlink_to(function(gadget, kind))
    bind(gadget)


def function(gadget: Path, kind: str) -> Path:
    driver = "hid" if kind in {"keyboard", "hidpos"} else kind
    path = gadget / f"functions/{driver}.0"
    path.mkdir()
    if kind == "printer":
        (path / "pnp_string").write_text("MFG:HIL;MDL:printer;CLS:PRINTER;CMD:ESC/POS;")
        (path / "q_len").write_text("10")
    elif kind == "keyboard":
        describe(path, KEYBOARD, length=8, protocol=1)
    elif kind == "hidpos":
        describe(path, HID_POS, length=64, protocol=0)
    return path


def describe(path: Path, descriptor: bytes, length: int, protocol: int) -> None:
    (path / "protocol").write_text(str(protocol))
    (path / "subclass").write_text(str(protocol))
    (path / "report_length").write_text(str(length))
    (path / "report_desc").write_bytes(descriptor)


def bind(gadget: Path) -> None:
    """Plug it into a controller that is free."""
    taken = {(other / "UDC").read_text().strip() for other in GADGETS.iterdir()}
    free = sorted({path.name for path in CONTROLLERS.iterdir()} - taken)
    (gadget / "UDC").write_text(free[0])


def unbind(gadget: Path) -> None:
    (gadget / "UDC").write_text("\n")


def remove(gadget: Path) -> None:
    """Whatever it is made of, in the order that configfs wants."""
    unbind(gadget)
    (gadget / "configs/c.1/f").unlink()
    for folder in (gadget / "configs/c.1", *(gadget / "functions").iterdir(), gadget / ENGLISH, gadget):
        folder.rmdir()


main()
