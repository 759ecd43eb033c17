"""The devices of the configuration, each with its keeper: endpoint, transport, codec and driver joined here."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bridge.config.model import Config, Display, Printer, Scanner
from bridge.daemon.finishing import handed_on, scans_end
from bridge.daemon.forwarding import Delivery, KeptForward, Outlets, ScanDesk
from bridge.daemon.hardware import Hardware
from bridge.daemon.keeper import Came, DeviceKeeper, DevicePlace, DeviceSnapshot, Life, Role
from bridge.daemon.printer_models import check_of, paper_of, profile_of, queue_of
from bridge.desk.printing.jobs import PrintRoom
from bridge.desk.printing.queue import PrinterQueue
from bridge.events import rfc3339
from bridge.ports import Clock
from bridge.pos import messages as m
from devices.descriptor_store import DescriptorStore
from devices.displays.latest_screen import LatestScreen
from devices.displays.line_display import ByteLineDisplay
from devices.documents import Screen
from devices.endpoints import (
    Endpoint,
    InputEndpoint,
    LpEndpoint,
    SerialEndpoint,
    TcpEndpoint,
    UsbEndpoint,
    parse_endpoint,
)
from devices.events import DeviceState, StatusUpdateEvent
from devices.forwarding.pty_node import stored_pty
from devices.opening import AnyScanner, ScannerSettings
from devices.printers.escpos import EscPosPrinter, state_of
from devices.printers.network import NetworkPrinter
from devices.printers.profiles import Profile
from devices.registry import COMMAND_SETS, SCANNERS
from devices.together import first_of
from devices.transports.base import ByteStream
from devices.transports.serial_port import stored_line

# Whoever opens one of these has it alone: by a lock, by usblp, by libusb's claim. A keyboard is claimed by the grab.
EXCLUSIVE = (SerialEndpoint, LpEndpoint, UsbEndpoint)

Tell = Callable[[StatusUpdateEvent], None]
Row = Scanner | Display | Printer
Spawn = Callable[[Coroutine[object, object, None], str], asyncio.Task[bool]]


@dataclass(slots=True)
class DisplayGlass:
    """A configured display as the desk sees it: bridge.desk.screens.pane.Glass."""

    latest: LatestScreen = field(default_factory=LatestScreen)
    keeper: DeviceKeeper | None = None

    @property
    def is_online(self) -> bool:
        return self.keeper is not None and self.keeper.is_online

    def show(self, screen: Screen) -> None:
        self.latest.put(screen)


@dataclass(frozen=True, slots=True)
class Around:
    """What the devices live with."""

    desk: ScanDesk
    printing: PrintRoom
    spawn: Spawn


@dataclass(frozen=True, slots=True)
class Kept:
    """A device of the configuration while it is kept."""

    keeper: DeviceKeeper
    tasks: tuple[asyncio.Task[bool], ...]


class DeviceRoom:
    """All keepers of the till. Glasses and queues exist before any device does: the desk works without them."""

    def __init__(self, config: Config, clock: Clock, tell: Tell, hardware: Hardware, store: DescriptorStore) -> None:
        self._config = config
        self._hotplug = hardware.hotplug
        self._transports = hardware.transports
        self._outlets = Outlets(config.socket.group, store, clock, hardware.hotplug)
        self._clock = clock
        self._tell = tell
        self._kept: dict[str, Kept] = {}
        self._drivers: dict[str, AnyScanner] = {}
        self._forwards: dict[str, KeptForward] = {}
        self._one_at_a_time = asyncio.Lock()
        self.glasses: dict[str, DisplayGlass] = {}
        self.queues: dict[str, PrinterQueue] = {}
        self._fit(config)

    def start(self, around: Around) -> None:
        """Open the ways on which goods go on, then the devices, each under its keeper."""
        for scanner in self._config.scanners:
            self._open_way(scanner, around.spawn)
        for row in _rows(self._config):
            self._keep(row, around)

    async def apply(self, config: Config, around: Around) -> None:
        """Have the devices of `config` from now on; those whose row is as it was notice nothing."""
        async with self._one_at_a_time:
            await self._apply(config, around)

    async def stop_scanners(self) -> None:
        """What is being scanned comes to its end and is handed on: the rest of a code would be another article's.

        From now on nothing is read: it waits in the kernel for the next daemon, or a keyboard types it by itself.
        """
        await self._one_at_a_time.acquire()  # for good: no reload takes a scanner again
        await scans_end(self._drivers)
        await _ended(self._kept[row.name].tasks for row in self._config.scanners)
        await handed_on(self._forwards)

    async def _apply(self, config: Config, around: Around) -> None:
        before, after = ({row.name: row for row in _rows(each)} for each in (self._config, config))
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        await scans_end({name: driver for name, driver in self._drivers.items() if name in changed})
        await _ended(kept.tasks for name in changed if (kept := self._drop(name)))
        ways = {scanner.name: scanner.forward for scanner in config.scanners}
        lost = {name: way for name, way in self._forwards.items() if ways.get(name) != way.outlet}
        await handed_on(lost)
        await _ended((way.task,) for way in lost.values())
        for name, way in lost.items():
            del self._forwards[name]
            self._outlets.forget(way)
        for name in stored_names(self._config) - stored_names(config):
            self._outlets.store.drop(name)
        self._config = config
        for queue in self._fit(config):
            around.spawn(around.printing.give_up(queue), "papers of a printer that is gone")
        for scanner in config.scanners:
            self._open_way(scanner, around.spawn)
        for name in after:
            if name in changed:
                self._keep(after[name], around)

    def _fit(self, config: Config) -> Sequence[PrinterQueue]:
        """A glass for each display, a queue for each printer, in their order; the queues that nobody serves now."""
        self.glasses = {row.name: self.glasses.get(row.name) or DisplayGlass() for row in config.displays}
        queues = {row.name: self.queues.get(row.name) or queue_of(row) for row in config.printers}
        gone = [queue for name, queue in self.queues.items() if name not in queues]
        for row in config.printers:
            queues[row.name].check, queues[row.name].print_within = check_of(profile_of(row)), row.print_within
        self.queues.clear()
        self.queues.update(queues)
        return gone

    def _open_way(self, scanner: Scanner, spawn: Spawn) -> None:
        """Unless it is open already, or scans are events only."""
        if scanner.name not in self._forwards and (way := self._outlets.forward_of(scanner)) is not None:
            task = spawn(way.keeper.keep(), f"device {way.keeper.place.name}")
            self._forwards[scanner.name] = KeptForward(scanner.forward, way, task)

    def _keep(self, row: Row, around: Around) -> None:
        match row:
            case Scanner():
                keeper = self._scanner(row, around.desk)
            case Display():
                keeper = self._display(row)
            case Printer():
                keeper = self._printer(row, around.printing)
        tasks = [around.spawn(keeper.keep(), f"device {row.name}")]
        if isinstance(row, Printer):
            tasks.append(around.spawn(around.printing.watch_age(row.name), f"age of print jobs of {row.name}"))
        self._kept[row.name] = Kept(keeper, tuple(tasks))

    def _drop(self, name: str) -> Kept | None:
        kept = self._kept.pop(name, None)
        if kept and kept.keeper.news:
            self._hotplug.forget(kept.keeper.news)
        return kept

    def snapshots(self) -> Sequence[DeviceSnapshot]:
        """All devices as they are now, in the order of the configuration."""
        return [kept.keeper.snapshot() for row in _rows(self._config) if (kept := self._kept.get(row.name))]

    def pictures(self) -> Mapping[str, Sequence[str]]:
        """The rows of each display that was given any."""
        return {
            name: screen.rows for name, glass in self.glasses.items() if (screen := glass.latest.screen) and screen.rows
        }

    def listed(self) -> Sequence[m.Device]:
        """What device.list answers."""
        papers = {printer.name: paper_of(profile_of(printer)) for printer in self._config.printers}
        return [_listed(snapshot, papers.get(snapshot.place.name)) for snapshot in self.snapshots()]

    def _scanner(self, scanner: Scanner, desk: ScanDesk) -> DeviceKeeper:
        endpoint = parse_endpoint(scanner.endpoint)

        async def life(came: Came) -> None:
            await delivery.settled()
            settings = self._scanner_settings(scanner, delivery)
            async with SCANNERS[type(endpoint)](endpoint, settings) as driver:
                keeper.count_by(lambda: driver.counters)
                self._drivers[scanner.name] = driver
                came(claimed=isinstance(endpoint, EXCLUSIVE) or (isinstance(endpoint, InputEndpoint) and settings.grab))
                if isinstance(endpoint, InputEndpoint):
                    await first_of(driver.run(delivery.deliver), _until_other(delivery, may_grab=settings.grab))
                else:
                    await driver.run(delivery.deliver)

        async def lives(came: Came) -> None:
            """A keyboard scanner is opened anew when it may be grabbed from now on, or no longer."""
            try:
                while True:
                    await life(came)
            finally:
                self._drivers.pop(scanner.name, None)

        keeper = self._keeper(scanner, "scanner", lives)
        way = self._forwards.get(scanner.name)
        delivery = Delivery(desk, way.forward if way else None)
        if way:
            way.forward.follow(keeper.impair)
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
            self._outlets.store,
        )

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
            driver = EscPosPrinter(
                stream, profile, lambda status: keeper.report(*state_of(status)), cut_off=queue.cut_off
            )
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
                cut_off=self.queues[printer.name].cut_off,
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
        device: Row,
        role: Role,
        life: Life,
        state: DeviceState = DeviceState.ABSENT,
    ) -> DeviceKeeper:
        place = DevicePlace(device.name, role, str(device.endpoint))
        news = self._hotplug.news_of(parse_endpoint(device.endpoint))
        return DeviceKeeper(place, life, self._clock, self._tell, state, news)


def stored_names(config: Config) -> set[str]:
    """What of this configuration may lie in the descriptor store."""
    ports = {stored_pty(path) for row in config.scanners if (path := row.forward.pty_path)}
    places = (parse_endpoint(row.endpoint) for row in config.scanners)
    return ports | {stored_line(place) for place in places if isinstance(place, SerialEndpoint)}


def _rows(config: Config) -> Sequence[Row]:
    """In the order of the configuration; their names are unique."""
    return [*config.scanners, *config.displays, *config.printers]


async def _ended(groups: Iterable[tuple[asyncio.Task[bool], ...]]) -> None:
    tasks = [task for group in groups for task in group]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


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


async def _until_other(delivery: Delivery, *, may_grab: bool) -> None:
    """Until `delivery.may_grab` is no longer `may_grab`."""
    while delivery.may_grab is may_grab:
        await delivery.changed()
