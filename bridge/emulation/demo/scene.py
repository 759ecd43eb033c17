"""The shop that the demo plays in: devices, provider, daemon and cash program, set up and taken down."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bridge.daemon.printer_models import profile_of
from bridge.emulation.demo import processes
from bridge.emulation.demo.tap import Tap
from bridge.emulation.maxma import EmulatedClient, Fault, FaultKind, MaxmaEmulator
from bridge.emulation.till import DEFAULT_TILL, emulatable
from devices.emulation.display import EmulatedDisplay, Rows
from devices.emulation.printer import EmulatedPrinter
from devices.emulation.pty import PtyLink
from devices.emulation.scanner import EmulatedScanner

CARD = "2900000000018"
# As long as a provider across the internet takes to find a card: the display has something to say meanwhile.
LOOKUP_TAKES_S = 0.3


@dataclass(frozen=True, slots=True)
class Scene:
    """glasses: what the display showed, in order, not yet shown in the terminal."""

    scanner: EmulatedScanner
    display: EmulatedDisplay
    printer: EmulatedPrinter
    provider: MaxmaEmulator
    client: EmulatedClient
    glasses: deque[Rows]
    tap: Tap
    columns: int


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    """Everything up and waiting; the daemon is ready, no cash program has connected yet."""
    client = EmulatedClient(card=CARD, phone="+79160000001", bonuses=350)
    glasses: deque[Rows] = deque()
    links = {name: PtyLink(folder / name) for name in ("front", "pole", "receipt")}
    async with AsyncExitStack() as stack:
        provider = await stack.enter_async_context(MaxmaEmulator([client]))
        provider.fault("get-balance", Fault(FaultKind.DELAY, seconds=LOOKUP_TAKES_S))
        display = EmulatedDisplay(links["pole"], on_change=glasses.append)
        printer = EmulatedPrinter(links["receipt"])
        await stack.enter_async_context(display)
        await stack.enter_async_context(printer)
        await links["front"].plug()
        stack.push_async_callback(links["front"].unplug)
        await stack.enter_async_context(processes.daemon(write_config(folder, provider.base_url)))
        tap = await stack.enter_async_context(Tap(folder / "tap.sock", folder / "pos.sock"))
        scanner = EmulatedScanner(links["front"])
        columns = profile_of(emulatable(None).printers[0]).columns
        yield Scene(scanner, display, printer, provider, client, glasses, tap, columns)


def write_config(folder: Path, base_url: str) -> Path:
    """The emulated till's configuration with the places of this scene: the daemon is run as at any till."""
    text = DEFAULT_TILL.read_text("utf-8")
    for real, here in (
        ("/dev/pos", str(folder)),
        ("/run/pos-bridge", str(folder)),
        ("/var/lib/pos-bridge", str(folder)),
        ("https://api-test.maxma.com", base_url),
    ):
        text = text.replace(real, here)
    config = folder / "pos-bridge.toml"
    config.write_text(text, "utf-8")
    return config
