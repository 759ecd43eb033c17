"""Configuration to paste for what is plugged in, with the udev lines that belong to it.

All of it is TOML: what is not certain, and the udev lines, stand in comments.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count

from bridge.cli.udev_rules import named_devices
from bridge.config.model import Config
from devices.plugged import Plugged
from devices.udev.till_rules import FILE, NamedDevice, till_rules

SCANNER, DISPLAY, PRINTER = "scanners", "displays", "printers"
_NAMES = {SCANNER: "scanner", DISPLAY: "pole", PRINTER: "receipt"}


@dataclass(frozen=True, slots=True)
class Block:
    """One table of the configuration. more: what follows its name and endpoint."""

    section: str
    name: str
    device: Plugged
    more: Sequence[str]

    def lines(self) -> Iterator[str]:
        yield f"[[{self.section}]]"
        yield f'name = "{self.name}"'
        yield f'endpoint = "{self.device.endpoint}"'
        yield from self.more


def proposal(found: Sequence[Plugged], config: Config | None) -> Iterator[str]:
    """Lines. config: what is configured already is not proposed again."""
    known = list(named_devices(config)) if config else []
    taken = {device.name for device in known}
    blocks = []
    for device in found:
        yield f"# {device}"
        name = next((each.name for each in known if device.is_at(each.endpoint)), None)
        if name is not None:
            yield f"# is configured: {name}"
        elif block := _block(device, taken):
            taken.add(block.name)
            blocks.append(block)
            yield from block.lines()
        else:
            yield from _uncertain(device, taken)
        yield ""
    if not found:
        yield "# nothing is plugged in that may be a till's device: no scanner, serial line or receipt printer"
    yield from _udev_lines(blocks)


def _block(device: Plugged, taken: Collection[str]) -> Block | None:
    """None: nobody can say what it is."""
    if device.scheme in {"lp", "usb"} and (device.model or _may_print_receipts(device)):
        profile = (device.model and device.model.profile) or "epson-80"
        hint = "" if device.model else "      # a guess; pos-bridge doctor --print-test shows whether it fits"
        return Block(PRINTER, _free(PRINTER, taken), device, [f'profile = "{profile}"{hint}'])
    if device.scheme == "hidraw" or (device.scheme in {"input", "serial"} and device.model):
        name = _free(SCANNER, taken)
        return Block(SCANNER, name, device, _forward(device.scheme, name))
    return None


def _may_print_receipts(device: Plugged) -> bool:
    """An office printer says that it speaks PCL or ESC/P; many receipt printers say nothing."""
    return not device.speaks or any(language in device.speaks.upper() for language in ("ESC/POS", "ESCPOS", "STAR"))


def _forward(scheme: str, name: str) -> Sequence[str]:
    """What changes least for the cash program: keys stay keys, a serial port stays one."""
    wedge, pty = 'forward = "wedge"', f'forward = "pty:/run/pos-bridge/{name}"'
    chosen, other = (pty, wedge) if scheme == "serial" else (wedge, pty)
    layout = ['layout = "us"              # what the scanner was programmed for'] if scheme == "input" else []
    return [*layout, chosen, f'# or {other}, or forward = "event"']


def _uncertain(device: Plugged, taken: Collection[str]) -> Iterator[str]:
    name = _free(SCANNER, taken)
    if device.scheme == "input":
        yield f"# a keyboard, perhaps the cashier's. If it is a scanner: pos-bridge learn {name}"
        return
    if device.scheme == "lp":
        yield f'# speaks {device.speaks}: no receipt printer. One that only takes plain text: profile = "text-80"'
        return
    yield f"# a serial line, and nobody can say what hangs on it. A scanner: pos-bridge learn {name}. A display:"
    display = Block(DISPLAY, _free(DISPLAY, taken), device, ['command_set = "epson"'])
    yield from (f"# {line}" for line in display.lines())


def _free(section: str, taken: Collection[str]) -> str:
    names = chain((_NAMES[section],), (f"{_NAMES[section]}-{number}" for number in count(2)))
    return next(name for name in names if name not in taken)


def _udev_lines(blocks: Iterable[Block]) -> Iterator[str]:
    devices = [NamedDevice(block.name, block.device.endpoint) for block in blocks]
    if devices:
        yield f"# udev: what `pos-bridge udev-rules --till` will print for {FILE}"
        _head, _, rules = till_rules(devices).partition("\n\n")
        yield from (f"#   {line}" for line in rules.splitlines() if line.startswith(("SUBSYSTEM", "# ")))
