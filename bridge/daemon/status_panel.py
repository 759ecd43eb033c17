"""Composition root, the read-only page of a real till: at /panel of the HTTP side, behind its token."""

import time
from dataclasses import replace

from starlette.routing import Route

import bridge
from bridge.config.model import Config, Display, Printer, Scanner
from bridge.daemon.hardware import Hardware
from bridge.events import EventBus
from bridge.http.closing import Closing
from bridge.http.settings import HttpSettings
from bridge.panel.app import PanelApp
from bridge.panel.limits import OverheardLimits
from bridge.panel.live import Changes
from bridge.panel.login import Gate
from bridge.panel.page import Heading, Page
from bridge.panel.sections import WIRE, status_sections
from bridge.panel.wire import Wire
from bridge.ports import Clock
from bridge.pos.server import PosServer
from devices.endpoints import parse_endpoint
from devices.transports.overheard import overheard

BASE = "/panel"


def is_panels(path: str) -> bool:
    """Whether the panel's own gate looks after this path."""
    return path == BASE or path.startswith(f"{BASE}/")


class StatusPanel:
    """What devices show and scan is somebody's, so of their bytes only the control codes are shown."""

    def __init__(self, config: Config, settings: HttpSettings, clock: Clock) -> None:
        rows: tuple[Scanner | Display | Printer, ...] = (*config.scanners, *config.displays, *config.printers)
        names = {str(parse_endpoint(row.endpoint)): row.name for row in rows}
        self._till = config.till
        self._settings = settings
        self._changes = Changes()
        self._limits = OverheardLimits()
        self._wire = Wire(clock, lambda endpoint: names.get(endpoint, endpoint), hides_text=True)
        self._wire.on_change = self._changes.touch

    def beside(self, hardware: Hardware) -> Hardware:
        """The same hardware, overheard."""
        return replace(hardware, transports=overheard(hardware.transports, self._wire.device))

    def routes(self, pos: PosServer, closing: Closing) -> list[Route]:
        bus: EventBus = pos.bus
        bus.subscribe(self._wire.event)
        bus.subscribe(self._changes.touch)
        pos.dispatcher.overheard_by += [self._wire.message, self._limits.message]
        heading = Heading(self._till.name, self._till.store, bridge.__version__)
        page = Page(heading, [*status_sections(pos.dispatcher.ask, self._limits), WIRE], BASE)
        gate = Gate(self._settings.is_token, time.monotonic)
        app = PanelApp(lambda: page, self._wire, self._changes, closing.begun, gate)
        return app.routes(BASE, self._till.language)
