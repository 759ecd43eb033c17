"""Stand-ins for all that is real in a configuration: the one seam, endpoint -> transport, where emulation enters.

Devices become PTYs, socket pairs and loopback ports, providers become servers on loopback, and what the till remembers
goes to a folder of its own. The rest of the configuration stays as it is, and nothing above the seam can tell.
"""

import asyncio
import shutil
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from bridge.config.credentials import Secret
from bridge.config.doors import Socket
from bridge.config.model import Config, Display, JournalSettings, Printer, Provider, Scanner
from bridge.config.profiles import EXAMPLE
from bridge.config.values import BaseUrl, Endpoint, Forward
from bridge.daemon.printer_models import profile_of
from bridge.domain.card import CardFormat
from bridge.emulation.bench.bench import Bench
from bridge.emulation.bench.providers import BenchProvider, MemberView
from bridge.emulation.bench.scanners import (
    TERMINATOR_BYTES,
    BenchScanner,
    HidBenchScanner,
    KeyboardBenchScanner,
    SerialBenchScanner,
)
from bridge.emulation.maxma import EmulatedClient, MaxmaEmulator
from bridge.emulation.members import invented_members
from bridge.emulation.rest import EmulatedCard, RestEmulator
from bridge.emulation.rest.ledger import HUNDRED
from devices.codecs.escpos_view import CODE_PAGES, Paper
from devices.codecs.keys import LAYOUTS
from devices.emulation.display import EmulatedDisplay, Rows
from devices.emulation.hidraw import EmulatedHidPosScanner
from devices.emulation.input_node import EmulatedKeyboardScanner
from devices.emulation.printer import EmulatedPrinter
from devices.emulation.pty import PtyLink
from devices.emulation.tcp import TcpLink
from devices.emulation.transports import EmulatedTransports
from devices.endpoints import Endpoint as AnyEndpoint
from devices.endpoints import HidrawEndpoint, InputEndpoint, SerialEndpoint, TcpEndpoint, parse_endpoint
from devices.printers.profiles import Profile


@dataclass(frozen=True, slots=True)
class Audience:
    """Who looks at the emulated devices: name of the device, then what it shows."""

    glass: Callable[[str, Rows], None]
    paper: Callable[[str, Profile, Paper], None]


NOBODY = Audience(lambda _name, _rows: None, lambda _name, _profile, _paper: None)


@dataclass(slots=True)
class StandIns:
    """The same configuration with nothing real in it, and what was put in the place of what."""

    config: Config
    transports: EmulatedTransports = field(default_factory=EmulatedTransports)
    bench: Bench = field(default_factory=Bench)


class Emulation:
    """Enter it with a configuration: the emulated devices and providers run until `stack` is closed."""

    def __init__(self, folder: Path, stack: AsyncExitStack, audience: Audience) -> None:
        self._folder = folder
        self._stack = stack
        self._audience = audience
        self._providers = {
            "maxma": self._maxma,
            "card-file": self._card_file,
            "locards": self._rest,
            "cardlab": self._rest,
            "rest": self._rest,
        }

    async def of(self, config: Config) -> StandIns:
        """The same till with nothing real left in it."""
        made = StandIns(config)
        providers = [await self._provider(row, made) for row in config.providers]
        made.config = msgspec.structs.replace(
            config,
            socket=Socket(path=self._folder / "pos.sock"),
            journal=JournalSettings(path=self._folder / "journal.db"),
            scanners=tuple([await self._scanner(row, made) for row in config.scanners]),
            displays=tuple([await self._display(row, made) for row in config.displays]),
            printers=tuple([await self._printer(row, made) for row in config.printers]),
            providers=tuple(providers),
        )
        return made

    async def _scanner(self, row: Scanner, made: StandIns) -> Scanner:
        terminator = TERMINATOR_BYTES[row.terminators[0]] if row.terminators else b""
        place, scanner = self._scanner_at(parse_endpoint(row.endpoint), row, terminator, made.transports)
        made.bench.scanners[row.name] = scanner
        made.bench.places[row.name] = place
        await scanner.plug(renumbered=False)
        self._stack.push_async_callback(scanner.unplug)
        return msgspec.structs.replace(row, endpoint=Endpoint(place), forward=self._forward(row))

    def _scanner_at(
        self, configured: AnyEndpoint, row: Scanner, terminator: bytes, transports: EmulatedTransports
    ) -> tuple[AnyEndpoint, BenchScanner]:
        """A scanner of the configured kind, and where it is now."""
        path = str(self._folder / f"scanner-{row.name}")
        match configured:
            case InputEndpoint():
                keyboard = EmulatedKeyboardScanner(LAYOUTS[row.layout])
                transports.keyboards[InputEndpoint(path)] = keyboard
                return InputEndpoint(path), KeyboardBenchScanner(keyboard, terminator)
            case HidrawEndpoint():
                hid = EmulatedHidPosScanner()
                transports.hid[HidrawEndpoint(path)] = hid
                return HidrawEndpoint(path), HidBenchScanner(hid)
            case _:
                link = PtyLink(Path(path))
                transports.streams.add(link.endpoint)
                return link.endpoint, SerialBenchScanner(link, terminator)

    def _forward(self, row: Scanner) -> Forward:
        """A wedge would type into whatever window the person at this machine looks at."""
        if row.forward.startswith("pty:"):
            return Forward(f"pty:{self._folder / f'goods-{row.name}'}")
        return Forward("event")

    async def _display(self, row: Display, made: StandIns) -> Display:
        link = PtyLink(self._folder / f"display-{row.name}")
        settings = row.settings()
        show = self._audience.glass
        display = EmulatedDisplay(
            link,
            row.rows,
            row.columns,
            settings.encoding,
            row.command_set,
            on_change=lambda rows: show(row.name, rows),
        )
        await self._stack.enter_async_context(display)
        place = _as_fast(link.endpoint, parse_endpoint(row.endpoint))
        made.bench.displays[row.name] = display
        made.bench.places[row.name] = place
        made.transports.streams.add(place)
        return msgspec.structs.replace(row, endpoint=Endpoint(place))

    async def _printer(self, row: Printer, made: StandIns) -> Printer:
        """A network printer stays one, on a loopback port; all others are serial here."""
        is_network = isinstance(parse_endpoint(row.endpoint), TcpEndpoint)
        link = TcpLink() if is_network else PtyLink(self._folder / f"printer-{row.name}")
        profile = profile_of(row)
        show = self._audience.paper
        printer = EmulatedPrinter(link, paper_for(profile), lambda paper: show(row.name, profile, paper))
        await self._stack.enter_async_context(printer)
        made.bench.printers[row.name] = printer
        made.bench.places[row.name] = link.endpoint
        made.transports.streams.add(link.endpoint)
        return msgspec.structs.replace(row, endpoint=Endpoint(link.endpoint))

    async def _provider(self, row: Provider, made: StandIns) -> Provider:
        return await self._providers[row.kind](row, made)

    async def _maxma(self, row: Provider, made: StandIns) -> Provider:
        members = invented_members(formats_of(made.config), row.name)
        emulator = await self._stack.enter_async_context(MaxmaEmulator(members))
        made.bench.providers[row.name] = BenchProvider(
            row.kind, emulator, lambda: [_view(member) for member in members]
        )
        return msgspec.structs.replace(row, base_url=BaseUrl(emulator.base_url), key=Secret(emulator.key))

    async def _rest(self, row: Provider, made: StandIns) -> Provider:
        """A profile of one's own speaks to a system that is not here: in its place the one that speaks to ours."""
        cards = [_card_of(member) for member in invented_members(formats_of(made.config), row.name)]
        emulator = await self._stack.enter_async_context(RestEmulator(cards))
        made.bench.providers[row.name] = BenchProvider(
            row.kind, emulator, lambda: [_view_of_card(card) for card in cards]
        )
        return msgspec.structs.replace(
            row,
            base_url=BaseUrl(emulator.base_url),
            key=Secret(emulator.key),
            login=Secret(emulator.login),
            password=Secret(emulator.password),
            profile=EXAMPLE if row.kind == "rest" else None,
        )

    async def _card_file(self, row: Provider, _made: StandIns) -> Provider:
        """A file of members is no device and no server: a copy of it serves, which may be written to."""
        if row.path is None:  # config.checks has refused it before
            return row
        members = self._folder / f"members-{row.name}{row.path.suffix}"
        await asyncio.to_thread(shutil.copyfile, row.path, members)
        return msgspec.structs.replace(row, path=members, ledger=self._folder / f"ledger-{row.name}.db")


def _as_fast(here: SerialEndpoint, configured: AnyEndpoint) -> SerialEndpoint:
    """A PTY takes all at once; the driver paces screens by the speed that it was told."""
    return replace(here, baud=configured.baud) if isinstance(configured, SerialEndpoint) else here


def paper_for(profile: Profile) -> Paper:
    """Paper of the make that the profile names, on which the configured code page is the one it says it is."""
    if profile.codepage is None:
        return Paper(encoding=profile.encoding, starts_in_chinese=False)
    make = CODE_PAGES.get(profile.name.partition("-")[0], {})
    return Paper({**make, profile.codepage: profile.encoding})


def _card_of(member: EmulatedClient) -> EmulatedCard:
    return EmulatedCard(
        member.card or member.phone,
        member.phone,
        member.name,
        member.surname,
        status="blocked" if member.suspended else "active",
        points=member.bonuses * HUNDRED,
    )


def _view(member: EmulatedClient) -> MemberView:
    name = f"{member.name} {member.surname}"
    return MemberView(member.card, member.phone, name, f"{member.bonuses}.00", member.suspended)


def _view_of_card(card: EmulatedCard) -> MemberView:
    points = f"{card.points // HUNDRED}.{card.points % HUNDRED:02}"
    name = f"{card.first_name} {card.last_name}"
    return MemberView(card.number, card.phone, name, points, card.status != "active")


def formats_of(config: Config) -> list[CardFormat]:
    """The configured card formats as the desk has them."""
    return [CardFormat(**msgspec.structs.asdict(row)) for row in config.card_formats]
