"""Scanners opened: endpoint, transport, codec and driver joined, and the transport closed again afterwards.

A till has one kind of scanner or two: a driver is imported when the first of its kind is opened.
"""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from devices.codecs.lines import ALL_TERMINATORS
from devices.descriptor_store import DescriptorStore, NoStore
from devices.endpoints import HidrawEndpoint, InputEndpoint, SerialEndpoint
from devices.errors import DeviceLost
from devices.events import Remainder
from devices.transports.base import Transports
from devices.transports.kernel import KernelTransports

if TYPE_CHECKING:
    from devices.scanners.hid_pos import HidPosScanner
    from devices.scanners.keyboard import KeyboardScanner
    from devices.scanners.serial import SerialScanner


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """What any kind of scanner may be told; each takes what concerns it.

    layout: a name of devices.codecs.keys.LAYOUTS. grab: take a keyboard scanner from everybody else, which is right
    only once its scans have another way to the cash program. store: keeps a serial line open over our restart.
    """

    name: str
    clock: Callable[[], datetime]
    terminators: Collection[str] = ALL_TERMINATORS
    idle_gap_ms: int = 60
    layout: str = "us"
    grab: bool = True
    on_remainder: Callable[[Remainder], None] | None = None
    transports: Transports = field(default_factory=KernelTransports)
    store: DescriptorStore = field(default_factory=NoStore)


AnyScanner: TypeAlias = "SerialScanner | KeyboardScanner | HidPosScanner"
ScannerOpener: TypeAlias = Callable[[Any, ScannerSettings], AbstractAsyncContextManager["AnyScanner"]]
"""Endpoint and settings to a driver that is ready to run. Entering raises the DeviceError that says why not."""


@asynccontextmanager
async def open_serial_scanner(endpoint: SerialEndpoint, settings: ScannerSettings) -> AsyncIterator["AnyScanner"]:
    from devices.scanners.serial import SerialScanner  # noqa: PLC0415 - see the module's docstring
    from devices.transports.serial_port import stored_line  # noqa: PLC0415 - the same

    async with aclosing(await settings.transports.open_line(endpoint, settings.store)) as line:
        driver = SerialScanner(
            settings.name,
            line,
            settings.clock,
            settings.terminators,
            settings.idle_gap_ms,
            settings.on_remainder,
        )
        try:
            yield driver
        except DeviceLost:
            settings.store.drop(stored_line(endpoint))
            raise


@asynccontextmanager
async def open_keyboard_scanner(endpoint: InputEndpoint, settings: ScannerSettings) -> AsyncIterator["AnyScanner"]:
    from devices.codecs.keys import LAYOUTS, KeyDecoder  # noqa: PLC0415 - the same
    from devices.scanners.keyboard import KeyboardScanner  # noqa: PLC0415 - the same

    async with aclosing(await settings.transports.open_keyboard(endpoint, grab=settings.grab)) as device:
        decoder = KeyDecoder(LAYOUTS[settings.layout], settings.terminators)
        yield KeyboardScanner(
            settings.name, device, settings.clock, decoder, settings.idle_gap_ms, settings.on_remainder
        )


@asynccontextmanager
async def open_hid_pos_scanner(endpoint: HidrawEndpoint, settings: ScannerSettings) -> AsyncIterator["AnyScanner"]:
    from devices.codecs.hid_pos import DESCRIPTOR_MARK  # noqa: PLC0415 - the same
    from devices.scanners.hid_pos import HidPosScanner  # noqa: PLC0415 - the same

    async with aclosing(await settings.transports.open_hid(endpoint, DESCRIPTOR_MARK)) as device:
        yield HidPosScanner(settings.name, device, settings.clock)
