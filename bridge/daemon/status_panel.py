"""Composition root, the read-only page of a real till: at /panel of the HTTP side, behind its token."""

import time

from starlette.routing import Route

import bridge
from bridge.daemon.tapping import TillTaps
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
from bridge.recording.entries import DEVICE
from devices.transports.overheard import DIRECTIONS

BASE = "/panel"


def is_panels(path: str) -> bool:
    """Whether the panel's own gate looks after this path."""
    return path == BASE or path.startswith(f"{BASE}/")


class StatusPanel:
    """What devices show and scan is somebody's, so of their bytes only the control codes are shown."""

    def __init__(self, taps: TillTaps, settings: HttpSettings, clock: Clock) -> None:
        self._taps = taps
        self._till = taps.config.till
        self._settings = settings
        self._changes = Changes()
        self._limits = OverheardLimits()
        self._wire = Wire(clock, hides_text=True)
        self._wire.on_change = self._changes.touch
        self._wire.on_viewers = lambda are_there: taps.wire.show(self._heard if are_there else None)

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

    def _heard(self, place: str, what: str, data: bytes) -> None:
        """bridge.recording.wire.Hear: of the devices, what came and went."""
        role, _, name = place.partition("/")
        if role == DEVICE and (direction := DIRECTIONS.get(what)):
            self._wire.device(name, self._taps.endpoint_of(name), direction, data)
