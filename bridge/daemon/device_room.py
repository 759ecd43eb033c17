"""The devices of the configuration, each with its keeper: endpoint, transport, codec and driver joined here."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from bridge.config.model import Config, Display, Printer, Scanner
from bridge.daemon.forwarding import Delivery, forward_of
from bridge.daemon.supervisor import DeviceKeeper, DevicePlace, Role
from bridge.desk.print_queue import PrinterQueue
from bridge.desk.printing import PrintRoom
from bridge.events import rfc3339
from bridge.ports import Clock
from bridge.pos import messages as m
from devices.codecs.escpos import encode
from devices.displays.line_display import ByteLineDisplay, LatestScreen
from devices.documents import Printout, Screen
from devices.endpoints import Endpoint, InputEndpoint, TcpEndpoint, parse_endpoint
from devices.events import DataEvent, DeviceState, StatusUpdateEvent
from devices.opening import ScannerSettings
from devices.printers.escpos import EscPosPrinter, state_of
from devices.printers.network import NetworkPrinter
from devices.printers.profiles import PROFILES, Profile, override
from devices.registry import COMMAND_SETS, SCANNERS
from devices.together import first_of
from devices.transports import ByteStream, open_transport

Life = Callable[[Callable[[], None]], Awaitable[None]]
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

    def __init__(self, config: Config, clock: Clock, tell: Tell) -> None:
        self._config = config
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

    def listed(self) -> Sequence[m.Device]:
        """What device.list answers."""
        papers = {printer.name: paper_of(profile_of(printer)) for printer in self._config.printers}
        return [
            m.Device(
                name=keeper.place.name,
                role=keeper.place.role,
                endpoint=keeper.place.endpoint,
                state=keeper.state.value,
                since=rfc3339(keeper.since),
                counters=dict(keeper.counters),
                last_error=keeper.last_error,
                paper=papers.get(keeper.place.name),
            )
            for keeper in self._keepers
        ]

    def _scanner(self, scanner: Scanner, on_scan: Callable[[DataEvent], bool]) -> DeviceKeeper:
        endpoint = parse_endpoint(scanner.endpoint)

        async def life(came: Callable[[], None]) -> None:
            await delivery.settled()
            settings = self._scanner_settings(scanner, delivery)
            async with SCANNERS[type(endpoint)](endpoint, settings) as driver:
                came()
                keeper.count_by(lambda: {**driver.counters, **delivery.counters})
                if isinstance(endpoint, InputEndpoint):
                    await first_of(driver.run(delivery.deliver), _until_other(delivery, may_grab=settings.grab))
                else:
                    await driver.run(delivery.deliver)

        async def lives(came: Callable[[], None]) -> None:
            """A keyboard scanner is opened anew when it may be grabbed from now on, or no longer."""
            while True:
                await life(came)

        keeper = self._keeper(scanner, "scanner", lives)
        delivery = self._delivery(scanner, on_scan, keeper.impair)
        return keeper

    def _scanner_settings(self, scanner: Scanner, delivery: Delivery) -> ScannerSettings:
        return ScannerSettings(
            scanner.name,
            self._clock,
            scanner.terminators,
            scanner.idle_gap_ms,
            scanner.layout,
            delivery.may_grab,
            delivery.deliver_late_framing,
        )

    def _delivery(
        self, scanner: Scanner, on_scan: Callable[[DataEvent], bool], impair: Callable[[str], None]
    ) -> Delivery:
        forward = forward_of(scanner, self._config.socket.group, self._clock, impair)
        if forward is not None:
            self._forward_keepers.append(forward.keeper)
        return Delivery(on_scan, forward)

    def _display(self, display: Display) -> DeviceKeeper:
        glass = self.glasses[display.name]

        async def live(stream: ByteStream) -> None:
            command_set = COMMAND_SETS[display.command_set]
            await ByteLineDisplay(stream, command_set, display.settings(), glass.latest, display.marquee_ms).run()

        glass.keeper = self._keeper(display, "display", _on_stream(parse_endpoint(display.endpoint), live))
        return glass.keeper

    def _printer(self, printer: Printer, printing: PrintRoom) -> DeviceKeeper:
        endpoint, profile = parse_endpoint(printer.endpoint), profile_of(printer)
        queue = self.queues[printer.name]
        if isinstance(endpoint, TcpEndpoint):
            return self._network_printer(printer, endpoint, profile, printing)

        async def live(stream: ByteStream) -> None:
            cut_off = queue.take_cut_off()
            driver = EscPosPrinter(stream, profile, lambda status: keeper.report(*state_of(status)), cut_off=cut_off)
            keeper.count_by(lambda: driver.counters)
            await first_of(driver.run(), printing.serve(printer.name, driver))

        keeper = self._keeper(printer, "printer", _on_stream(endpoint, live))
        return keeper

    def _network_printer(
        self, printer: Printer, endpoint: Endpoint, profile: Profile, printing: PrintRoom
    ) -> DeviceKeeper:
        """Connected for each job only, so nothing is known of it until the first."""

        async def life(came: Callable[[], None]) -> None:
            async def opened() -> ByteStream:
                stream = await open_transport(endpoint)
                if not keeper.is_there:
                    came()
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

    def _keeper(
        self,
        device: Scanner | Display | Printer,
        role: Role,
        life: Life,
        state: DeviceState = DeviceState.ABSENT,
    ) -> DeviceKeeper:
        place = DevicePlace(device.name, role, str(device.endpoint))
        return DeviceKeeper(place, life, self._clock, self._tell, state)


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


def _on_stream(endpoint: Endpoint, live: Callable[[ByteStream], Awaitable[None]]) -> Life:
    """The life of a device on a transport that stays open."""

    async def life(came: Callable[[], None]) -> None:
        stream = await open_transport(endpoint)
        try:
            came()
            await live(stream)
        finally:
            await stream.aclose()

    return life


async def _until_other(delivery: Delivery, *, may_grab: bool) -> None:
    """Until `delivery.may_grab` is no longer `may_grab`."""
    while delivery.may_grab is may_grab:
        await delivery.changed()
