"""The devices of the configuration, each with its keeper: endpoint, transport, codec and driver joined here."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from bridge.config.model import Config, Display, Printer, Scanner
from bridge.daemon.forwarding import Delivery, Outlets
from bridge.daemon.hardware import Hardware
from bridge.daemon.keeper import Came, DeviceKeeper, DevicePlace, DeviceSnapshot, Life, Role
from bridge.desk.print_queue import PrinterQueue
from bridge.desk.printing import PrintRoom
from bridge.events import rfc3339
from bridge.ports import Clock
from bridge.pos import messages as m
from devices.codecs.escpos import encode
from devices.displays.line_display import ByteLineDisplay, LatestScreen
from devices.documents import Printout, Screen
from devices.endpoints import (
    Endpoint,
    InputEndpoint,
    LpEndpoint,
    SerialEndpoint,
    TcpEndpoint,
    UsbEndpoint,
    parse_endpoint,
)
from devices.events import DataEvent, DeviceState, StatusUpdateEvent
from devices.forwarding.base import DescriptorStore
from devices.opening import ScannerSettings
from devices.printers.escpos import EscPosPrinter, state_of
from devices.printers.network import NetworkPrinter
from devices.printers.profiles import PROFILES, Profile, override
from devices.registry import COMMAND_SETS, SCANNERS
from devices.together import first_of
from devices.transports.base import ByteStream

# Whoever opens one of these has it alone: by a lock, by usblp, by libusb's claim. A keyboard is claimed by the grab.
EXCLUSIVE = (SerialEndpoint, LpEndpoint, UsbEndpoint)

Tell = Callable[[StatusUpdateEvent], None]


@dataclass(slots=True)
class DisplayGlass:
    """A configured display as the desk sees it: bridge.desk.pane.Glass."""

    latest: LatestScreen = field(default_factory=LatestScreen)
    keeper: DeviceKeeper | None = None

    @property
    def is_online(self) -> bool:
        return self.keeper is not None and self.keeper.is_online

    def show(self, screen: Screen) -> None:
        self.latest.put(screen)


class DeviceRoom:
    """All keepers of the till. Glasses and queues exist before any device does: the desk works without them."""

    def __init__(self, config: Config, clock: Clock, tell: Tell, hardware: Hardware, store: DescriptorStore) -> None:
        self._config = config
        self._hotplug = hardware.hotplug
        self._transports = hardware.transports
        self._outlets = Outlets(config.socket.group, store, clock, hardware.hotplug)
        self._clock = clock
        self._tell = tell
        self._keepers: list[DeviceKeeper] = []
        self._forward_keepers: list[DeviceKeeper] = []
        self.glasses = {display.name: DisplayGlass() for display in config.displays}
        self.queues = {printer.name: queue_of(printer) for printer in config.printers}

    def keepers(self, on_scan: Callable[[DataEvent], bool], printing: PrintRoom) -> Iterator[DeviceKeeper]:
        """First the ways on which goods go on, then one keeper a device, in the order of the configuration.

        on_scan: True for a scan that is not to go on to the cash program.
        """
        self._keepers = [
            *(self._scanner(scanner, on_scan) for scanner in self._config.scanners),
            *(self._display(display) for display in self._config.displays),
            *(self._printer(printer, printing) for printer in self._config.printers),
        ]
        return chain(self._forward_keepers, self._keepers)

    def snapshots(self) -> Sequence[DeviceSnapshot]:
        """All devices as they are now, in the order of the configuration."""
        return [keeper.snapshot() for keeper in self._keepers]

    def listed(self) -> Sequence[m.Device]:
        """What device.list answers."""
        papers = {printer.name: paper_of(profile_of(printer)) for printer in self._config.printers}
        return [_listed(snapshot, papers.get(snapshot.place.name)) for snapshot in self.snapshots()]

    def _scanner(self, scanner: Scanner, on_scan: Callable[[DataEvent], bool]) -> DeviceKeeper:
        endpoint = parse_endpoint(scanner.endpoint)

        async def life(came: Came) -> None:
            await delivery.settled()
            settings = self._scanner_settings(scanner, delivery)
            async with SCANNERS[type(endpoint)](endpoint, settings) as driver:
                keeper.count_by(lambda: driver.counters)
                came(claimed=isinstance(endpoint, EXCLUSIVE) or (isinstance(endpoint, InputEndpoint) and settings.grab))
                if isinstance(endpoint, InputEndpoint):
                    await first_of(driver.run(delivery.deliver), _until_other(delivery, may_grab=settings.grab))
                else:
                    await driver.run(delivery.deliver)

        async def lives(came: Came) -> None:
            """A keyboard scanner is opened anew when it may be grabbed from now on, or no longer."""
            while True:
                await life(came)

        keeper = self._keeper(scanner, "scanner", lives)
        delivery = self._delivery(scanner, on_scan, keeper.impair)
        keeper.count_besides(lambda: delivery.counters)
        return keeper

    def _scanner_settings(self, scanner: Scanner, delivery: Delivery) -> ScannerSettings:
        return ScannerSettings(
            scanner.name,
            self._clock,
            scanner.terminators,
            scanner.idle_gap_ms,
            scanner.layout,
            delivery.may_grab,
            delivery.deliver_remainder,
            self._transports,
        )

    def _delivery(
        self, scanner: Scanner, on_scan: Callable[[DataEvent], bool], impair: Callable[[str], None]
    ) -> Delivery:
        forward = self._outlets.forward_of(scanner, impair)
        if forward is not None:
            self._forward_keepers.append(forward.keeper)
        return Delivery(on_scan, forward)

    def _display(self, display: Display) -> DeviceKeeper:
        glass = self.glasses[display.name]

        async def live(stream: ByteStream) -> None:
            keeper.count_by(lambda: {"bytes": stream.bytes_written})
            command_set = COMMAND_SETS[display.command_set]
            await ByteLineDisplay(stream, command_set, display.settings(), glass.latest, display.marquee_ms).run()

        keeper = self._keeper(display, "display", self._on_stream(parse_endpoint(display.endpoint), live))
        glass.keeper = keeper
        return keeper

    def _printer(self, printer: Printer, printing: PrintRoom) -> DeviceKeeper:
        endpoint, profile = parse_endpoint(printer.endpoint), profile_of(printer)
        queue = self.queues[printer.name]
        if isinstance(endpoint, TcpEndpoint):
            return self._network_printer(printer, endpoint, profile, printing)

        async def live(stream: ByteStream) -> None:
            cut_off = queue.take_cut_off()
            driver = EscPosPrinter(stream, profile, lambda status: keeper.report(*state_of(status)), cut_off=cut_off)
            keeper.count_by(lambda: {"bytes": stream.bytes_written, **driver.counters})
            await first_of(driver.run(), printing.serve(printer.name, driver))

        keeper = self._keeper(printer, "printer", self._on_stream(endpoint, live))
        return keeper

    def _network_printer(
        self, printer: Printer, endpoint: Endpoint, profile: Profile, printing: PrintRoom
    ) -> DeviceKeeper:
        """Connected for each job only, so nothing is known of it until the first."""

        async def life(came: Came) -> None:
            async def opened() -> ByteStream:
                stream = await self._transports.open_stream(endpoint)
                if not keeper.is_there:
                    came(claimed=False)
                keeper.count_by(lambda: {"bytes": stream.bytes_written})
                return stream

            driver = NetworkPrinter(
                str(endpoint),
                opened,
                profile,
                lambda status: keeper.report(*state_of(status)),
                cut_off=self.queues[printer.name].take_cut_off,
            )
            await printing.serve(printer.name, driver)

        keeper = self._keeper(printer, "printer", life, DeviceState.UNKNOWN)
        return keeper

    def _on_stream(self, endpoint: Endpoint, live: Callable[[ByteStream], Awaitable[None]]) -> Life:
        """The life of a device on a transport that stays open."""

        async def life(came: Came) -> None:
            stream = await self._transports.open_stream(endpoint)
            try:
                came(claimed=isinstance(endpoint, EXCLUSIVE))
                await live(stream)
            finally:
                await stream.aclose()

        return life

    def _keeper(
        self,
        device: Scanner | Display | Printer,
        role: Role,
        life: Life,
        state: DeviceState = DeviceState.ABSENT,
    ) -> DeviceKeeper:
        place = DevicePlace(device.name, role, str(device.endpoint))
        news = self._hotplug.news_of(parse_endpoint(device.endpoint))
        return DeviceKeeper(place, life, self._clock, self._tell, state, news)


def _listed(snapshot: DeviceSnapshot, paper: m.Paper | None) -> m.Device:
    absent_since = snapshot.absent_since
    return m.Device(
        name=snapshot.place.name,
        role=snapshot.place.role,
        endpoint=snapshot.place.endpoint,
        state=snapshot.state.value,
        since=rfc3339(snapshot.since),
        opened=snapshot.opened,
        claimed=snapshot.claimed,
        enabled=snapshot.enabled,
        absent_since=rfc3339(absent_since) if absent_since else None,
        counters=dict(snapshot.counters),
        last_error=snapshot.last_error,
        paper=paper,
    )


def profile_of(printer: Printer) -> Profile:
    return override(
        PROFILES[printer.profile],
        columns=printer.columns,
        encoding=printer.encoding,
        codepage=printer.codepage,
        cut=printer.cut,
        status=printer.status,
    )


def paper_of(profile: Profile) -> m.Paper:
    return m.Paper(columns=profile.columns, encoding=profile.encoding)


def queue_of(printer: Printer) -> PrinterQueue:
    return PrinterQueue(check_of(profile_of(printer)), printer.print_within)


def check_of(profile: Profile) -> Callable[[Printout], object]:
    """Raises UnprintableElement (a ValueError) for what this model cannot print."""
    return lambda printout: encode(printout, profile)


async def _until_other(delivery: Delivery, *, may_grab: bool) -> None:
    """Until `delivery.may_grab` is no longer `may_grab`."""
    while delivery.may_grab is may_grab:
        await delivery.changed()
