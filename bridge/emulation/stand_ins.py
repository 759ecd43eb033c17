"""Stand-ins for all that is real in a configuration: the one seam, endpoint -> transport, where emulation enters.

Devices become PTYs and loopback ports, providers become servers on loopback, and what the till remembers goes to a
folder of its own. The rest of the configuration stays as it is, and nothing above the seam can tell.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from bridge.config.credentials import Secret
from bridge.config.model import Config, Display, JournalSettings, Printer, Provider, Scanner, Socket
from bridge.config.profiles import EXAMPLE
from bridge.config.values import BaseUrl, Endpoint, Forward
from bridge.daemon.device_room import profile_of
from bridge.domain.card import CardFormat
from bridge.emulation.maxma import EmulatedClient, MaxmaEmulator
from bridge.emulation.members import invented_members
from bridge.emulation.rest import EmulatedCard, RestEmulator
from bridge.emulation.rest.ledger import HUNDRED
from devices.codecs.escpos_view import CODE_PAGES, Paper
from devices.emulation.display import EmulatedDisplay, Rows
from devices.emulation.printer import EmulatedPrinter
from devices.emulation.pty import PtyLink
from devices.emulation.tcp import TcpLink
from devices.endpoints import Endpoint as AnyEndpoint
from devices.endpoints import SerialEndpoint, TcpEndpoint, parse_endpoint
from devices.errors import DeviceLost
from devices.printers.profiles import Profile


@dataclass(frozen=True, slots=True)
class Audience:
    """Who looks at the emulated devices: name of the device, then what it shows."""

    glass: Callable[[str, Rows], None]
    paper: Callable[[str, Profile, Paper], None]


@dataclass(slots=True)
class StandIns:
    """What was put in the place of what. scan_paths: by scanner, where to write a scan. members: by provider."""

    config: Config
    scan_paths: dict[str, Path] = field(default_factory=dict)
    members: dict[str, list[EmulatedClient]] = field(default_factory=dict)


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
        providers = [await self._provider(row, config, made) for row in config.providers]
        made.config = msgspec.structs.replace(
            config,
            socket=Socket(path=self._folder / "pos.sock"),
            journal=JournalSettings(path=self._folder / "journal.db"),
            scanners=tuple([await self._scanner(row, made) for row in config.scanners]),
            displays=tuple([await self._display(row) for row in config.displays]),
            printers=tuple([await self._printer(row) for row in config.printers]),
            providers=tuple(providers),
        )
        return made

    async def _scanner(self, row: Scanner, made: StandIns) -> Scanner:
        """Two cables: what is written into the one by hand is sent along the other as the scanner's own bytes."""
        cable = await self._plugged(PtyLink(self._folder / f"scanner-{row.name}"))
        hand = await self._plugged(PtyLink(self._folder / f"scan-{row.name}"))
        passing = asyncio.create_task(_pass_on(hand, cable), name=f"scans of {row.name}")
        self._stack.push_async_callback(_cancelled, passing)
        made.scan_paths[row.name] = Path(hand.path)
        return msgspec.structs.replace(row, endpoint=Endpoint(cable.endpoint), forward=self._forward(row))

    def _forward(self, row: Scanner) -> Forward:
        """A wedge would type into whatever window the person at this machine looks at."""
        if row.forward.startswith("pty:"):
            return Forward(f"pty:{self._folder / f'goods-{row.name}'}")
        return Forward("event")

    async def _display(self, row: Display) -> Display:
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
        return msgspec.structs.replace(row, endpoint=Endpoint(_as_fast(link.endpoint, parse_endpoint(row.endpoint))))

    async def _printer(self, row: Printer) -> Printer:
        """A network printer stays one, on a loopback port; all others are serial here."""
        is_network = isinstance(parse_endpoint(row.endpoint), TcpEndpoint)
        link = TcpLink() if is_network else PtyLink(self._folder / f"printer-{row.name}")
        profile = profile_of(row)
        show = self._audience.paper
        printer = EmulatedPrinter(link, paper_for(profile), lambda paper: show(row.name, profile, paper))
        await self._stack.enter_async_context(printer)
        return msgspec.structs.replace(row, endpoint=Endpoint(link.endpoint))

    async def _provider(self, row: Provider, config: Config, made: StandIns) -> Provider:
        return await self._providers[row.kind](row, config, made)

    async def _maxma(self, row: Provider, config: Config, made: StandIns) -> Provider:
        members = invented_members(_formats(config), row.name)
        emulator = await self._stack.enter_async_context(MaxmaEmulator(members))
        made.members[row.name] = members
        return msgspec.structs.replace(row, base_url=BaseUrl(emulator.base_url), key=Secret(emulator.key))

    async def _rest(self, row: Provider, config: Config, made: StandIns) -> Provider:
        """A profile of one's own speaks to a system that is not here: in its place the one that speaks to ours."""
        members = invented_members(_formats(config), row.name)
        emulator = await self._stack.enter_async_context(RestEmulator([_card_of(member) for member in members]))
        made.members[row.name] = members
        return msgspec.structs.replace(
            row,
            base_url=BaseUrl(emulator.base_url),
            key=Secret(emulator.key),
            login=Secret(emulator.login),
            password=Secret(emulator.password),
            profile=EXAMPLE if row.kind == "rest" else None,
        )

    async def _card_file(self, row: Provider, _config: Config, _made: StandIns) -> Provider:
        """A file of members is no device and no server: it is read as it is, its operations are kept elsewhere."""
        return msgspec.structs.replace(row, ledger=self._folder / f"ledger-{row.name}.db")

    async def _plugged(self, link: PtyLink) -> PtyLink:
        await link.plug()
        self._stack.push_async_callback(link.unplug)
        return link


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


def _formats(config: Config) -> list[CardFormat]:
    return [CardFormat(**msgspec.structs.asdict(row)) for row in config.card_formats]


async def _pass_on(hand: PtyLink, cable: PtyLink) -> None:
    while True:
        try:
            await cable.write(await hand.read())
        except DeviceLost:
            return


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
