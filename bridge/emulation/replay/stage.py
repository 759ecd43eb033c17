"""The till of a recording, with players in the place of all that was real: endpoint -> transport, as any emulation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.config.errors import ConfigError
from bridge.config.loading import from_document
from bridge.config.model import Config
from bridge.emulation.refusing import refuse_real
from bridge.emulation.replay.players import HidPlayer, KeyboardPlayer, Player, PrinterPlayer, StreamPlayer
from bridge.emulation.replay.provider import ProviderPlayer
from bridge.recording.entries import Recording
from bridge.recording.text import RecordingError
from bridge.recording.till import REPLAYED, SECTIONS
from devices.codecs.keys import LAYOUTS
from devices.emulation.hidraw import EmulatedHidPosScanner
from devices.emulation.input_node import EmulatedKeyboardScanner
from devices.emulation.pty import PtyLink
from devices.emulation.tcp import TcpLink
from devices.emulation.transports import EmulatedHotplug, EmulatedTransports
from devices.endpoints import (
    Endpoint,
    HidrawEndpoint,
    InputEndpoint,
    SerialEndpoint,
    TcpEndpoint,
    parse_endpoint,
)

ENVIRONMENT = {f"POS_BRIDGE_CREDENTIAL_{REPLAYED.upper()}": REPLAYED}
_DEVICES = ("scanners", "displays", "printers")


@dataclass(slots=True)
class Stage:
    """What stands on it. The devices are unplugged, the providers' servers not started yet."""

    config: Config
    transports: EmulatedTransports = field(default_factory=EmulatedTransports)
    hotplug: EmulatedHotplug = field(default_factory=EmulatedHotplug)
    devices: dict[str, Player] = field(default_factory=dict)
    places: dict[str, Endpoint] = field(default_factory=dict)
    providers: dict[str, ProviderPlayer] = field(default_factory=dict)


class StageBuilder:
    """Of one recording. Its till's configuration comes from outside: only sections that reach nothing are taken."""

    def __init__(self, recording: Recording, folder: Path, file: Path) -> None:
        self._recording = recording
        self._folder = folder
        self._file = file

    async def build(self) -> Stage:
        """RecordingError: its configuration is none. The providers listen."""
        try:
            configured = from_document(self._file, self._document({}), ENVIRONMENT)
            stage = Stage(configured)
            places = await self._places(configured, stage)
            addresses = {name: await player.start() for name, player in stage.providers.items()}
            stage.config = from_document(self._file, self._document({**places, **addresses}), ENVIRONMENT)
            stage.places = {name: parse_endpoint(place) for name, place in places.items()}
            refuse_real(stage.config, self._file)
        except ConfigError as error:
            raise RecordingError(0, f"its till cannot be set up: {error}") from error
        return stage

    def _document(self, places: Mapping[str, str]) -> dict[str, Any]:
        """The configuration; places: by name, endpoints and addresses instead of the recorded ones."""
        till = self._recording.till
        document = {name: till[name] for name in SECTIONS if name in till}
        for section in (*_DEVICES, "providers"):
            rows = document.get(section, [])
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise RecordingError(0, f"its till cannot be set up: {section} are no list of tables")
            document[section] = [self._row(section, row, places) for row in rows]
        messages = document.get("messages", {})
        no_wording = {"templates": str(self._folder / "none")}
        document["messages"] = (messages if isinstance(messages, dict) else {}) | no_wording
        document["socket"] = {"path": str(self._folder / "pos.sock")}
        document["journal"] = {"path": str(self._folder / "journal.db")}
        return document

    def _row(self, section: str, row: Mapping[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
        changed = dict(row)
        name = str(row.get("name"))
        if section == "providers":
            return changed | self._provider(name, str(row.get("kind")), places)
        if name in places:
            changed["endpoint"] = places[name]
        if section == "scanners":
            is_port = str(row.get("forward")).startswith("pty:")
            changed["forward"] = f"pty:{self._folder / f'goods-{name}'}" if is_port else "event"
        return changed

    def _provider(self, name: str, kind: str, places: Mapping[str, str]) -> dict[str, Any]:
        if kind == "card-file":
            members, ledger = self._folder / "members.csv", self._folder / "ledger.db"
            members.write_text(self._text("members", name) or "card\n", "utf-8")
            return {"path": str(members), "ledger": str(ledger)}
        changed = {"base_url": places.get(name, "http://127.0.0.1:1")}
        if profile := self._text("profiles", name):
            path = self._folder / "profile.toml"
            path.write_text(profile, "utf-8")
            changed["profile"] = str(path)
        return changed

    def _text(self, section: str, name: str) -> str:
        texts = self._recording.till.get(section)
        text = texts.get(name) if isinstance(texts, Mapping) else None
        return text if isinstance(text, str) else ""

    # --- who plays what ----------------------------------------------------------------------------

    async def _places(self, config: Config, stage: Stage) -> dict[str, str]:
        """Makes the players; where each one is."""
        places = {}
        for scanner in config.scanners:
            player, place = self._scanner(scanner.name, parse_endpoint(scanner.endpoint), scanner.layout, stage)
            stage.devices[scanner.name], places[scanner.name] = player, str(place)
        for display in config.displays:
            link = PtyLink(self._folder / f"device-{display.name}")
            stage.devices[display.name] = StreamPlayer(link)
            places[display.name] = self._stream(link, parse_endpoint(display.endpoint), stage)
        for printer in config.printers:
            endpoint = parse_endpoint(printer.endpoint)
            cable = TcpLink() if isinstance(endpoint, TcpEndpoint) else PtyLink(self._folder / f"device-{printer.name}")
            if isinstance(cable, TcpLink):  # its port is known once it had one
                await cable.plug()
                await cable.unplug()
            stage.devices[printer.name] = PrinterPlayer(cable)
            places[printer.name] = self._stream(cable, endpoint, stage)
        for provider in config.providers:
            if provider.base_url is not None:
                stage.providers[provider.name] = ProviderPlayer(provider.name, self._recording.entries)
        return places

    def _scanner(self, name: str, endpoint: Endpoint, layout: str, stage: Stage) -> tuple[Player, Endpoint]:
        path = str(self._folder / f"device-{name}")
        if isinstance(endpoint, InputEndpoint):
            keyboard = EmulatedKeyboardScanner(LAYOUTS[layout])
            stage.transports.keyboards[InputEndpoint(path)] = keyboard
            return KeyboardPlayer(keyboard), InputEndpoint(path)
        if isinstance(endpoint, HidrawEndpoint):
            hid = EmulatedHidPosScanner(_vendor(self._recording, name))
            stage.transports.hid[HidrawEndpoint(path)] = hid
            return HidPlayer(hid), HidrawEndpoint(path)
        link = PtyLink(Path(path))
        stage.transports.streams.add(link.endpoint)
        return StreamPlayer(link), link.endpoint

    def _stream(self, link: PtyLink | TcpLink, recorded: Endpoint, stage: Stage) -> str:
        """A PTY takes all at once; the driver paces screens by the speed that it was told."""
        place: Endpoint = link.endpoint
        if isinstance(place, SerialEndpoint) and isinstance(recorded, SerialEndpoint):
            place = SerialEndpoint(place.path, baud=recorded.baud)
        stage.transports.streams.add(place)
        return str(place)


def _vendor(recording: Recording, name: str) -> int:
    """Of a HID scanner, as it was told when it was opened."""
    for entry in recording.entries:
        if (entry.kind, entry.name, entry.what) == ("device", name, "opened"):
            try:
                return int(entry.data, 16)
            except ValueError:
                return 0
    return 0
