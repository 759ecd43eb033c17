"""What fails in a day: each device in each of its ways, and the provider."""

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bridge.emulation.web.faults import Fault, FaultKind
from tests.proof.day.till import DayTill

GARBAGE_BYTES = 300
SLOW_DISPLAY = 2000.0  # bytes a second
SLOW_PRINTER_S = 0.05
SLOW_SCANNER_S = 0.01
SLOW_PROVIDER_S = 0.4

Deed = Callable[[DayTill], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Trouble:
    """target: no second trouble of the same target begins while one lasts."""

    target: str
    begin: Deed
    end: Deed


async def _nothing(_till: DayTill) -> None: ...


def _garbage(till: DayTill) -> bytes:
    """Whatever a bad cable makes; nothing that a scanner would end a code with, so that it is seen to end by itself."""
    return bytes(random.Random(till.step).choices(range(0x20, 0xFF), k=GARBAGE_BYTES))  # noqa: S311 - repeatable


def _printer(**condition: bool) -> Trouble:
    """It is in this condition, and then it is not."""
    over = {name: not value for name, value in condition.items()}
    return Trouble("receipt", lambda t: t.shop.printer.change(**condition), lambda t: t.shop.printer.change(**over))


async def _display_slow(till: DayTill) -> None:
    till.shop.display.bytes_per_s = SLOW_DISPLAY


async def _display_fast(till: DayTill) -> None:
    till.shop.display.bytes_per_s = None


async def _display_jam(till: DayTill) -> None:
    till.shop.display.jam()


async def _display_clear(till: DayTill) -> None:
    till.shop.display.clear_jam()


async def _printer_slow(till: DayTill) -> None:
    till.shop.printer.slowness_s = SLOW_PRINTER_S


async def _printer_fast(till: DayTill) -> None:
    till.shop.printer.slowness_s = 0.0


async def _printer_jam(till: DayTill) -> None:
    till.shop.printer.jam()


async def _printer_clear(till: DayTill) -> None:
    till.shop.printer.clear_jam()


async def _printer_mute(till: DayTill) -> None:
    till.shop.printer.is_mute = True


async def _printer_talks(till: DayTill) -> None:
    till.shop.printer.is_mute = False


async def _paper_ends_in_mid_job(till: DayTill) -> None:
    till.shop.printer.paper_out_after(3)


async def _power_goes_in_mid_job(till: DayTill) -> None:
    till.shop.printer.power_off_after(3)


async def _printer_pulled(till: DayTill) -> None:
    """With what stands in its buffer: it is a printer's power that goes with its USB cable."""
    await till.shop.printer.unplug()
    till.shop.printer.forget_buffer()


async def _scanner_garbage(till: DayTill) -> None:
    await till.spoil("front")
    await till.shop.scanner.link.write(_garbage(till))


async def _scanner_quiet(till: DayTill) -> None:
    await till.shop.scanner.link.write(b"\r")
    till.spoilt.discard("front")


async def _scanner_slow(till: DayTill) -> None:
    await till.spoil("front")
    till.shop.scanner.chunk_pause_s = SLOW_SCANNER_S


async def _scanner_fast(till: DayTill) -> None:
    till.shop.scanner.chunk_pause_s = 0.0
    till.spoilt.discard("front")


async def _scanner_pulled(till: DayTill) -> None:
    await till.spoil("front")
    await till.shop.scanner.link.unplug()


async def _keyboard_pulled(till: DayTill) -> None:
    await till.spoil("hand")
    await till.backstage(plug=False)


DEVICE_TROUBLES: Mapping[str, Trouble] = {
    "display unplugged": Trouble(
        "pole", lambda t: t.shop.display.unplug(), lambda t: t.shop.display.plug(renumbered=True)
    ),
    "display jammed": Trouble("pole", _display_jam, _display_clear),
    "display slow": Trouble("pole", _display_slow, _display_fast),
    "display without power": Trouble("pole", lambda t: t.shop.display.power_cut(), _nothing),
    "display babbles": Trouble("pole", lambda t: t.shop.display.link.write(_garbage(t)), _nothing),
    "printer unplugged": Trouble("receipt", _printer_pulled, lambda t: t.shop.printer.plug(renumbered=True)),
    "printer without paper": _printer(paper_out=True),
    "printer's paper nearly out": _printer(near_end=True),
    "printer open": _printer(cover_open=True),
    "printer's cutter stuck": _printer(cutter_error=True),
    "printer off": _printer(is_on=False),
    "paper ends in mid job": Trouble(
        "receipt", _paper_ends_in_mid_job, lambda t: t.shop.printer.no_trouble_after(paper_out=False)
    ),
    "power goes in mid job": Trouble(
        "receipt", _power_goes_in_mid_job, lambda t: t.shop.printer.no_trouble_after(is_on=True)
    ),
    "printer jammed": Trouble("receipt", _printer_jam, _printer_clear),
    "printer slow": Trouble("receipt", _printer_slow, _printer_fast),
    "printer mute": Trouble("receipt", _printer_mute, _printer_talks),
    "printer babbles": Trouble("receipt", lambda t: t.shop.printer.babble(_garbage(t)), _nothing),
    "scanner unplugged": Trouble("front", _scanner_pulled, lambda t: t.shop.scanner.link.plug(renumbered=True)),
    "scanner babbles": Trouble("front", _scanner_garbage, _scanner_quiet),
    "scanner slow": Trouble("front", _scanner_slow, _scanner_fast),
    "keyboard unplugged": Trouble("hand", _keyboard_pulled, lambda t: t.backstage(plug=True)),
    "keyboard loses releases": Trouble(
        "hand", lambda t: t.backstage(loses_releases=True), lambda t: t.backstage(loses_releases=False)
    ),
}


def _provider(kind: FaultKind, **more: float) -> Trouble:
    """Every request meets it while it lasts."""

    async def begin(till: DayTill) -> None:
        till.books.emulator.faults.add("*", Fault(kind, times=1_000_000, **more))  # type: ignore[arg-type] # seconds or status

    async def end(till: DayTill) -> None:
        till.books.emulator.faults.clear()

    return Trouble("provider", begin, end)


PROVIDER_TROUBLES: Mapping[str, Trouble] = {
    "provider away": Trouble(
        "provider", lambda t: t.books.emulator.server.aclose(), lambda t: t.books.emulator.server.start()
    ),
    "provider slow": _provider(FaultKind.DELAY, seconds=SLOW_PROVIDER_S),
    **{f"provider: {kind.value}": _provider(kind) for kind in FaultKind if kind is not FaultKind.DELAY},
}
TROUBLES: Mapping[str, Trouble] = {**DEVICE_TROUBLES, **PROVIDER_TROUBLES}
