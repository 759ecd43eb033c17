"""All parts of one till, joined: journal, providers, desk, devices, socket; taken down in reverse."""

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from msgspec import structs

import bridge
from bridge.config.checks import group_exists
from bridge.config.model import Config, Sync
from bridge.daemon.card_exchange import sync_service
from bridge.daemon.descriptor_store import SystemdStore
from bridge.daemon.device_room import Around, DeviceRoom, stored_names
from bridge.daemon.door import Door, open_door
from bridge.daemon.failures import start_failures
from bridge.daemon.programmes import ProgrammeRoom, retire
from bridge.daemon.reload import Reloader, Reread, reloads_by_signal, status_of
from bridge.daemon.resolving import TillLoop
from bridge.daemon.supervisor import Supervisor
from bridge.daemon.surroundings import Surroundings
from bridge.daemon.tapping import TillTaps
from bridge.daemon.wording import wording_of
from bridge.desk.desk import Desk, Outside, build_desk
from bridge.desk.printing.drawer import Drawers
from bridge.desk.printing.jobs import PrintRoom
from bridge.desk.programme import Programmes
from bridge.desk.screens.screens import Screens
from bridge.desk.settings import DeskSettings
from bridge.desk.sync.service import SyncService
from bridge.directory import SqliteDirectory
from bridge.domain.card import CardFormat
from bridge.domain.idle import Idle, Night
from bridge.events import EventBus
from bridge.journal import SqliteJournal
from bridge.ports import UNMEASURED, LoyaltyProvider, Meter
from bridge.pos.announcer import BusAnnouncer
from bridge.pos.handlers import ReceiptHandlers, TillHandlers, TillInfo
from bridge.pos.handlers_codes import CodeHandlers
from bridge.pos.handlers_forget import ForgetHandlers
from bridge.pos.handlers_printing import PrintingHandlers
from bridge.pos.handlers_queue import QueueHandlers
from bridge.pos.handlers_recording import RecordingHandlers
from bridge.pos.handlers_search import SearchHandlers
from bridge.pos.handlers_sync import SyncHandlers
from bridge.pos.methods import METHODS, Handler
from bridge.pos.peer import member_check
from bridge.pos.server import PosServer, anyone
from bridge.recording.recorder import Recorder
from bridge.sd_notify import SystemdNotifier
from bridge.wording import Wording
from devices.forwarding.pty_node import STORED_PTY
from devices.together import first_of
from devices.transports.serial_port import STORED_LINE

if TYPE_CHECKING:
    from bridge.daemon.web import WebSide

log = structlog.get_logger()

# Requests in flight may wait 10 s for a provider; what they have begun is in the journal, so a stop need not.
STOP_WITHIN_S = 3.0

# Clients are served and devices open meanwhile: this is how long we put off calling ourselves ready.
WARM_WITHIN_S = 2.0


def run(config: Config, reread: Reread, door: Door, *, emulated: bool = False) -> None:
    """Run the till until SIGTERM or SIGINT; `reread` at each SIGHUP. StartFailed: why it cannot."""
    with asyncio.Runner(loop_factory=TillLoop) as runner:
        runner.run(_run(config, reread, door, emulated=emulated))


async def _run(config: Config, reread: Reread, door: Door, *, emulated: bool) -> None:
    await serve(config, stop_by_signal(), Surroundings(emulated=emulated, reloads=reloads_by_signal(reread)), door)


def stop_by_signal() -> asyncio.Event:
    """Set by SIGTERM and SIGINT, from now on and while this loop runs."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def serve(
    config: Config, stop: asyncio.Event, surroundings: Surroundings | None = None, door: Door | None = None
) -> None:
    """The till, until `stop` is set: journal, providers, desk, devices, socket; taken down in reverse.

    door: None where none is open yet.
    """
    surroundings, door = surroundings or Surroundings(), door or open_door(config)
    notifier, listener = SystemdNotifier(), door.listener
    store = SystemdStore(notifier, door.passed)
    store.drop_others((STORED_PTY, STORED_LINE), stored_names(config))
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(door.close)
        parts = await _open_parts(config, stack)
        stack.push_async_callback(parts.supervisor.stop)
        till = Till(config, parts, store, surroundings)
        stack.callback(surroundings.hardware.hotplug.close)
        stack.callback(till.screens.stop)
        unsettled = await till.take_up()
        await till.server.start(listener)
        stack.push_async_callback(till.server.stop, STOP_WITHIN_S)
        if parts.web:
            await parts.web.start(till.server, till.status)
            stack.push_async_callback(parts.web.stop, STOP_WITHIN_S)
        await surroundings.attend(till.server)
        till.start_devices()
        await first_of(till.warmed_up(), stop.wait())
        _obey_systemd(Reloader(config, till, notifier), surroundings, parts.supervisor, notifier)
        http = config.http.listen if parts.web else None
        log.info(
            "ready",
            version=bridge.__version__,
            socket=listener.path,
            http=http,
            unsettled=unsettled,
            emulated=surroundings.emulated,
        )
        notifier.ready(status_of(config))
        await stop.wait()
        notifier.stopping()
        log.info("stopping")
        await till.stop_scanners()


def _obey_systemd(
    reloader: Reloader, surroundings: Surroundings, supervisor: Supervisor, notifier: SystemdNotifier
) -> None:
    supervisor.spawn(notifier.feed_watchdog(), "watchdog")
    if surroundings.reloads:
        supervisor.spawn(reloader.run(surroundings.reloads), "reload")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the till is joined from; web: None where no cash program speaks HTTP."""

    wording: Wording
    journal: SqliteJournal
    directory: SqliteDirectory
    programme_room: ProgrammeRoom
    supervisor: Supervisor
    taps: TillTaps
    web: "WebSide | None"

    @property
    def meter(self) -> Meter:
        return self.web.measures if self.web else UNMEASURED


async def _open_parts(config: Config, stack: contextlib.AsyncExitStack) -> Parts:
    """StartFailed: journal or address cannot be had, a template is wrong."""
    with start_failures():
        wording = wording_of(config)
        journal = await SqliteJournal.open(config.journal.path)
    stack.push_async_callback(journal.aclose)
    taps = TillTaps(config)
    programme_room = ProgrammeRoom(config, taps.provider)
    stack.push_async_callback(programme_room.aclose)
    directory = SqliteDirectory(config.directory)
    stack.push_async_callback(directory.aclose)
    web = _web_side(taps)
    if web:
        stack.callback(web.close)
    return Parts(wording, journal, directory, programme_room, Supervisor(), taps, web)


class Till:
    """All parts of one running till, joined."""

    def __init__(self, config: Config, parts: Parts, store: SystemdStore, surroundings: Surroundings) -> None:
        supervisor, wording = parts.supervisor, parts.wording
        self.supervisor = supervisor
        self._journal = parts.journal
        self._programme_room = parts.programme_room
        self._programmes = programmes = parts.programme_room.programmes
        self._settings = _desk_settings(config, wording)
        bus = EventBus(now)
        announcer = BusAnnouncer(bus, wording)
        self._taps = taps = parts.taps
        self._devices = DeviceRoom(config, now, announcer.device, taps.hardware(surroundings.hardware), store)
        self.screens = Screens(self._devices.glasses, Idle(), lambda: now().astimezone())
        self._printing = PrintRoom(parts.journal, self._devices.queues, now, wording.repeat_mark)
        self._desk = build_desk(
            self._settings,
            Outside(
                parts.journal,
                parts.directory,
                parts.journal,
                programmes,
                self.screens,
                self._printing,
                announcer,
                now,
                supervisor.spawn,
                parts.meter,
            ),
        )
        self._sync = sync_service(config.sync, self._settings, parts.directory, programmes, now, supervisor.spawn)
        self._sync_handlers = _sync_handlers(self._sync, programmes, config.sync)
        self._warming: asyncio.Task[bool]
        till_handlers = self._till_handlers(config, emulated=surroundings.emulated)
        self.status = till_handlers.status
        handlers = self._handlers(wording, till_handlers)
        admins = _existing(config.socket.admin_groups)
        users = config.socket.group
        self.server = PosServer(
            {**handlers, **surroundings.handlers},
            bus,
            cashier_text=wording.error,
            is_admin=member_check(admins),
            may_connect=member_check([users, *admins]) if users else anyone,
            meter=parts.meter,
            methods={**METHODS, **surroundings.methods},
            tap_of=taps.client,
        )

    def _till_handlers(self, config: Config, *, emulated: bool) -> TillHandlers:
        return TillHandlers(
            till=TillInfo(config.till.store, config.till.name, emulated=emulated),
            programmes=self._programmes,
            book=self._desk.book,
            devices=self._devices.listed,
            screens=self.screens,
            sync=self._sync_handlers.summary,
            clock=now,
            started=now(),
        )

    def _handlers(self, wording: Wording, till_handlers: TillHandlers) -> dict[str, Handler]:
        return {
            **_receipt_handlers(self._desk, self._programmes, wording).table(),
            **till_handlers.table(),
            **SearchHandlers(self._desk.searching, self._programmes).table(),
            **CodeHandlers(self._desk.codes).table(),
            **self._sync_handlers.table(),
            **ForgetHandlers(self._desk.forgetting).table(),
            **QueueHandlers(self._desk.queue, now).table(),
            **PrintingHandlers(self._printing, Drawers(self._devices.queues)).table(),
            **RecordingHandlers(Recorder(self._taps.wire, lambda: self._taps.config, self._devices.pictures)).table(),
        }

    async def take_up(self) -> int:
        """Go on where the last run stopped; how many receipts are to be settled."""
        unfinished = await self._journal.unfinished()
        for job in self._printing.load(unfinished):
            await self._journal.save(job)
        return self._desk.take_up(unfinished)

    def start_devices(self) -> None:
        """Open the devices, each under its keeper, and have all at hand that the first scan will want."""
        self._devices.start(self._around)
        self.screens.apply(self._devices.glasses, _idle(self._taps.config, self._settings.wording))
        self.screens.start(lambda: self._desk.book.current() is not None)
        self.supervisor.spawn(self._desk.housekeeping.run(), "housekeeping")
        self.supervisor.spawn(self._desk.rescued.run(), "rescued journal")
        self.supervisor.spawn(self._sync.keep_exchanging(), "exchange of cards")
        self.supervisor.spawn(self._sync.keep_clearing(), "age of cards")
        self._warming = self.supervisor.spawn(self._warm_all_up(), "warm up")

    async def _warm_all_up(self) -> None:
        """Wording first: what compiling it leaves free is taken by what is imported for providers (0.7 MB)."""
        await self.supervisor.spawn(asyncio.to_thread(self._settings.wording.warm_up), "warm up wording")
        await asyncio.gather(*(self._warm_up(programme.provider) for programme in self._programmes))

    def _warm_up(self, provider: LoyaltyProvider) -> asyncio.Task[bool]:
        return self.supervisor.spawn(provider.warm_up(), f"warm up {provider.name}")

    async def warmed_up(self) -> None:
        """Until the first scan will find all at hand; whoever lets us wait for it is not waited for."""
        await asyncio.wait([self._warming], timeout=WARM_WITHIN_S)

    async def stop_scanners(self) -> None:
        """What has begun to be scanned goes on before all ends; what comes after is not begun."""
        await self._devices.stop_scanners()

    async def apply(self, config: Config) -> None:
        """Go on with this configuration: its devices, card formats, providers and messages.

        WordingError, ValueError: a template or a provider's file is wrong, and nothing has changed.
        """
        wording, prepared = wording_of(config), self._programme_room.prepare(config)
        self._settings.take_over(_desk_settings(config, wording))
        self._taps.config = config
        added, retired = self._programme_room.apply(config, prepared)
        for provider in added:
            self._warm_up(provider)
        for provider in retired:
            self.supervisor.spawn(retire(provider), f"retire {provider.name}")
        await self._devices.apply(config, self._around)
        self.screens.apply(self._devices.glasses, _idle(config, self._settings.wording))

    @property
    def _around(self) -> Around:
        return Around(self._desk.cards, self._printing, self.supervisor.spawn)


def _web_side(taps: TillTaps) -> "WebSide | None":
    """What only cash programs that speak HTTP need is imported only for them."""
    if not taps.config.http.enabled:
        return None
    from bridge.daemon.web import WebSide  # noqa: PLC0415

    return WebSide(taps, now)


def now() -> datetime:
    return datetime.now(UTC)


def _desk_settings(config: Config, wording: Wording) -> DeskSettings:
    return DeskSettings(
        store=config.till.store,
        till=config.till.name,
        formats=[CardFormat(**structs.asdict(row)) for row in config.card_formats],
        wording=wording,
        show_card=config.messages.show_card,
        print_on_card=config.messages.print_on_card,
        print_on_close=config.messages.print_on_close,
        keep=config.journal.keep,
    )


def _sync_handlers(service: SyncService, programmes: Programmes, settings: Sync) -> SyncHandlers:
    return SyncHandlers(
        service,
        programmes,
        every=str(settings.every),
        keep=str(settings.keep),
        export_from=str(settings.export_from) if settings.export_from else None,
    )


def _idle(config: Config, wording: Wording) -> Idle:
    messages = config.messages
    return Idle(
        rows=messages.idle or wording.screen("idle"),
        after=messages.idle_after,
        night=Night.of(messages.night) if messages.night else None,
        date_format=wording.date_format,
    )


def _receipt_handlers(desk: Desk, programmes: Programmes, wording: Wording) -> ReceiptHandlers:
    return ReceiptHandlers(
        programmes=programmes,
        cards=desk.cards,
        book=desk.book,
        receipts=desk.receipts,
        limiting=desk.limiting,
        redeeming=desk.redeeming,
        preparing=desk.preparing,
        closing=desk.closing,
        wording=wording,
    )


def _existing(groups: Sequence[str]) -> list[str]:
    """The admin groups that this machine has; only the default one may be missing (the configuration checks)."""
    return [name for name in groups if group_exists(name)]
