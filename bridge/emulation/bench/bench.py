"""All that is emulated at one till, by the names of its configuration, and what can be done to it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from bridge.domain.errors import DeviceUnavailable
from bridge.emulation.bench.providers import BenchProvider, Trouble
from bridge.emulation.bench.scanners import BenchScanner, Shot, pull_trigger
from bridge.pos.jsonrpc import InvalidParams
from devices.emulation.display import EmulatedDisplay
from devices.emulation.printer import EmulatedPrinter
from devices.emulation.transports import EmulatedHotplug
from devices.endpoints import Endpoint

# What can be switched by name, by the role of the device that can have it.
PRINTER_CONDITIONS = ("paper_out", "near_end", "cover_open", "cutter_error", "overheated")
PRINTER_FAULTS = (*PRINTER_CONDITIONS, "off", "mute", "jam")
DISPLAY_FAULTS = ("jam", "power_cut")
# Over as soon as it has happened: nothing stays that could be switched off.
MOMENTARY = ("power_cut",)
# Faults that a printer meets in the middle of a job.
IN_MID_JOB = ("paper_out", "off")


class _Plugged(Protocol):
    async def plug(self, *, renumbered: bool) -> None: ...

    async def unplug(self) -> None: ...


_Thing = TypeVar("_Thing")


@dataclass(slots=True)
class Bench:
    """places: where each device's driver looks for it. on_change: called after whatever a hand did."""

    scanners: dict[str, BenchScanner] = field(default_factory=dict)
    displays: dict[str, EmulatedDisplay] = field(default_factory=dict)
    printers: dict[str, EmulatedPrinter] = field(default_factory=dict)
    providers: dict[str, BenchProvider] = field(default_factory=dict)
    places: dict[str, Endpoint] = field(default_factory=dict)
    hotplug: EmulatedHotplug = field(default_factory=EmulatedHotplug)
    faults: dict[str, set[str]] = field(default_factory=dict)
    on_change: Callable[[], None] = lambda: None
    _unplugged: set[str] = field(default_factory=set)
    _hand: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def scan(self, name: str | None, shot: Shot) -> None:
        """InvalidParams: no such scanner, or nothing that it could send. DeviceUnavailable: it is unplugged."""
        found, scanner = _one(self.scanners, name, "scanner")
        await pull_trigger(found, scanner, shot)

    def is_plugged(self, name: str) -> bool:
        return name not in self._unplugged

    async def unplug(self, name: str) -> None:
        """Pull the cable; it may be out already."""
        async with self._hand:
            await self._device(name).unplug()
            self._unplugged.add(name)
        self.on_change()

    async def plug(self, name: str, *, renumbered: bool = False) -> None:
        """Put the cable in; it may be in already. renumbered: the kernel gives the device another number."""
        async with self._hand:
            await self._device(name).plug(renumbered=renumbered)
            self._unplugged.discard(name)
            if name in self.displays:
                self.faults.pop(name, None)  # the line is a new one
            self.hotplug.came(self.places[name])
        self.on_change()

    async def fault(self, name: str, fault: str, *, is_on: bool, after_lines: int = 0) -> None:
        """after_lines: a printer meets it once so many more lines are printed.

        InvalidParams: this device has no such fault. DeviceUnavailable: its cable is out.
        """
        if after_lines and not (name in self.printers and fault in IN_MID_JOB and is_on):
            raise InvalidParams(f"`after_lines`: only a printer, and only {' or '.join(IN_MID_JOB)}")
        if not self.is_plugged(name):
            raise DeviceUnavailable(f"{name} is unplugged: emulation.plug")
        if after_lines:
            _in_mid_job(self.printers[name], fault, after_lines)
        elif name in self.printers and fault in PRINTER_FAULTS:
            await _printer_fault(self.printers[name], fault, is_on=is_on)
        elif name in self.displays and fault in DISPLAY_FAULTS:
            await _display_fault(self.displays[name], fault, is_on=is_on)
        else:
            self._device(name)
            raise InvalidParams(f"`fault`: {name} has no {fault!r}")
        standing = self.faults.setdefault(name, set())
        (standing.add if is_on and fault not in MOMENTARY else standing.discard)(fault)
        self.on_change()

    async def trouble(self, name: str, trouble: Trouble | None, method: str, seconds: float) -> None:
        """Bring trouble to an emulated provider, or end it."""
        async with self._hand:
            await self.providers[name].switch(trouble, method, seconds)
        self.on_change()

    def display(self, name: str | None) -> tuple[str, EmulatedDisplay]:
        """This display, or the first."""
        return _one(self.displays, name, "display")

    def printer(self, name: str | None) -> tuple[str, EmulatedPrinter]:
        return _one(self.printers, name, "printer")

    def provider(self, name: str | None) -> tuple[str, BenchProvider]:
        return _one(self.providers, name, "provider")

    def _device(self, name: str) -> _Plugged:
        for devices in (self.scanners, self.displays, self.printers):
            if name in devices:
                device: _Plugged = devices[name]
                return device
        raise InvalidParams(f"`device`: no emulated {name[:64]!r}")


def _one(things: Mapping[str, _Thing], name: str | None, what: str) -> tuple[str, _Thing]:
    if name is None:
        name = next(iter(things), "")
    if name not in things:
        raise InvalidParams(f"no emulated {what} {name[:64]!r}" if name else f"there is no emulated {what}")
    return name, things[name]


async def _printer_fault(printer: EmulatedPrinter, fault: str, *, is_on: bool) -> None:
    if fault in PRINTER_CONDITIONS:
        await printer.change(**{fault: is_on})
    elif fault == "off":
        await printer.change(is_on=not is_on)
    elif fault == "mute":
        printer.is_mute = is_on
    elif is_on:
        printer.jam()
    else:
        printer.clear_jam()


def _in_mid_job(printer: EmulatedPrinter, fault: str, lines: int) -> None:
    if fault == "paper_out":
        printer.paper_out_after(lines)
    else:
        printer.power_off_after(lines)


async def _display_fault(display: EmulatedDisplay, fault: str, *, is_on: bool) -> None:
    if fault == "jam":
        (display.jam if is_on else display.clear_jam)()
    elif is_on:
        await display.power_cut()
